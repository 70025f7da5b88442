"""Effects by time since the start, and what came before it."""

from __future__ import annotations

import numpy as np
import pytest

from models.measure.event_study import study_before, study_events, widen_for_trends
from models.measure.imputation import impute
from models.measure.panel import NEVER, Effect
from models.measure.staggered import compare_staggered
from tests.models.measure.rollout_design import Rollout, draw_rollout, small_panel

# The same linear algebra by two ways.
EXACT = 1e-8
# Of 40 panels with a drift of .3 a period, shocks of one: nine in ten are found.
FOUND = 30


def test_without_noise_every_step_is_the_effect_at_its_time() -> None:
    t, start = np.arange(9), np.array([4, 4, 6, 6, NEVER, NEVER])
    since = t[None, :] - start[:, None].astype(np.int64)
    panel = small_panel(np.arange(6.0)[:, None] + 0.3 * t + np.where(since >= 0, since + 1, 0), start.tolist())
    steps = {step.since: step for step in study_events(panel).steps}
    assert sorted(steps) == [-3, -2, -1, 0, 1, 2, 3, 4]
    for since_start, step in steps.items():
        assert step.estimate == pytest.approx(max(since_start + 1, 0), abs=EXACT)


def test_differences_before_are_those_of_the_two_groups_means() -> None:
    """Of one start: the change from the earliest periods' mean, treated less others."""
    rng = np.random.default_rng(2)
    outcome = rng.normal(size=(20, 9))
    panel = small_panel(outcome, [6] * 10 + [NEVER] * 10)
    found = study_before(panel, impute(panel))
    gap = outcome[:10].mean(axis=0) - outcome[10:].mean(axis=0)
    expected = gap[3:6] - gap[:3].mean()
    assert [step.since for step in found.steps] == [-3, -2, -1]
    np.testing.assert_allclose([step.estimate for step in found.steps], expected, atol=EXACT)
    assert found.largest_break == pytest.approx(np.abs(np.diff(np.r_[0, expected])).max(), abs=EXACT)


def test_a_drift_before_the_start_is_found_and_none_is_seldom_found() -> None:
    def asked(drift: float) -> int:
        panels = (draw_rollout(seed, Rollout(groups=30, treated=15, drift=drift))[0] for seed in range(40))
        return sum(study_before(panel, impute(panel)).pretrend_p < 0.05 for panel in panels)

    assert asked(0.3) >= FOUND
    assert asked(0.0) <= 5


def test_the_range_is_widened_by_the_largest_break_on_either_side() -> None:
    panel, _ = draw_rollout(1, Rollout(groups=30, treated=15))
    effect, events = compare_staggered(panel), study_before(panel, impute(panel))
    assert isinstance(effect, Effect)
    wide = widen_for_trends(effect, events)
    assert effect.low - wide.low == pytest.approx(events.largest_break)
    assert wide.high - effect.high == pytest.approx(events.largest_break)
    assert (wide.estimate, wide.grade) == (effect.estimate, "indicative")


def test_two_periods_before_leave_one_difference_and_one_leaves_none() -> None:
    outcome = np.random.default_rng(4).normal(size=(12, 6))
    two = study_before(panel := small_panel(outcome, [2] * 6 + [NEVER] * 6), impute(panel))
    assert [step.since for step in two.steps] == [-1]
    one = study_before(panel := small_panel(outcome, [1] * 6 + [NEVER] * 6), impute(panel))
    assert one.steps == ()
    assert np.isnan(one.pretrend_p)
