"""The shape of what a score goes with is a straight line unless another tells more out of sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog

from models.calibration.bounded import fit_bounded
from models.calibration.leaving import calibrate_leaving
from models.calibration.links import choose_link
from models.calibration.slopes import LinkChoice, Regression, Slope
from tests.models.calibration.leaving_company import Truth, cells_of, journey_of, simulate_rows

# Steps of the two fits end when coefficients rest by 1e-7, deviances by 1e-8.
SAME_MAXIMUM = 1e-6
# A shape that is not there gains two standard errors in some 2% of cases each, of three.
CHANCE = 1
TIMES_LOW, TIMES_HIGH = 2.0, 8.0


def link_of(truth: Truth, seed: int) -> LinkChoice:
    """The shape found for customers of a truth."""
    return calibrate_leaving(cells_of(simulate_rows(truth, seed)), journey_of()).links[0]


def regression_of(y: np.ndarray, score: np.ndarray, units: int) -> Regression:
    """An ordinary regression of money on a score, by unit."""
    x = pd.DataFrame({"const": 1.0, "overall": score})
    fit = sm.OLS(y, x).fit()
    slope = Slope(
        **{"outcome": "log_revenue", "term": "overall", "method": "within", "headline": True, "grade": "within-unit"},
        **{"estimate": float(fit.params["overall"]), "se": float(fit.bse["overall"]), "n": len(y), "units": units},
    )
    keys = pd.DataFrame({"unit": np.arange(len(y)) % units, "t": 0, "persona": "all"})
    return Regression(slope=slope, y=y, x=x, keys=keys, family="gaussian", weights=None, call="OLS(y, x).fit()")


def test_a_straight_truth_is_told_straight() -> None:
    found = [link_of(Truth(customers=4_000), seed).chosen for seed in range(6)]
    assert sum(link != "linear" for link in found) <= CHANCE


def test_a_kinked_truth_is_told_as_penalty_and_reward() -> None:
    truth = Truth(customers=25_000, slope=(-1.0, -1.0), bend=lambda s: np.minimum(s, 0) + 0.2 * np.maximum(s, 0))
    found = link_of(truth, 4)
    assert found.chosen == "penalty and reward"
    assert found.gain > 2 * found.gain_se > 0
    assert found.centre == 3.0
    below, above = np.log(found.curve[1.0]) / 2 if 1.0 in found.curve else np.nan, found.curve
    levels = np.array(list(above))
    told = np.log(np.array(list(above.values())))
    steepness = np.abs(np.gradient(told, levels))
    assert TIMES_LOW < steepness[0] / steepness[-1] < TIMES_HIGH
    assert "below 3" in found.sentence
    assert np.isnan(below) or below > 0


def test_a_step_is_told_as_levels_that_never_turn_back() -> None:
    truth = Truth(customers=25_000, slope=(-1.0, -1.0), bend=lambda s: np.where(s > 0.25, 1.0, 0.0))
    found = link_of(truth, 9)
    assert found.chosen == "levels"
    assert (np.diff(list(found.curve.values())) <= 1e-9).all()
    assert "largest step" in found.sentence


def test_money_is_told_flatter_at_the_top() -> None:
    rng = np.random.default_rng(3)
    score = rng.integers(1, 11, 6_000).astype(float)
    y = 0.1 * np.minimum(score, 8) + rng.normal(0, 0.3, 6_000)
    found = choose_link(regression_of(y, score, 600), centre=5.5)
    assert found.chosen in ("steeper or flatter at the top", "levels")
    assert found.curve[10.0] / found.curve[8.0] == pytest.approx(1.0, abs=0.05)
    straight = choose_link(regression_of(0.1 * score + rng.normal(0, 0.3, 6_000), score, 600), centre=5.5)
    assert straight.chosen == "linear"


def test_the_kink_lies_at_the_median_of_the_persona_where_no_scale_is_known() -> None:
    rng = np.random.default_rng(3)
    score = rng.integers(1, 11, 3_000).astype(float)
    found = choose_link(regression_of(rng.normal(0, 1, 3_000), score, 300))
    assert found.centre == np.quantile(score, 0.5, method="inverted_cdf")


def test_two_levels_can_only_be_straight() -> None:
    rng = np.random.default_rng(3)
    score = rng.integers(0, 2, 500).astype(float)
    found = choose_link(regression_of(score + rng.normal(0, 1, 500), score, 50), centre=0.0)
    assert (found.chosen, found.gain) == ("linear", 0.0)


def test_free_fits_are_those_of_statsmodels() -> None:
    rows = cells_of(simulate_rows(Truth(customers=3_000), 1)).certified
    y = np.column_stack([rows["leavers"], rows["n"] - rows["leavers"]]).astype(float)
    x = np.column_stack([np.ones(len(rows)), rows["t"], rows["overall"]]).astype(float)
    fit = sm.GLM(y, x, Binomial(CLogLog())).fit()
    assert fit_bounded("cloglog", y, x, np.ones(len(x)), (2, 0.0)) == pytest.approx(fit.params, abs=SAME_MAXIMUM)
    assert fit_bounded("cloglog", y, x, np.ones(len(x)), (2, 1.0))[2] == pytest.approx(0.0, abs=SAME_MAXIMUM)
    ols = sm.OLS(y[:, 0], x).fit()
    assert fit_bounded("gaussian", y[:, 0], x, np.ones(len(x)), (2, 0.0)) == pytest.approx(ols.params, abs=SAME_MAXIMUM)
