"""The bundled examples are found by name."""

from __future__ import annotations

import pytest

from impact.errors import InputError
from impact.examples_path import example_folder, example_names


def test_hospitals_is_a_bundled_example_with_its_study_file() -> None:
    assert "hospitals" in example_names()
    assert (example_folder("hospitals") / "study.toml").is_file()


def test_every_example_says_on_its_page_what_it_is() -> None:
    without = [name for name in example_names() if not (example_folder(name) / "README.md").is_file()]
    assert without == []


def test_an_unknown_example_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError) as raised:
        example_folder("hospital")
    assert raised.value.findings[0].allowed == ", ".join(example_names())


def test_a_path_is_not_taken_for_a_name() -> None:
    with pytest.raises(InputError):
        example_folder("../examples/hospitals")
