"""The aggregate series: all units summed by period, for reconciliation and never for a headline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import t as student

LEAST_CHANGES = 12  # changes from one period to the next; fewer and even the sign is a matter of chance


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSlope:
    """Growth of money per point of change of the mean score, with its 90% range from few periods."""

    estimate: float
    se: float
    low: float
    high: float
    changes: int
    maxlags: int


def newey_west_lags(periods: int) -> int:
    """Lags of the long-run variance of a series of so many periods. Source: Newey & West (1994), rule of thumb."""
    return int(np.floor(4 * (periods / 100) ** (2 / 9)))


def series_slope(growth: np.ndarray, change: np.ndarray) -> SeriesSlope:
    """The slope of growth on the change of a score, both `(period,)`, with HAC errors and a t reference.

    `OLS(growth, const + change).fit(cov_type="HAC", cov_kwds={"maxlags": L, "use_correction": True}, use_t=True)`.
    """
    lags = newey_west_lags(len(growth))
    x = sm.add_constant(np.asarray(change, dtype=float))
    fit = sm.OLS(growth, x).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    half = float(student.ppf(0.95, len(growth) - 2) * fit.bse[1])
    estimate = float(fit.params[1])
    return SeriesSlope(
        estimate=estimate,
        se=float(fit.bse[1]),
        low=estimate - half,
        high=estimate + half,
        changes=len(growth),
        maxlags=lags,
    )


def aggregate_slope(panel: pd.DataFrame, term: str, lag: int) -> SeriesSlope | None:
    """The slope of the growth of summed revenue on the change of the mean score `lag` periods earlier.

    Each change is of the units seen on both sides of it, so that who is there does not move it. None with
    fewer than 12 changes, where sums are not positive, or where the mean score never changes.
    """
    growth, change = _chained(panel, "revenue", "sum"), _chained(panel, term, "mean")
    change.index = change.index + lag
    both = pd.concat([growth.rename("y"), change.rename("x")], axis=1).dropna()
    if len(both) < LEAST_CHANGES or not both["x"].std() > 0 or not np.isfinite(both["y"]).all():
        return None
    return series_slope(both["y"].to_numpy(float), both["x"].to_numpy(float))


def _chained(panel: pd.DataFrame, column: str, how: str) -> pd.Series:
    """Changes by period of units seen now and a period before: log growth of a sum, difference of a mean."""
    now = panel[["unit", "t", column]].dropna()
    before = now.assign(t=now["t"] + 1).rename(columns={column: "before"})
    both = now.merge(before, on=["unit", "t"]).astype({column: float, "before": float})
    total = both.groupby("t")[[column, "before"]].agg(how)
    if how == "mean":
        return pd.Series(total[column] - total["before"])
    positive = total.where(total > 0)
    return pd.Series(np.log(positive[column]) - np.log(positive["before"]))
