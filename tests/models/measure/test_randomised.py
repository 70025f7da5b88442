"""Difference of means where chance decided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_ind

from models.measure.panel import NEVER, Effect, Refusal
from models.measure.randomised import Arms, compare_randomised, difference_of_means
from tests.models.measure.rollout_design import Rollout, draw_rollout, small_panel

# The same algebra by two ways.
EXACT = 1e-8
# Sampling: the mean of 60 estimates of standard error .38.
BIAS = 0.15


def test_without_covariates_its_error_is_that_of_welch() -> None:
    rng = np.random.default_rng(1)
    treated = np.arange(20) < 8
    outcome = rng.normal(size=20) * np.where(treated, 3, 1)
    arms = Arms(
        outcome=outcome, treated=treated, covariates=np.empty((20, 0)), weight=np.ones(20), cluster=np.arange(20)
    )
    found, test = difference_of_means(arms), ttest_ind(outcome[treated], outcome[~treated], equal_var=False)
    assert found.estimate / found.se == pytest.approx(test.statistic, abs=EXACT)
    # Satterthwaite where both arms scatter alike
    assert found.df == pytest.approx((1 / 8 + 1 / 12) ** 2 / (1 / (8**2 * 7) + 1 / (12**2 * 11)), abs=EXACT)


def test_the_true_effect_comes_back_on_average_and_the_outcome_before_sharpens_it() -> None:
    plan = Rollout(groups=30, treated=15, starts=1, effect=2.0, randomised=True)
    off, narrower = [], []
    for seed in range(60):
        panel, truth = draw_rollout(seed, plan)
        found = compare_randomised(panel)
        later = compare_randomised(panel.without(np.tile(panel.t < 8, (30, 1))))
        assert isinstance(found, Effect)
        assert isinstance(later, Effect)
        off.append(found.estimate - truth)
        narrower.append(found.se < 0.5 * later.se)
    assert abs(np.mean(off)) < BIAS
    assert np.mean(narrower) > 0.9


def test_a_unit_without_an_outcome_before_is_left_out_and_said() -> None:
    panel, _ = draw_rollout(4, Rollout(groups=12, treated=6, starts=1, randomised=True))
    found = compare_randomised(panel.without((np.arange(12)[:, None] == 3) & (panel.t < 8)))
    assert isinstance(found, Effect)
    assert found.units == 11
    assert "1 group without an outcome" in found.said


def test_where_too_few_have_an_outcome_before_it_is_left_out_and_nobody_with_it() -> None:
    panel, _ = draw_rollout(4, Rollout(groups=12, treated=6, starts=1, randomised=True))
    early = np.tile(panel.t < panel.starts[0], (12, 1))
    early[np.flatnonzero(~panel.treated)] = False
    found = compare_randomised(panel.without(early))
    assert isinstance(found, Effect)
    assert found.units == 12 and "no outcome before" in found.said


def test_many_clusters_have_nearly_the_error_of_few() -> None:
    rng = np.random.default_rng(3)
    outcome = rng.normal(size=100)
    few = Arms(
        outcome=outcome,
        treated=np.arange(100) < 50,
        covariates=np.empty((100, 0)),
        weight=np.ones(100),
        cluster=np.arange(100),
    )
    many = Arms(
        outcome=np.tile(outcome, 2),
        treated=np.tile(few.treated, 2),
        covariates=np.empty((200, 0)),
        weight=np.ones(200),
        cluster=np.arange(200),
    )
    assert difference_of_means(many).se * np.sqrt(2) == pytest.approx(difference_of_means(few).se, rel=0.01)


def test_it_is_refused_where_chance_did_not_decide_or_starts_differ() -> None:
    outcome = np.random.default_rng(1).normal(size=(6, 6))
    panel = small_panel(outcome, [3, 3, 3, NEVER, NEVER, NEVER], randomised=True)
    for other in (
        replace(panel, randomised=False),
        replace(panel, treated_from=np.array([2, 3, 3, NEVER, NEVER, NEVER])),
        replace(panel, treated_from=np.array([2, NEVER, NEVER, NEVER, NEVER, NEVER])),
    ):
        assert isinstance(compare_randomised(other), Refusal)
    assert isinstance(compare_randomised(panel), Effect)
