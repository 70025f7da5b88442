"""Importance of stages: a split of R-squared that units, orders and printing do not move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from impact.cells import CustomerCells, SitePanel
from impact.intake import Intake
from impact.rng import stream
from models.drivers import EXACT_LIMIT, find_drivers, johnson, lmg, score_correlations

# A correlation does not know units; what is left is the rounding of sums.
RESCALED = 1e-8
EXACT = 1e-12
# Importance drawn 400 times: a middle of the draws against the estimate, in units of R-squared.
DRAWN = 0.02


def correlations(seed: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    rng = stream(seed, "correlations")
    data = rng.normal(size=(200, p + 1)) @ rng.normal(size=(p + 1, p + 1))
    matrix = np.corrcoef(data, rowvar=False)
    return matrix[1:, 1:], matrix[1:, 0]


@pytest.mark.parametrize("weigh", [lmg, johnson])
@pytest.mark.parametrize("p", [1, 2, 5])
def test_importance_sums_to_r_squared(weigh: object, p: int) -> None:
    assert callable(weigh)
    among, outcome = correlations(p, p)
    shares = weigh(among, outcome)
    assert shares.sum() == pytest.approx(outcome @ np.linalg.solve(among, outcome), abs=EXACT)
    assert (shares >= 0).all()


@pytest.mark.parametrize("weigh", [lmg, johnson])
def test_importance_follows_its_predictor_through_any_order(weigh: object) -> None:
    assert callable(weigh)
    among, outcome = correlations(9, 5)
    order = np.array([3, 0, 4, 2, 1])
    turned = weigh(among[np.ix_(order, order)], outcome[order])
    np.testing.assert_allclose(turned, weigh(among, outcome)[order], atol=EXACT)


def test_of_uncorrelated_predictors_each_has_its_own_squared_correlation() -> None:
    outcome = np.array([0.5, -0.3, 0.0, 0.2])
    for weigh in (lmg, johnson):
        np.testing.assert_allclose(weigh(np.eye(4), outcome), outcome**2, atol=EXACT)


def test_more_predictors_than_can_be_enumerated_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=f"stops at {EXACT_LIMIT} predictors, found {EXACT_LIMIT + 1}"):
        lmg(np.eye(EXACT_LIMIT + 1), np.zeros(EXACT_LIMIT + 1))


def test_hospital_stages_split_the_r_squared_of_a_plain_regression(
    hospitals_panel: SitePanel, hospitals_intake: Intake
) -> None:
    journey = hospitals_intake.case.journey
    found = find_drivers(hospitals_panel, journey, stream(1, "drivers"))
    assert found is not None
    complete = hospitals_panel.panel.dropna(subset=["overall", *journey.stage_ids()])
    fit = sm.OLS(complete["overall"], sm.add_constant(complete[list(journey.stage_ids())])).fit()
    assert found.stages == journey.stage_ids()
    # pairs are used where both are known, which is a few rows more than all stages known
    assert found.r_squared == pytest.approx(fit.rsquared, abs=0.001)
    assert found.importance.sum() == pytest.approx(found.r_squared, abs=EXACT)
    assert (found.low <= found.importance).all() and (found.importance <= found.high).all()
    assert found.p_first.sum() == pytest.approx(1)
    assert found.n == len(hospitals_panel.panel[["overall", *journey.stage_ids()]].dropna())


def test_the_scale_a_stage_was_asked_on_does_not_move_importance(
    hospitals_panel: SitePanel, hospitals_intake: Intake
) -> None:
    journey = hospitals_intake.case.journey
    stage = journey.stage_ids()[2]
    panel = hospitals_panel.panel
    rescaled = replace(hospitals_panel, panel=panel.assign(**{stage: 1 + panel[stage] / 25}))
    plain, other = (find_drivers(cells, journey, stream(1, "drivers")) for cells in (hospitals_panel, rescaled))
    assert plain is not None and other is not None
    np.testing.assert_allclose(other.importance, plain.importance, atol=RESCALED)


def test_importance_of_customers_comes_from_their_pairs_of_scores(
    small_cells: CustomerCells, small_intake: Intake
) -> None:
    journey = small_intake.case.journey
    names, matrix, n = score_correlations(small_cells, journey)
    pairs = small_cells.pairs.set_index(["a", "b"])
    assert tuple(names) == journey.stage_ids()
    assert n == pairs.loc[[key for key in pairs.index if key[0] != key[1]], "n"].min()
    np.testing.assert_array_equal(np.diag(matrix), 1)
    found = find_drivers(small_cells, journey, stream(1, "drivers"))
    assert found is not None
    np.testing.assert_allclose((found.low + found.high) / 2, found.importance, atol=4 * DRAWN)
    assert (found.high - found.low).min() > DRAWN / 4


def test_the_same_stream_gives_the_same_ranges(small_cells: CustomerCells, small_intake: Intake) -> None:
    first, again = (find_drivers(small_cells, small_intake.case.journey, stream(5, "drivers")) for _ in range(2))
    assert first is not None and again is not None
    np.testing.assert_array_equal(first.low, again.low)


def test_one_scored_stage_has_nothing_to_be_compared_with(hospitals_panel: SitePanel, hospitals_intake: Intake) -> None:
    journey = hospitals_intake.case.journey
    empty = {stage: np.nan for stage in journey.stage_ids()[1:]}
    alone = replace(hospitals_panel, panel=hospitals_panel.panel.assign(**empty))
    assert find_drivers(alone, journey, stream(1, "drivers")) is None


def test_pairs_of_different_customers_that_contradict_each_other_still_give_importance(
    hospitals_panel: SitePanel, hospitals_intake: Intake
) -> None:
    journey = hospitals_intake.case.journey
    rng = stream(3, "parts")
    first, second = journey.stage_ids()[:2]
    mood = rng.normal(size=300)
    blank = np.full(100, np.nan)
    # with overall both stages agree, between themselves they are opposed: no real matrix has all three
    scores = {
        "overall": np.concatenate([mood[:200], blank]),
        first: np.concatenate([mood[:100], blank, mood[200:]]),
        second: np.concatenate([blank, mood[100:200], -mood[200:]]),
    }
    others = {stage: np.nan for stage in journey.stage_ids()[2:]}
    cells = replace(hospitals_panel, panel=pd.DataFrame({**scores, **others}))
    found = find_drivers(cells, journey, rng)
    assert found is not None
    assert np.isfinite(found.importance).all() and (found.importance >= 0).all()
    assert 0 <= found.r_squared <= 1 + 1e-6
