"""The forest of a certificate: every way on one scale, the band from half to double the first."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from reports.charts_certificate import Branch, forest

ROWS = (
    Branch(name="regression <own>", middle=0.02, low=0.01, high=0.03, compared=True),
    Branch(name="bottom-up (across pain points)", middle=0.05, low=-0.01, high=0.11, compared=False),
    Branch(name="published", middle=None, low=0.0, high=0.2, compared=False),
)


def drawn(*rows: Branch) -> str:
    return forest(rows, lambda value: f"{value:+.2f}", "Ways")


def test_each_way_has_its_range_and_only_those_with_an_estimate_a_dot() -> None:
    picture = drawn(*ROWS)
    assert picture.count('class="range"') == 2
    assert (picture.count('class="gain"'), picture.count('class="middle"')) == (1, 1)
    assert "-0.01 to +0.11" in picture


def test_the_band_runs_from_half_to_double_the_first() -> None:
    picture = drawn(*ROWS)
    band = re.search(r'class="band" x="([\d.]+)" y="0" width="([\d.]+)"', picture)
    dot = re.search(r'class="gain" cx="([\d.]+)"', picture)
    assert band and dot
    start, width, first = float(band[1]), float(band[2]), float(dot[1])
    assert first - start == pytest.approx(width / 3, abs=0.2)


@pytest.mark.parametrize("sign", [1, -1])
def test_it_is_well_formed_and_inside_its_frame(sign: int) -> None:
    rows = (Branch(name="x", middle=0.02 * sign, low=0.01 * sign, high=0.01 * sign, compared=True),)
    root = ElementTree.fromstring(drawn(*rows))
    places = [float(node.get("cx", "0")) for node in root.iter() if node.tag == "circle"]
    assert all(0 <= place <= 640 for place in places)


def test_a_rate_of_nil_is_drawn_too() -> None:
    assert "<svg" in drawn(Branch(name="x", middle=0.0, low=-0.01, high=0.01, compared=True))
