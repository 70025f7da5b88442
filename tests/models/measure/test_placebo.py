"""The range of a synthetic comparison, by placebo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from models.measure.panel import Effect, Panel, Refusal
from models.measure.placebo import cohorts_of, compare_synthetic
from models.measure.synthetic import synthetic_effect
from tests.models.measure.rollout_design import Rollout, draw_rollout

ONE = Rollout(groups=12, treated=1, starts=1, periods=20, first=12, effect=4.0)
# Sampling: the mean of 40 estimates of standard error 1.1.
BIAS = 0.5


def effect_of(panel: Panel) -> Effect:
    found = compare_synthetic(panel)
    assert isinstance(found, Effect)
    return found


def test_the_range_is_that_of_what_untreated_units_would_have_shown() -> None:
    panel, _ = draw_rollout(1, ONE)
    others = panel.of(~panel.treated)
    shown = []
    for i in range(11):
        stand_in = replace(others, treated_from=np.where(np.arange(11) == i, 12, others.treated_from))
        shown.append(synthetic_effect(cohorts_of(stand_in).cohorts[0].block))
    found = effect_of(panel)
    assert found.se == pytest.approx(np.sqrt(np.mean(np.square(shown)) * 12 / 11))
    assert found.high - found.low == pytest.approx(2 * student.ppf(0.95, 10) * found.se)
    assert found.placebo == pytest.approx((1 + np.sum(np.abs(shown) >= abs(found.estimate))) / 12)


def test_the_true_effect_comes_back_on_average() -> None:
    drawn = (draw_rollout(seed, ONE) for seed in range(40))
    assert abs(np.mean([effect_of(panel).estimate - truth for panel, truth in drawn])) < BIAS


def test_starts_at_several_dates_are_compared_one_by_one() -> None:
    panel, truth = draw_rollout(3, replace(ONE, groups=16, treated=3, starts=3))
    found = effect_of(panel)
    assert found.low < truth < found.high
    assert (found.treated, found.before, found.after) == (3, 12, 8)


def test_untreated_units_with_gaps_are_left_out_and_said_and_gaps_of_the_treated_leave_a_period_out() -> None:
    panel, _ = draw_rollout(1, ONE)
    other = np.flatnonzero(~panel.treated)[0]
    gap = np.zeros(panel.outcome.shape, bool)
    gap[other, 3] = True
    found = effect_of(panel.without(gap))
    assert (found.units, "1 group with periods missing" in found.said) == (11, True)
    gap = np.zeros(panel.outcome.shape, bool)
    gap[panel.treated, 3] = True
    assert (effect_of(panel.without(gap)).before, effect_of(panel.without(gap)).units) == (11, 12)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (replace(ONE, groups=5), "4 groups without it"),
        (replace(ONE, first=3), "3 periods before"),
        (replace(ONE, treated=12), "0 groups"),
    ],
)
def test_too_little_is_refused_with_the_reason(plan: Rollout, words: str) -> None:
    found = compare_synthetic(draw_rollout(1, plan)[0])
    assert isinstance(found, Refusal)
    assert words in found.reason
