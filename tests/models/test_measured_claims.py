"""Measured effects beside what was forecast of them, and the money they make, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.happened import Actual
from models.measure.panel import Effect
from models.measured import MeasuredInitiative
from models.measured_claims import kept_customers, share_delivered
from scenarios.measured_benefits import measured_benefits
from tests.impact.track_values import claim, record_of

LAST = 2026 * 4 + 2
EFFECT = Effect(
    method="difference",
    estimate=-0.01,
    se=0.002,
    low=-0.0133,
    high=-0.0067,
    grade="randomised",
    units=40,
    treated=20,
    before=4,
    after=2,
)
LEAVING = MeasuredInitiative(
    initiative="fleet",
    outcome="churn",
    of="",
    unit="points",
    effect=EFFECT,
    others=(),
    without=0.05,
    evidence=None,
    why="",
    data_id="a.b.c",
    first=LAST - 2,
    last=LAST - 1,
)
CLAIMED = (
    claim("retention", "2026Q3", 0.02, 0.005, initiative="fleet"),
    claim("benefit", "2026Q3", 300.0, 50.0, initiative="fleet"),
)
RECORD = record_of(
    "2026Q1",
    {"margin": [("2026Q3", 6_000.0, 100.0)], "customers": [("2026Q3", 150.0, 1.0)]},
    customers=160.0,
    initiatives=CLAIMED,
)


def test_less_leaving_is_retention_of_the_period_after_the_last_row() -> None:
    assert kept_customers((LEAVING,)) == {("fleet", "retention", LAST): Actual(value=0.01, se=EFFECT.normal_se)}


def test_an_effect_of_few_groups_is_held_against_a_claim_with_the_error_of_its_range() -> None:
    few = replace(LEAVING, effect=replace(EFFECT, low=-0.02, high=0.0))
    assert kept_customers((few,))["fleet", "retention", LAST].se == pytest.approx(0.01 / 1.6448536, rel=1e-6)


def test_the_share_delivered_is_the_effect_over_its_claim() -> None:
    found = share_delivered((LEAVING,), (RECORD,), "quarter")["fleet"]
    assert (found.mean, found.low, found.high) == pytest.approx((0.5, 0.335, 0.665))


def test_what_half_of_the_customers_got_counts_by_half() -> None:
    half = replace(LEAVING, reach=0.5)
    found = share_delivered((half,), (RECORD,), "quarter")["fleet"]
    assert (found.mean, found.low, found.high) == pytest.approx((0.25, 0.1675, 0.3325))
    assert kept_customers((half,))["fleet", "retention", LAST].value == pytest.approx(0.005)


def test_a_claim_within_the_error_of_the_measurement_tells_no_share() -> None:
    vague = replace(LEAVING, effect=replace(EFFECT, estimate=-0.2, se=0.03, low=-0.25, high=-0.15))
    assert share_delivered((vague,), (RECORD,), "quarter") == {}


def test_money_counts_where_leaving_was_not_measured() -> None:
    gain = replace(EFFECT, estimate=1.0, low=0.5, high=1.5)
    money = replace(LEAVING, outcome="margin", unit="money_per_customer_period", effect=gain, last=LAST)
    # 300 claimed of 150 customers is 2 each; of 6,000 of margin it is a twentieth
    assert share_delivered((money,), (RECORD,), "quarter")["fleet"].mean == pytest.approx(0.5)
    relative = replace(money, unit="relative", effect=replace(gain, estimate=0.04, low=0.02, high=0.06))
    assert share_delivered((relative,), (RECORD,), "quarter")["fleet"].mean == pytest.approx(0.8)
    assert share_delivered((money, LEAVING), (RECORD,), "quarter")["fleet"].low == pytest.approx(0.335)


def test_a_forecast_that_another_of_its_period_replaced_is_no_measure() -> None:
    instead = replace(RECORD, approved_at=f"{RECORD.approved_at}, later", chosen=())
    assert share_delivered((LEAVING,), (RECORD, instead), "quarter") == {}
    assert measured_benefits((RECORD, instead), share_delivered((LEAVING,), (RECORD,), "quarter")) == {}


def test_nothing_is_told_of_what_no_record_chose_or_of_a_score() -> None:
    assert share_delivered((replace(LEAVING, initiative="spares"),), (RECORD,), "quarter") == {}
    assert share_delivered((replace(LEAVING, outcome="score", unit="score_points"),), (RECORD,), "quarter") == {}


def test_the_measured_benefit_is_the_approved_one_times_the_share() -> None:
    found = measured_benefits((RECORD,), share_delivered((LEAVING,), (RECORD,), "quarter"))["fleet"]
    assert (found.mean, found.low, found.high) == pytest.approx((150.0, 100.5, 199.5))
