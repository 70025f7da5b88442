"""Two-part regression: equal to two plain statsmodels calls, and right about a simulated truth."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit
from statsmodels.genmod.families import Binomial, Gamma
from statsmodels.genmod.families.links import Log

from models.calibration.two_part import TwoPart, fit_two_part

SAME = 1e-8  # one estimator written twice differs by rounding only
LOGIT, LOG_AMOUNT = 0.5, 0.2
MISSES_90 = 14  # of 60 ranges at 90%: six are expected, more than 14 happen once in a thousand


def _company(seed: int, units: int = 150, periods: int = 6) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    """Rows of units with a lasting mood that moves both whether and how much they spend."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    mood = rng.normal(0, 0.3, units)[unit]
    score = rng.normal(0, 1, len(unit))
    spends = rng.random(len(unit)) < expit(0.4 + LOGIT * score + mood)
    mean = np.exp(3 + LOG_AMOUNT * score + mood)
    y = np.where(spends, rng.gamma(2.0, mean / 2.0), 0.0)
    return y, pd.DataFrame({"const": 1.0, "score": score}), unit


def test_each_part_is_the_plain_statsmodels_call() -> None:
    y, x, unit = _company(3)
    found = fit_two_part(y, x, "score", unit)
    occurs = sm.GLM((y > 0).astype(float), x, Binomial()).fit(cov_type="cluster", cov_kwds={"groups": unit})
    some = y > 0
    amount = sm.GLM(y[some], x[some], Gamma(Log())).fit(cov_type="cluster", cov_kwds={"groups": unit[some]})
    assert found.occurs is not None and found.amount is not None
    assert found.occurs.estimate == pytest.approx(occurs.params["score"], rel=SAME)
    assert found.occurs.se == pytest.approx(occurs.bse["score"], rel=SAME)
    assert found.amount.estimate == pytest.approx(amount.params["score"], rel=SAME)
    assert found.amount.se == pytest.approx(amount.bse["score"], rel=SAME)


def test_the_relative_effect_is_the_change_of_the_mean() -> None:
    y, x, unit = _company(4)
    found = fit_two_part(y, x, "score", unit)
    assert found.occurs is not None and found.amount is not None
    p = expit(sm.GLM((y > 0).astype(float), x, Binomial()).fit().params @ x.mean())
    assert found.relative == pytest.approx((1 - p) * found.occurs.estimate + found.amount.estimate, rel=SAME)


def test_the_range_of_the_relative_effect_covers_the_truth() -> None:
    missed = 0
    for seed in range(60):
        y, x, unit = _company(100 + seed, units=80)
        found = fit_two_part(y, x, "score", unit)
        # A lasting mood flattens the logit: the truth of the population is taken from a large draw.
        missed += abs(found.relative - _population()) > 1.645 * found.relative_se
    assert missed <= MISSES_90


def _population() -> float:
    if not _KNOWN:
        y, x, unit = _company(1, units=60_000, periods=4)
        _KNOWN.append(fit_two_part(y, x, "score", unit).relative)
    return _KNOWN[0]


_KNOWN: list[float] = []


def test_an_outcome_of_zeros_and_ones_has_no_amount() -> None:
    y, x, unit = _company(5)
    found = fit_two_part((y > 0).astype(float), x, "score", unit)
    assert found.amount is None and found.occurs is not None
    assert 0 < found.relative < found.occurs.estimate


def test_an_outcome_that_is_never_zero_is_all_amount() -> None:
    y, x, unit = _company(6)
    some = y > 0
    found = fit_two_part(y[some], x[some].reset_index(drop=True), "score", unit[some])
    assert found.occurs is None and found.amount is not None
    assert (found.relative, found.relative_se) == (found.amount.estimate, found.amount.se)
    assert found.share_zero == 0


def test_an_outcome_that_is_always_zero_says_nothing() -> None:
    y, x, unit = _company(7)
    found: TwoPart = fit_two_part(0 * y, x, "score", unit)
    assert found.occurs is None and found.amount is None
    assert np.isnan(found.relative) and found.share_zero == 1


def test_an_outcome_told_for_certain_has_no_odds() -> None:
    x = pd.DataFrame({"const": 1.0, "score": np.linspace(-1, 1, 80)})
    found = fit_two_part((x["score"].to_numpy() > 0).astype(float), x, "score", np.arange(80))
    assert found.occurs is None


@pytest.mark.parametrize("wrong", [-1.0, float("nan")])
def test_a_negative_or_missing_outcome_is_refused(wrong: float) -> None:
    y, x, unit = _company(8)
    y[0] = wrong
    with pytest.raises(ValueError, match="zero or positive"):
        fit_two_part(y, x, "score", unit)
