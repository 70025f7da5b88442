"""Difference in differences that survives starts at different times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from models.measure.imputation import impute
from models.measure.panel import NEVER, Effect, Panel, Refusal
from models.measure.staggered import compare_staggered
from tests.models.measure.rollout_design import Rollout, draw_rollout, small_panel

# The same linear algebra by two ways.
EXACT = 1e-8
# Sampling: the mean of 60 estimates of standard error .33.
BIAS = 0.12


def effect_of(panel: Panel) -> Effect:
    found = compare_staggered(panel)
    assert isinstance(found, Effect)
    return found


def growing() -> Panel:
    """Without any noise: starts at 3 and 7, all treated by 7, the effect growing by one a period since the start."""
    t, start = np.arange(10), np.array([3, 3, 7, 7])
    since = t[None, :] - start[:, None]
    own = np.array([2.0, 5.0, 1.0, 9.0])[:, None] + 0.7 * t
    return small_panel(own + np.where(since >= 0, since + 1, 0), start.tolist())


def two_way(panel: Panel) -> float:
    """One effect beside unit and period dummies, the usual regression."""
    rows = pd.DataFrame({"y": panel.outcome.ravel(), "d": panel.under.ravel().astype(float)})
    units, periods = panel.outcome.shape
    dummies = np.column_stack([np.kron(np.eye(units), np.ones((periods, 1))), np.tile(np.eye(periods), (units, 1))])
    return float(np.linalg.lstsq(np.column_stack([rows["d"], dummies]), rows["y"], rcond=None)[0][0])


def test_where_effects_grow_two_way_fixed_effects_is_wrong_and_this_is_right() -> None:
    """The earlier starters serve the usual regression as comparison for the later ones: Goodman-Bacon (2021)."""
    panel = growing()
    # told until the last start: periods 3 to 6 of the first two, effects 1, 2, 3, 4
    truth = 2.5
    assert effect_of(replace(panel, cluster=np.arange(4))).estimate == pytest.approx(truth, abs=EXACT)
    assert impute(panel).left_out == 12
    never = replace(panel, treated_from=np.array([3, 3, 7, NEVER]), outcome=panel.outcome - np.r_[0, 0, 0, 1][:, None] *
                    np.where(panel.t >= 7, panel.t - 6, 0))  # fmt: skip
    assert effect_of(never).estimate == pytest.approx((2 * 28 + 6) / 17, abs=EXACT)
    assert two_way(panel) < 0.5 * truth


def test_it_equals_dummies_for_units_periods_and_every_treated_cell() -> None:
    panel, _ = draw_rollout(3, Rollout(groups=7, treated=4, periods=8, first=4, starts=2, effect=1.0))
    outcome = panel.outcome.copy()
    outcome[0, 1] = outcome[5, 6] = np.nan
    panel = replace(panel, outcome=outcome)
    seen, cells = panel.seen, panel.under & panel.seen
    i, t = np.nonzero(seen)
    treated = np.flatnonzero(cells[seen])
    x = np.column_stack([np.eye(7)[i], np.eye(8)[t], np.eye(len(i))[:, treated]])
    root = np.sqrt(panel.weights[seen])
    beta = np.linalg.lstsq(x * root[:, None], panel.values[seen] * root, rcond=None)[0][15:]
    expected = np.average(beta, weights=panel.weights[cells])
    found = impute(panel)
    assert found.estimate == pytest.approx(expected, abs=EXACT)
    assert (found.pull * panel.values).sum() == pytest.approx(expected, abs=EXACT)


def test_of_two_periods_and_equal_arms_its_error_is_that_of_a_t_test_of_the_changes() -> None:
    rng = np.random.default_rng(5)
    outcome = rng.normal(size=(12, 2))
    found = effect_of(small_panel(outcome, [1] * 6 + [NEVER] * 6))
    change = outcome[:, 1] - outcome[:, 0]
    test = ttest_ind(change[:6], change[6:])
    assert found.estimate == pytest.approx(change[:6].mean() - change[6:].mean(), abs=EXACT)
    assert found.estimate / found.se == pytest.approx(test.statistic, abs=EXACT)
    assert found.p == pytest.approx(test.pvalue, abs=EXACT)
    half = (test.confidence_interval(0.9).high - test.confidence_interval(0.9).low) / 2
    assert found.high - found.estimate == pytest.approx(half, abs=EXACT)


def test_the_true_effect_comes_back_on_average() -> None:
    plan = Rollout(groups=30, treated=15, effect=2.0)
    off = [effect_of(panel).estimate - truth for panel, truth in (draw_rollout(seed, plan) for seed in range(60))]
    assert abs(np.mean(off)) < BIAS


def test_units_assigned_together_count_as_one_however_many_they_are() -> None:
    panel, _ = draw_rollout(2, Rollout(groups=10, treated=5))
    twice = replace(panel.of(np.repeat(np.arange(10), 2)), weight=np.repeat(panel.weight / 2, 2, axis=0))
    once, doubled = effect_of(panel), effect_of(twice)
    assert doubled.estimate == pytest.approx(once.estimate, abs=EXACT)
    assert doubled.se == pytest.approx(once.se, rel=1e-6)
    assert effect_of(replace(twice, cluster=np.arange(20))).se < 0.9 * once.se


def test_chance_makes_its_grade_randomised() -> None:
    panel, _ = draw_rollout(2, Rollout(groups=10, treated=5, randomised=True))
    assert effect_of(panel).grade == "randomised"
    assert effect_of(replace(panel, randomised=False)).grade == "comparison"


@pytest.mark.parametrize(("treated_from", "words"), [([2, NEVER, NEVER], "1 group"), ([2, 2, 2], "beside it")])
def test_too_few_groups_are_refused_with_the_reason(treated_from: list[int], words: str) -> None:
    found = compare_staggered(small_panel(np.random.default_rng(1).normal(size=(3, 5)), treated_from))
    assert isinstance(found, Refusal)
    assert words in found.reason
