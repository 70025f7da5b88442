"""The planning rate takes the current one's place where it is quoted, and the money between is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rate_values import leaving_rate, rate

from impact.approval import Approval, ApprovedRate
from impact.standing import Standing
from models.calibration.slopes import Calibration
from models.certificate import Certificate, not_asked
from models.planning import RatePlan, planned, planning_checks, price

CERTIFICATE = Certificate(
    outcome="log_revenue",
    term="overall",
    rate=0.02,
    low=0.0134,
    high=0.0266,
    point="1 point on 1-5",
    window=("2025Q1", "2026Q3"),
    data_hash="ab" * 32,
    answers=not_asked(),
    grade="within-unit",
    kept=4 / 7,
    blocked="",
    valid_until="2027Q3",
)
SIGNED = ApprovedRate(
    outcome="log_revenue",
    term="overall",
    rate=0.03,
    low=0.02,
    high=0.04,
    point="1 point on 1-5",
    grade="within-unit",
    data_hash="cd" * 32,
)
APPROVAL = Approval(
    what="rate",
    by="Ann Lee",
    at="2026-10-02T09:30:00+00:00",
    valid_until="2027Q3",
    note="",
    run_id="1",
    as_of="2026Q2",
    files={},
    inputs={},
    rates=(SIGNED,),
)
PLAN = RatePlan(
    certificate=CERTIFICATE,
    standing=Standing(
        outcome="log_revenue",
        term="overall",
        state="inputs changed",
        words="not approved: inputs changed since Ann Lee signed",
        signed=APPROVAL,
        planning=SIGNED,
    ),
    money_between=float("nan"),
)
CALIBRATION = Calibration(slopes=(leaving_rate(), rate(), rate(headline=False, method="placebo")))


def test_only_the_signed_headline_is_replaced_and_its_range_is_as_signed() -> None:
    leaving, revenue, placebo = planned(CALIBRATION, (PLAN,)).slopes
    assert (leaving, placebo) == (CALIBRATION.slopes[0], CALIBRATION.slopes[2])
    assert revenue.estimate == 0.03
    assert revenue.range90() == pytest.approx((0.02, 0.04))


def test_the_money_between_is_what_a_point_is_worth_more_at_the_planning_rate() -> None:
    def worth(calibration: Calibration) -> float:
        slope = calibration.headline("log_revenue")
        assert slope is not None
        return 1_000 * slope.estimate

    (found,) = price((PLAN,), CALIBRATION, worth)
    assert found.money_between == pytest.approx(10.0)
    unsigned = replace(PLAN, standing=replace(PLAN.standing, planning=None))
    assert price((unsigned,), CALIBRATION, worth) == (unsigned,)


def test_a_planning_rate_outside_the_current_range_is_a_review() -> None:
    (found,) = planning_checks((PLAN,))
    assert (found.code, found.status) == ("C493", "review")
    near = replace(PLAN, standing=replace(PLAN.standing, planning=replace(SIGNED, rate=0.021)))
    assert [check.status for check in planning_checks((near,))] == ["pass"]


def test_an_expired_approval_is_a_review_and_a_standing_one_says_nothing() -> None:
    expired = replace(PLAN, standing=replace(PLAN.standing, state="expired", planning=None))
    (found,) = planning_checks((expired,))
    assert (found.code, found.status) == ("C492", "review")
    assert "Ann Lee" in found.text
    assert planning_checks((replace(PLAN, standing=replace(PLAN.standing, state="approved")),)) == ()
