"""A series that is interrupted: what came after beside where it was heading, where nothing can be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import t as student

from models.measure.panel import Effect, Panel, Refusal, groups

METHOD = "interrupted series"
BEFORE = 8  # periods before the start, fewer, and a trend is not told from its shocks
SPARE = 4  # periods before beyond level, trend and season
GRID = (np.arange(40) + 0.5) / 40  # how much of a shock goes on into the next period


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One outcome by period since the start.

    `since` `(period,)` rising, below nil before the start, gaps allowed; `outcome` `(period,)`; `season`
    `(period,)` the place in the year, all nil where no season is asked for.
    """

    since: np.ndarray
    outcome: np.ndarray
    season: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Mean departure after the start: a mixture of Student's t.

    `chance` `(grid,)` of each carry-over of shocks given the periods before, `middle` and `scale` `(grid,)` under
    it, `df` degrees of freedom.
    """

    chance: np.ndarray
    middle: np.ndarray
    scale: np.ndarray
    df: float

    @property
    def mean(self) -> float:
        """The middle of the mixture."""
        return float(self.chance @ self.middle)

    @property
    def sd(self) -> float:
        """Its standard deviation."""
        spread = self.scale**2 * self.df / (self.df - 2) + (self.middle - self.mean) ** 2
        return float(np.sqrt(self.chance @ spread))

    def below(self, x: float) -> float:
        """The probability of less than `x`."""
        return float(self.chance @ student.cdf((x - self.middle) / self.scale, self.df))

    def quantile(self, q: float) -> float:
        """The value with probability `q` below it."""
        reach = 60 * float(self.scale.max()) + float(np.ptp(self.middle))
        return float(brentq(lambda x: self.below(x) - q, self.mean - reach, self.mean + reach, xtol=1e-9 * reach))


def departure_of(series: Series) -> Departure:
    """The mean departure after the start from level, trend and season of the periods before.

    Only periods before the start tell where the series was heading, so that an effect that grows is not taken for
    trend. Shocks go on: errors are AR(1), and instead of one estimate of how much, which few periods put too low,
    all values from 0 to 1 are weighed by what the periods before say of them, beforehand in proportion to the value.
    Given one the forecast is Student's t; the rest is a sum.

    Source: Zellner (1971), An introduction to Bayesian inference in econometrics, sections 3.2 and 4.1.
    """
    before = series.since < 0
    x = _design(series)
    apart = np.abs(np.subtract.outer(series.since, series.since)).astype(float)
    found = [_given(x, series.outcome, before, rho**apart / (1 - rho**2)) for rho in GRID]
    middle, scale, log = (np.array(part) for part in zip(*found, strict=True))
    chance = np.exp(log - log.max()) * GRID
    df = float(before.sum() - x.shape[1])
    return Departure(chance=chance / chance.sum(), middle=middle, scale=scale, df=df)


def compare_before(panel: Panel, season: int = 1) -> Effect | Refusal:
    """The mean departure after the start of the treated units' mean, graded "indicative" whatever it says.

    Starts at several dates are laid on one another. Refused with fewer than eight periods before (fewer than four
    beyond level, trend and season).

    Args:
        panel: groups by period; those never treated are not looked at.
        season: periods in a year, 1 for no season.
    """
    if not panel.treated.any():
        return Refusal(method=METHOD, reason="nobody got it")
    if season > 1 and len(panel.starts) > 1:
        return Refusal(method=METHOD, reason="starts in several seasons cannot be laid on one another")
    series, units, left_out = _series(panel, season)
    before, after = int((series.since < 0).sum()), int((series.since >= 0).sum())
    least = max(BEFORE, SPARE + _design(series).shape[1])
    if not units or before < least or not after:
        return Refusal(method=METHOD, reason=f"{before} periods before and {after} after; {least} and 1 are the least")
    found = departure_of(series)
    said = "The treated alone, beside where they were heading: whatever else happened since counts as the initiative."
    return Effect(
        method=METHOD,
        estimate=found.mean,
        se=found.sd,
        low=found.quantile(0.05),
        high=found.quantile(0.95),
        grade="indicative",
        units=units,
        treated=units,
        before=before,
        after=after,
        said=said + (f" {groups(left_out)} with periods missing left out." if left_out else ""),
        p=2 * min(found.below(0.0), 1 - found.below(0.0)),
    )


def _series(panel: Panel, season: int) -> tuple[Series, int, int]:
    """The treated units' mean by period since the start, of units with all periods; how many, and how many without."""
    mine = panel.of(panel.treated)
    start = mine.treated_from.astype(np.int64)
    first, last = (mine.t[0] - start).max(), (mine.t[-1] - start).min()
    since = np.arange(first, last + 1)
    at = start[:, None] + since[None, :] - mine.t[0]
    rows = np.arange(len(start))[:, None]
    seen = mine.seen[rows, at]
    since, at, seen = since[seen.any(axis=0)], at[:, seen.any(axis=0)], seen[:, seen.any(axis=0)]
    whole = seen.all(axis=1)
    if not whole.any():
        return Series(since=since[:0], outcome=np.empty(0), season=np.empty(0, int)), 0, len(start)
    count = mine.weights[rows, at][whole][:, since >= 0].sum(axis=1)
    outcome = np.average(mine.values[rows, at][whole], axis=0, weights=count if count.sum() > 0 else None)
    place = (since + start[0]) % season if season > 1 else np.zeros(len(since), int)
    return Series(since=since, outcome=outcome, season=place), int(whole.sum()), int((~whole).sum())


def _design(series: Series) -> np.ndarray:
    """Level, trend and all seasons but the first, of the seasons met before the start."""
    seasons = np.unique(series.season[series.since < 0])[1:]
    columns = [np.ones(len(series.since)), series.since.astype(float)]
    return np.column_stack([*columns, *(np.asarray(series.season == one, dtype=float) for one in seasons)])


def _given(x: np.ndarray, y: np.ndarray, before: np.ndarray, r: np.ndarray) -> tuple[float, float, float]:
    """Middle, scale and log weight of the mean departure with errors that scatter as `r` `(period, period)`."""
    inverse = np.linalg.inv(r[np.ix_(before, before)])
    gram = x[before].T @ inverse @ x[before]
    beta = np.linalg.solve(gram, x[before].T @ inverse @ y[before])
    residual = y[before] - x[before] @ beta
    df = int(before.sum()) - x.shape[1]
    squares = max(float(residual @ inverse @ residual), 1e-300)
    carry = r[np.ix_(~before, before)] @ inverse
    ahead = x[~before] - carry @ x[before]
    spread = r[np.ix_(~before, ~before)] - carry @ r[np.ix_(before, ~before)] + ahead @ np.linalg.solve(gram, ahead.T)
    middle = float((y[~before] - x[~before] @ beta - carry @ residual).mean())
    log = 0.5 * (np.linalg.slogdet(inverse)[1] - np.linalg.slogdet(gram)[1] - df * np.log(squares))
    return middle, float(np.sqrt(spread.mean() * squares / df)), float(log)
