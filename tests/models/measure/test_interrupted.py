"""A series beside where it was heading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from models.measure.interrupted import GRID, Series, compare_before, departure_of
from models.measure.panel import Effect, Refusal
from tests.models.measure.rollout_design import shocks, small_panel

# The same linear algebra by two ways.
EXACT = 1e-6
# Sampling: the mean of 40 estimates of standard error 1.6.
BIAS = 0.8


def series(outcome: np.ndarray, before: int, season: int = 1) -> Series:
    since = np.arange(len(outcome)) - before
    return Series(since=since, outcome=outcome, season=since % season)


def test_given_how_shocks_go_on_it_is_generalised_least_squares_with_a_dummy_for_every_period_after() -> None:
    outcome = shocks(np.random.default_rng(1), (1, 16), 0.5)[0] + 0.3 * np.arange(16)
    found = departure_of(series(outcome, 12))
    t = np.arange(16)
    x = np.column_stack([np.ones(16), t, np.eye(16)[:, 12:]])
    for at in (0, 20, 35):
        fit = sm.GLS(outcome, x, sigma=GRID[at] ** np.abs(np.subtract.outer(t, t))).fit()
        mean = fit.t_test(np.r_[0, 0, np.full(4, 0.25)])
        assert found.middle[at] == pytest.approx(mean.effect[0], abs=EXACT)
        assert found.scale[at] == pytest.approx(mean.sd[0, 0], abs=EXACT)
    assert found.df == 10


def test_quantiles_and_probabilities_agree_and_the_mean_lies_between() -> None:
    found = departure_of(series(shocks(np.random.default_rng(2), (1, 14), 0.5)[0], 10))
    assert found.below(found.quantile(0.05)) == pytest.approx(0.05, abs=1e-6)
    assert found.quantile(0.05) < found.mean < found.quantile(0.95)
    assert found.chance.sum() == pytest.approx(1)


def test_trend_season_and_effect_come_back_on_average() -> None:
    off = []
    for seed in range(40):
        t = np.arange(20)
        outcome = shocks(np.random.default_rng(seed), (1, 20), 0.5)[0] + 0.5 * t + 3 * (t % 4 == 2) + 2.0 * (t >= 16)
        found = compare_before(small_panel(outcome[None], [16]), season=4)
        assert isinstance(found, Effect)
        off.append(found.estimate - 2.0)
    assert abs(np.mean(off)) < BIAS


def test_it_is_never_more_than_indicative_and_says_why() -> None:
    found = compare_before(small_panel(np.random.default_rng(1).normal(size=(3, 16)), [10, 10, 10]))
    assert isinstance(found, Effect)
    assert found.grade == "indicative"
    assert "whatever else" in found.said


def test_starts_at_several_dates_are_laid_on_one_another() -> None:
    t = np.arange(16)
    outcome = 0.1 * np.random.default_rng(1).normal(size=(2, 16)) + 1.0 * (t[None, :] >= np.array([[10], [12]]))
    found = compare_before(small_panel(outcome, [10, 12]))
    assert isinstance(found, Effect)
    assert (found.before, found.after) == (10, 4)
    assert found.estimate == pytest.approx(1.0, abs=0.4)
    assert isinstance(compare_before(small_panel(outcome, [10, 12]), season=4), Refusal)


@pytest.mark.parametrize(("before", "season", "told"), [(7, 1, False), (8, 1, True), (8, 4, False), (9, 4, True)])
def test_too_few_periods_before_are_refused(before: int, season: int, told: bool) -> None:  # noqa: FBT001
    outcome = np.random.default_rng(1).normal(size=(1, before + 4))
    assert isinstance(compare_before(small_panel(outcome, [before]), season), Effect) is told


def test_a_group_with_a_gap_is_left_out_and_said() -> None:
    panel = small_panel(np.random.default_rng(1).normal(size=(3, 16)), [10, 10, 10])
    outcome = panel.outcome.copy()
    outcome[1, 4] = np.nan
    found = compare_before(replace(panel, outcome=outcome))
    assert isinstance(found, Effect)
    assert found.units == 2
    assert "1 group with periods missing" in found.said
