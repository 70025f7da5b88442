"""The tables of what is signed: rates, the ways to them, and what would overturn them."""

from __future__ import annotations

import pytest

from models.certificate import Certificate, Certified, not_asked
from models.sensitivity.answers import Doubt
from models.triangulation import Leg, Triangulation, compare_legs
from reports.tables_certificate import certificate_table, triangulation_table

CERTIFICATE = Certificate(
    outcome="retention",
    term="overall",
    rate=-0.2,
    low=-0.28,
    high=-0.12,
    point="1 point on 1-5",
    window=("2025Q1", "2026Q3"),
    data_hash="ab" * 32,
    answers=not_asked(),
    grade="cross-section",
    kept=3 / 7,
    blocked="",
    valid_until="2027Q3",
)


def leg(name: str, estimate: float, se: float) -> Leg:
    return Leg(way="experiment", name=name, estimate=estimate, se=se, low=0.0, high=0.0, compared=True, note="")


def certified(*legs: Leg, doubts: tuple[Doubt, ...] = ()) -> Certified:
    ways = Triangulation(outcome="retention", term="overall", legs=legs, pairs=compare_legs(legs), published=())
    return Certified(certificates=(CERTIFICATE,), triangulations=(ways,), doubts=doubts)


def test_each_way_stands_over_the_headline_with_its_range() -> None:
    table = triangulation_table(certified(leg("rate", -0.2, 0.02), leg("pilot", -0.3, 0.03))).set_index("name")
    ratios = table[["ratio", "ratio_low", "ratio_high"]].astype(float)
    assert ratios.loc["rate"].isna().all()
    ratio, low, high = ratios.to_numpy()[1]
    assert ratio == pytest.approx(1.5)
    assert low < ratio < high


def test_ways_too_far_apart_name_each_other() -> None:
    table = triangulation_table(certified(leg("rate", -0.2, 0.01), leg("pilot", -0.6, 0.02))).set_index("name")
    assert table["apart_from"].to_dict() == {"rate": "pilot", "pilot": "rate"}


def test_a_ratio_without_bound_is_blank() -> None:
    table = triangulation_table(certified(leg("rate", -0.02, 0.02), leg("pilot", -0.3, 0.03))).set_index("name")
    assert table[["ratio_low", "ratio_high"]].isna().all(axis=None)


def test_nothing_certified_keeps_the_headers() -> None:
    tables = (certificate_table(()), triangulation_table(None))
    assert all(table.empty and len(table.columns) for table in tables)
