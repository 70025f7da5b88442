"""Which standard error stands beside a rate, and whether its range holds the truth when clusters are few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from models.calibration.clusters import clustered_se, fit_clustered
from models.calibration.slopes import Z90

RUNS = 600
# The share of 600 ranges of 90% that hold the truth has a standard error of .012.
COVERED = (0.86, 0.94)


def rows(units: int, periods: int, seed: int) -> tuple[np.ndarray, pd.DataFrame, pd.DataFrame]:
    """Outcome, design and keys of a panel whose score and error both have a part that a unit keeps."""
    rng = np.random.default_rng(seed)
    unit, t = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    score = rng.normal(0, 1, units)[unit] + rng.normal(0, 0.5, units * periods)
    y = 0.3 * score + rng.normal(0, 1, units)[unit] + rng.normal(0, 1, units * periods)
    x = pd.DataFrame({"const": 1.0, "score": score})
    return y, x, pd.DataFrame({"unit": unit, "t": t})


def test_ranges_of_ten_clusters_hold_the_truth_as_often_as_they_say() -> None:
    held = plain_held = 0
    for seed in range(RUNS):
        y, x, keys = rows(10, 6, seed)
        found = fit_clustered(y, x, "score", keys)
        held += abs(found.estimate - 0.3) <= student.ppf(0.95, found.df) * found.se
        plain_held += abs(found.estimate - 0.3) <= Z90 * clustered_se(y, x, "score", keys["unit"].to_numpy())
    assert COVERED[0] <= held / RUNS <= COVERED[1]
    assert plain_held / RUNS < COVERED[0]


@pytest.mark.parametrize(
    ("units", "periods", "errors", "df"),
    [(39, 6, "CR2 by unit", None), (39, 30, "CR2 by unit", None), (40, 6, "by unit", np.inf)],
)
def test_fewer_than_forty_units_get_the_corrected_error(
    units: int, periods: int, errors: str, df: float | None
) -> None:
    found = fit_clustered(*(lambda y, x, keys: (y, x, "score", keys))(*rows(units, periods, 1)))
    assert (found.errors, found.clusters) == (errors, units)
    assert found.df == df if df is not None else 4 < found.df < units - 1


def test_twenty_periods_with_shocks_of_their_own_are_clustered_both_ways() -> None:
    y, x, keys = rows(60, 24, 2)
    rng = np.random.default_rng(5)
    t = keys["t"].to_numpy()
    x = x.assign(score=x["score"] + rng.normal(0, 1, 24)[t])
    y = y + rng.normal(0, 2, 24)[t]
    found = fit_clustered(y, x, "score", keys)
    groups = keys[["unit", "t"]].to_numpy()
    fit = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert (found.errors, found.df) == ("by unit and period", 23)
    assert found.se == pytest.approx(fit.bse["score"], rel=1e-10)


def test_the_second_way_never_narrows_a_range() -> None:
    for seed in range(8):
        y, x, keys = rows(50, 21, seed)
        found = fit_clustered(y, x, "score", keys)
        assert found.se >= clustered_se(y, x, "score", keys["unit"].to_numpy()) * (1 - 1e-12)
