"""`selftest` by the command: what it counts, its band, its two forms of answer, and wrong use."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from impact.rng import stream
from impact.selftest import WHAT, count_held, selftest_study
from impact.starter import write_starter
from tests.said import say


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter study, only to be read."""
    folder = tmp_path_factory.mktemp("selftest") / "study"
    write_starter(folder)
    return folder


def hits(share: float, companies: int, ranges: int) -> list[np.ndarray]:
    rng = stream(9, "hits")
    return [rng.random(ranges) < share for _ in range(companies)]


def test_independent_ranges_get_the_binomial_band() -> None:
    found = count_held("leaving", hits(0.9, 400, 5))
    # 99% of a binomial of 2,000 at 90%: 1,800 give or take 2.576 x 13.4
    assert found.asked == 2_000
    assert found.least == pytest.approx(1_800 - 2.576 * 13.4, abs=8)
    assert found.most == pytest.approx(1_800 + 2.576 * 13.4, abs=8)
    assert not found.below


def test_ranges_that_hang_together_get_a_wider_band() -> None:
    whole = [np.full(20, hit) for hit in stream(9, "whole").random(100) < 0.9]
    alone, together = count_held("leaving", hits(0.9, 100, 20)), count_held("leaving", whole)
    assert together.most - together.least > 2 * (alone.most - alone.least)


def test_ranges_that_hold_seven_of_ten_are_below() -> None:
    assert count_held("leaving", hits(0.7, 20, 12)).below


def test_it_counts_every_kind_of_range_and_ends_well_on_the_starter(study: Path) -> None:
    code, said, err = say("selftest", study, "--companies", "3", "--json")
    answer = json.loads(said)
    assert code == answer["exit_code"] == 0, err
    result = answer["result"]
    assert [one["what"] for one in result["held"]] == list(WHAT)
    assert result["companies"] == 3 and result["drawn"] == "cell by cell"
    assert all(0 <= one["held"] <= one["asked"] for one in result["held"])
    assert result["checks"][0]["code"] == "C574" and result["checks"][0]["status"] == "pass"
    assert answer["inputs"]


def test_a_person_reads_one_sentence_first(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from impact import selftest
    from impact.progress import SilentProgress

    outcome = selftest_study(study, 2, (), 5, SilentProgress())
    low = replace(outcome.held[0], held=1, least=2)
    monkeypatch.setattr(selftest, "selftest_study", lambda *_: replace(outcome, held=(low, *outcome.held[1:])))
    code, said, _ = say("selftest", study)
    assert code == 1
    assert said.startswith("Our 90% ranges held ")
    assert "2 companies like this study" in said and "hidden cause" in said


@pytest.mark.parametrize("line", [("--companies", "1"), ("--companies", "many"), ("--engine", "full"), ()])
def test_wrong_use_ends_with_2(line: tuple[str, ...], study: Path) -> None:
    words = ("selftest", study, *line) if line else ("selftest",)
    code, said, err = say(*words)
    assert (code, said) == (2, "") and "U001" in err


def test_too_thin_a_study_ends_with_1(study: Path) -> None:
    code, _, err = say("selftest", study, "--set", "study.as_of=2024Q3")
    assert code in (1, 2) and err
