"""How well the next period would have been foretold, period after period, beside two ways that need no model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.calibration.slopes import Z90
from models.reduced_sites import money_outcome, within_rows
from models.sensitivity.least_squares import working

YEARS = 2
Z99 = 2.326  # standard errors, one-sided
LEAST_FORETOLD = 8
HELD = ("persona", "tenure_band", "t")
WITH, WITHOUT, LAST, SEASON = "with the score", "without the score", "last value", "a year before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts:
    """Forecasts of one way `(forecast,)`: what came, and its foretold mean and standard deviation."""

    came: np.ndarray
    mean: np.ndarray
    sd: np.ndarray

    def crps(self) -> float:
        """Mean continuous ranked probability score; lower is better. Source: Gneiting & Raftery (2007)."""
        z = (self.came - self.mean) / self.sd
        return float((self.sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))).mean())

    def coverage(self) -> float:
        """Share of what came that lay inside its 90% range."""
        return float((np.abs(self.came - self.mean) <= Z90 * self.sd).mean())

    def calibration_slope(self) -> float:
        """Slope of what came on what was foretold; 1 is right, below 1 the forecasts spread too far."""
        around = self.mean - self.mean.mean()
        spread = float(around @ around)
        return float(around @ self.came / spread) if spread > 0 else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Rolling-origin forecasts by way of making them: with the score, without it, last value, a year before.

    `scale` says whether forecasts are logarithms of money; `origins` periods stood as "now".
    """

    ways: Mapping[str, Forecasts]
    scale: Literal["log", "plain"]
    origins: int

    @property
    def forecasts(self) -> int:
        """Number of forecasts of each way."""
        return len(self.ways[WITH].came)

    def _native(self, way: str) -> tuple[np.ndarray, np.ndarray]:
        one = self.ways[way]
        return (np.exp(one.came), np.exp(one.mean)) if self.scale == "log" else (one.came, one.mean)

    def clearly_worse(self, way: str, other: str) -> bool:
        """Whether the absolute errors of one way are larger than those of another, beyond chance (one-sided 1%)."""
        (came, mean), (_, beside) = self._native(way), self._native(other)
        gap = np.abs(came - mean) - np.abs(came - beside)
        spread = float(gap.std(ddof=1)) if len(gap) > 1 else 0.0
        return bool(spread > 0 and gap.mean() * np.sqrt(len(gap)) > Z99 * spread)

    def wmape(self, way: str) -> float:
        """The sum of absolute errors over the sum of what came, in money or rate."""
        came, mean = self._native(way)
        return float(np.abs(came - mean).sum() / np.abs(came).sum())

    def mape(self, way: str) -> float:
        """The mean of each forecast's own relative error; those of which nothing came are left out."""
        came, mean = self._native(way)
        some = came != 0
        return float((np.abs(came - mean)[some] / np.abs(came[some])).mean()) if some.any() else float("nan")


def backtest_sites(panel: pd.DataFrame, term: str, periods_a_year: int) -> Backtest | None:
    """Each unit's next period of relative money, foretold from rows up to each origin; None under two years.

    The first origin has a year behind it.

    With the score: the last value, the mean step of all units, and the slope (within units, of rows up to the origin)
    times the last change of the unit's score. The seasonal naive is the value of a year before.
    """
    rows = _steps(panel, term, periods_a_year)
    periods = np.unique(panel["t"])
    first = periods.min() + max(periods_a_year - 1, 2)
    if periods.max() - periods.min() + 1 < max(YEARS * periods_a_year, 2):
        return None
    parts = [_foretell_sites(rows, int(q)) for q in periods if first <= q < periods.max()]
    positive = bool((panel["revenue"].dropna() > 0).all())
    return _joined([part for part in parts if part is not None], "log" if positive else "plain")


def _steps(panel: pd.DataFrame, term: str, season: int) -> pd.DataFrame:
    """A row a unit and period: outcome, the one before, a year before; the score before, and before that."""
    table = panel[["unit", "t"]].assign(y=money_outcome(panel), x=panel[term].astype(float)).dropna(subset=["y"])
    scores = panel[["unit", "t"]].assign(x=panel[term].astype(float))

    def back(source: pd.DataFrame, column: str, by: int) -> pd.Series:
        earlier = source[["unit", "t", column]].assign(t=source["t"] + by)
        found = table[["unit", "t"]].merge(earlier, on=["unit", "t"], how="left")[column]
        return found.set_axis(table.index)

    return table.assign(
        last=back(table, "y", 1), season=back(table, "y", season), x1=back(scores, "x", 1), x2=back(scores, "x", 2)
    )


def _foretell_sites(rows: pd.DataFrame, origin: int) -> dict[str, Forecasts] | None:
    told = rows[rows["t"] <= origin]
    ahead = rows[rows["t"] == origin + 1].dropna(subset=["last", "season", "x1", "x2"])
    steps = (told["y"] - told["last"]).dropna()
    slope = _within(told)
    if len(ahead) < LEAST_FORETOLD or len(steps) < LEAST_FORETOLD or slope is None:
        return None
    drift, spread = float(steps.mean()), float(steps.std())
    pull = (told["y"] - told["last"] - drift - slope * (told["x1"] - told["x2"])).dropna()
    came, last = ahead["y"].to_numpy(float), ahead["last"].to_numpy(float)
    change = slope * (ahead["x1"] - ahead["x2"]).to_numpy(float)
    years = (told["y"] - told["season"]).dropna()
    return {
        WITH: _same(came, last + drift + change, float(pull.std())),
        WITHOUT: _same(came, last + drift, spread),
        LAST: _same(came, last, float(np.sqrt((steps**2).mean()))),
        SEASON: _same(came, ahead["season"].to_numpy(float), float(np.sqrt((years**2).mean()))),
    }


def _within(told: pd.DataFrame) -> float | None:
    rows = within_rows(told["y"], told[["x1"]], told)
    if len(rows) < LEAST_FORETOLD or "x1" not in rows or not (rows["x1"].abs() > 1e-12).any():
        return None
    x = rows.drop(columns=["y", "unit"]).to_numpy(float)
    return float(np.linalg.lstsq(x, rows["y"].to_numpy(float), rcond=None)[0][0])


def backtest_leaving(cells: pd.DataFrame, periods_a_year: int) -> Backtest | None:
    """Each persona's next leaving rate of those who answered, foretold from cells up to each origin.

    With the score: a complementary log-log regression on persona, score and period, at the level of its last period,
    for those who are at risk next. Ranges hold the chance of a count and the steps of earlier periods. None under two
    years of periods.
    """
    periods = np.unique(cells["t"])
    if not len(periods) or periods.max() - periods.min() + 1 < YEARS * periods_a_year:
        return None
    first = periods.min() + periods_a_year - 1
    rates = cells.groupby(["persona", "t"])[["n", "leavers"]].sum()
    parts = [_foretell_leaving(cells, rates, int(q), periods_a_year) for q in periods if first <= q < periods.max()]
    return _joined([part for part in parts if part is not None], "plain")


def _foretell_leaving(
    cells: pd.DataFrame, rates: pd.DataFrame, origin: int, season: int
) -> dict[str, Forecasts] | None:
    told, ahead = cells[cells["t"] <= origin], cells[cells["t"] == origin + 1]
    now = rates.reset_index().query("t == @origin + 1 and n > 0").set_index("persona")
    personas = [p for p in now.index if (p, origin) in rates.index and (p, origin + 1 - season) in rates.index]
    if not personas or told["leavers"].sum() < 20:
        return None
    n = now.loc[personas, "n"].to_numpy(float)
    came = now.loc[personas, "leavers"].to_numpy(float) / n
    step = _relative_step(rates, origin)
    ways = {
        WITH: _rate_ahead(told, ahead, ["overall"]),
        WITHOUT: _rate_ahead(told, ahead, []),
        LAST: _rates_at(rates, origin),
        SEASON: _rates_at(rates, origin + 1 - season),
    }
    return {name: _counted(came, rate.reindex(personas).to_numpy(float), n, step) for name, rate in ways.items()}


def _rate_ahead(told: pd.DataFrame, ahead: pd.DataFrame, scores: list[str]) -> pd.Series:
    """Foretold leaving rate by persona of those at risk, at the level of the last period told."""
    both = pd.concat([told, ahead.assign(t=told["t"].max())])
    held = pd.get_dummies(both[[name for name in HELD if name in both]].astype(str), drop_first=True).to_numpy(float)
    x = np.column_stack([np.ones(len(both)), held, both[scores].to_numpy(float)])
    y = np.column_stack([told["leavers"], told["n"] - told["leavers"]]).astype(float)
    design, response, weight = working(x[: len(told)], y)
    b = np.linalg.pinv((design * weight[:, None]).T @ design, hermitian=True) @ (design.T @ (weight * response))
    hazard = -np.expm1(-np.exp(np.clip(x[len(told) :] @ b, -30, 4)))
    expected = ahead.assign(expected=hazard * ahead["n"]).groupby("persona")[["expected", "n"]].sum()
    return expected["expected"] / expected["n"]


def _rates_at(rates: pd.DataFrame, t: int) -> pd.Series:
    at = rates.xs(t, level="t")
    # half a leaver more: a rate of nil foretells nothing of its own chance
    return (at["leavers"] + 0.5) / (at["n"] + 1)


def _relative_step(rates: pd.DataFrame, origin: int) -> float:
    """Relative size of a period's step of all personas' rate beyond the chance of its counts."""
    whole = rates.groupby("t").sum().loc[:origin]
    rate = whole["leavers"] / whole["n"]
    steps = rate.diff().dropna()
    chance = (rate * (1 - rate) / whole["n"]).rolling(2).sum().dropna()
    extra = max(float((steps**2 - chance).mean()), 0.0)
    mean = float(whole["leavers"].sum() / whole["n"].sum())
    return extra**0.5 / mean if mean > 0 else 0.0


def _counted(came: np.ndarray, rate: np.ndarray, n: np.ndarray, step: float) -> Forecasts:
    rate = np.clip(rate, 0.5 / (n + 1), 1 - 0.5 / (n + 1))
    return Forecasts(came=came, mean=rate, sd=np.sqrt(rate * (1 - rate) / n + (step * rate) ** 2))


def _same(came: np.ndarray, mean: np.ndarray, sd: float) -> Forecasts:
    return Forecasts(came=came, mean=mean, sd=np.full(len(came), max(sd, 1e-12)))


def _joined(parts: list[dict[str, Forecasts]], scale: Literal["log", "plain"]) -> Backtest | None:
    """All origins together."""
    if not parts:
        return None
    ways = {
        name: Forecasts(
            came=np.concatenate([part[name].came for part in parts]),
            mean=np.concatenate([part[name].mean for part in parts]),
            sd=np.concatenate([part[name].sd for part in parts]),
        )
        for name in parts[0]
    }
    return Backtest(ways=ways, scale=scale, origins=len(parts))
