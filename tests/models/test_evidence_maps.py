"""From effects to what was measured, and back: against formulas written out and customers simulated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from impact.evidence import UNITS_OF
from impact.rng import stream
from models.evidence_maps import Trial, change_of, read_linearly, slopes_of

ROUNDED = 1e-9
# A central difference of steps of 1e-5 against a derivative.
STEP = 1e-5
STEP_OFF = 1e-7
# Four standard errors of a leaving rate of two million simulated customers.
CUSTOMERS = 2_000_000
LEAVING = 0.05


def trial(**changes: Any) -> Trial:  # noqa: ANN401
    plain: dict[str, Any] = {
        "outcome": "churn",
        "unit": "points",
        "met": np.array([0.2, 0.0, 0.1]),
        "removed": np.array([1.0, 0.0, 1.0]),
        "level": LEAVING,
    }
    return Trial(**(plain | changes))


EFFECTS = np.array([0.4, 0.3, -0.2])


def one(of: Trial, effects: np.ndarray = EFFECTS) -> float:
    return float(change_of(of, effects[None, :])[0])


def test_all_who_met_it_lose_the_factor_of_one_pain_point() -> None:
    alone = trial(met=np.array([1.0, 0.0, 0.0]), removed=np.array([1.0, 0.0, 0.0]))
    after = 1 - (1 - LEAVING) ** np.exp(-0.4)
    assert one(alone) == pytest.approx(after - LEAVING, rel=ROUNDED)


def test_leaving_falls_in_simulated_customers_as_the_formula_says() -> None:
    rng = stream(4, "trial")
    met = rng.uniform(size=(CUSTOMERS, 2)) < (0.2, 0.1)
    base = 0.04
    factor = np.exp(met @ EFFECTS[[0, 2]])
    # everybody's own chance: no noise of who happens to leave
    before = float((1 - np.exp(-base * factor)).mean())
    after = 1 - np.exp(-base)
    # the mean over customers of 1 - exp(-intensity) bends by the variance of the intensity, here under 1e-4 of rate
    assert one(trial(level=before)) == pytest.approx(after - before, abs=2e-4)


def test_units_of_leaving_are_the_same_change_told_in_four_ways() -> None:
    churn = one(trial())
    assert one(trial(unit="relative")) == pytest.approx(churn / LEAVING, rel=ROUNDED)
    assert one(trial(outcome="retention")) == pytest.approx(-churn, rel=ROUNDED)
    assert one(trial(outcome="retention", unit="relative")) == pytest.approx(-churn / (1 - LEAVING), rel=ROUNDED)


def test_money_and_score_are_the_sum_of_what_is_removed() -> None:
    gone = 0.2 * 0.4 + 0.1 * -0.2
    assert one(trial(outcome="revenue", unit="relative", level=100.0)) == pytest.approx(-gone, rel=ROUNDED)
    money = trial(outcome="margin", unit="money_per_customer_period", level=40.0)
    assert one(money) == pytest.approx(-gone * 40, rel=ROUNDED)
    assert one(trial(outcome="score", unit="score_points", level=0.9)) == pytest.approx(-gone * 0.9, rel=ROUNDED)


def test_an_initiative_takes_its_share_of_what_occurs() -> None:
    half = trial(removed=np.array([0.5, 0.0, 0.5]))
    ratio = (1 + 0.2 * np.expm1(0.4)) / (1 + 0.1 * np.expm1(0.4)) * (1 + 0.1 * np.expm1(-0.2))
    ratio /= 1 + 0.05 * np.expm1(-0.2)
    assert one(half) == pytest.approx(1 - (1 - LEAVING) ** (1 / ratio) - LEAVING, rel=ROUNDED)


def test_a_delight_brought_about_is_with_those_measured_after_and_not_before() -> None:
    brought = trial(met=np.array([0.3, 0.0, 0.0]), removed=np.array([-1.0, 0.0, 0.0]))
    ratio = 1 + 0.3 * np.expm1(-0.4)
    assert one(brought, -EFFECTS) == pytest.approx(1 - (1 - LEAVING) ** ratio - LEAVING, rel=ROUNDED)
    money = trial(outcome="revenue", unit="relative", met=brought.met, removed=brought.removed)
    assert one(money) == pytest.approx(0.3 * 0.4, rel=ROUNDED)


@pytest.mark.parametrize("outcome", ["churn", "retention", "revenue", "margin", "score"])
def test_derivatives_are_those_of_the_change(outcome: Any) -> None:  # noqa: ANN401
    for unit in UNITS_OF[outcome]:
        of = trial(outcome=outcome, unit=unit, removed=np.array([0.5, 0.0, -1.0]))
        steps = [(one(of, EFFECTS + step) - one(of, EFFECTS - step)) / (2 * STEP) for step in STEP * np.eye(3)]
        assert slopes_of(of, EFFECTS) == pytest.approx(np.array(steps), abs=STEP_OFF)


def test_a_precise_row_reads_the_effect_that_made_it() -> None:
    for tau in (-0.3, 0.05, 0.4, 0.9):
        alone = trial(met=np.array([0.2]), removed=np.array([1.0]))
        weights, estimate, _ = read_linearly(alone, one(alone, np.array([tau])), 1e-6)
        assert estimate / weights[0] == pytest.approx(tau, rel=1e-4)


def test_a_row_read_in_points_or_in_shares_says_the_same() -> None:
    told = [
        read_linearly(trial(), -0.004, 0.002),
        read_linearly(trial(unit="relative"), -0.004 / LEAVING, 0.002 / LEAVING),
        read_linearly(trial(outcome="retention"), 0.004, 0.002),
    ]
    for weights, estimate, se in told[1:]:
        assert weights == pytest.approx(told[0][0], rel=ROUNDED)
        assert (estimate, se) == pytest.approx(told[0][1:], rel=ROUNDED)


def test_rows_whose_error_is_large_weigh_alike_whichever_way_they_miss() -> None:
    alone = trial(met=np.array([0.1]), removed=np.array([1.0]))
    up, down = (read_linearly(alone, one(alone, np.array([0.15])) + miss, 0.005) for miss in (-0.005, 0.005))
    # the information of a row is (weight / se)^2: within a tenth, where reading at the estimate has them at 36 to 1
    assert (up[0][0] / up[2]) ** 2 == pytest.approx((down[0][0] / down[2]) ** 2, rel=0.35)
