"""The chance of a single period: what makes figures of the books scatter about a forecast that knows every effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import Cells, SitePanel
from impact.cells.summary import RECENT
from impact.journey import OVERALL
from impact.rng import stream

LEAST_PERIODS = 3  # of history; fewer tell no scatter between periods
LEAST_MONEY = 0.05  # of what is forecast: a random walk may not take money below nil


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """A standard deviation that was told by so many degrees of freedom."""

    sd: float
    df: int

    def draw(self, chance: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        """Draws `(draw, period)`: Normal in each draw, with the draw's own standard deviation.

        Source: scaled inverse chi-squared, Gelman et al., Bayesian Data Analysis, section 2.6.
        """
        if self.df < 1 or self.sd == 0:
            return np.zeros(shape)
        own = self.sd * np.sqrt(self.df / chance.chisquare(self.df, (shape[0], 1)))
        return np.asarray(own * chance.standard_normal(shape))


NONE = Scatter(sd=0.0, df=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastNoise:
    """What history says of the chance of a period.

    `level` is the standard error of the log of today's leaving intensity, `leaving` its scatter between periods beyond
    counting, `money` the change of money a customer from one period to the next (relative), `score` the scatter of the
    mean score between periods beyond sampling, with the sampling error of all of them (points).
    """

    level: float
    leaving: Scatter
    money: Scatter
    score: Scatter


def fit_noise(cells: Cells) -> ForecastNoise:
    """The chance of a period as the ledger's own history shows it; nothing is told by fewer than three periods."""
    level, leaving = _leaving(cells.money)
    return ForecastNoise(level=level, leaving=leaving, money=_money(cells.money), score=_score(cells))


def with_noise(metrics: Mapping[str, np.ndarray], noise: ForecastNoise, seed: int) -> dict[str, np.ndarray]:
    """The metrics `(draw, period)` of a plan as later books will show them: with the chance of each period.

    Leaving scatters about what is forecast and customers are counted whole (Normal approximation of the binomial);
    money a customer walks at random, and takes revenue, margin and cash with it; scores scatter. Means stay.

    Args:
        metrics: customers, retention, and any of revenue, margin, cash, csat.
        noise: what history says.
        seed: of the study.
    """
    chance = stream(seed, "forecast noise")
    retention, customers = metrics["retention"], metrics["customers"]
    shape = retention.shape
    shock = noise.level * chance.standard_normal((shape[0], 1)) + noise.leaving.draw(chance, shape)
    even = np.exp(-(noise.level**2 + noise.leaving.sd**2) / 2)
    share = np.exp(np.log(np.clip(retention, 1e-9, 1.0)) * np.exp(shock) * even)
    before = np.maximum(customers / np.clip(retention, 1e-9, None), 1.0)
    share = np.clip(share + chance.standard_normal(shape) * np.sqrt(share * (1 - share) / before), 1e-9, 1.0)
    kept = np.cumprod(share / np.clip(retention, 1e-9, 1.0), axis=1)
    worth = np.maximum(1 + np.cumsum(noise.money.draw(chance, shape), axis=1), LEAST_MONEY)
    out = dict(metrics) | {"retention": share, "customers": customers * kept}
    out |= {name: metrics[name] * kept * worth for name in ("revenue", "margin") if name in metrics}
    if "cash" in metrics and "margin" in metrics:
        out["cash"] = metrics["cash"] + out["margin"] - metrics["margin"]
    scores = [name for name in metrics if name.partition(":")[0] == "csat"]
    return out | {name: metrics[name] + noise.score.draw(chance, shape) for name in scores}


def between(values: np.ndarray, variances: np.ndarray) -> Scatter:
    """The standard deviation between values beyond their own variances, by the method of moments.

    Source: DerSimonian & Laird (1986).
    """
    if len(values) < LEAST_PERIODS:
        return NONE
    weight = 1 / np.maximum(variances, 1e-12)
    middle = np.average(values, weights=weight)
    excess = float(weight @ (values - middle) ** 2) - (len(values) - 1)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    return Scatter(sd=float(np.sqrt(max(excess, 0.0) / scale)), df=len(values) - 1)


def _leaving(money: pd.DataFrame) -> tuple[float, Scatter]:
    """Error of today's level, and scatter between periods, of the log leaving intensity."""
    rows = money.dropna(subset=["retained"])
    rows = rows[(rows["retained"] > 0) & (rows["retained"] < 1)].sort_values("t")
    share = rows["retained"].to_numpy(float)
    leavers = rows["customers"].to_numpy(float) * (1 - share)
    if not len(rows):
        return 0.0, NONE
    scatter = between(np.log(-np.log(share)), 1 / leavers)
    recent = leavers[-RECENT:]
    return float(np.sqrt(scatter.sd**2 / len(recent) + 1 / recent.sum())), scatter


def _money(money: pd.DataFrame) -> Scatter:
    """Change of money a customer between neighbouring periods; a forecast has none, so that growth counts too."""
    rows = money.sort_values("t")
    name = "margin" if rows["margin"].notna().any() and rows["margin"].abs().sum() > 0 else "revenue"
    each = (rows[name] / rows["customers"]).to_numpy(float)
    each = each[np.isfinite(each)]
    if len(each) < LEAST_PERIODS or (each <= 0).any():
        return NONE
    change = np.diff(np.log(each))
    return Scatter(sd=float(np.sqrt(np.mean(change**2))), df=len(change))


def _score(cells: Cells) -> Scatter:
    """Scatter of the mean overall score between periods; none where answers stay on their engine."""
    if isinstance(cells, SitePanel):
        rows = cells.panel.groupby("t")[OVERALL].agg(["mean", "var", "count"]).dropna()
        return _with_level(rows["mean"].to_numpy(float), (rows["var"] / rows["count"]).to_numpy(float))
    found = cells.scores.get(OVERALL)
    if not isinstance(found, pd.DataFrame) or found.empty:
        return NONE
    sums = found.groupby("t")[["n", "total", "squares"]].sum()
    sums = sums[sums["n"] > 1]
    mean = (sums["total"] / sums["n"]).to_numpy(float)
    spread = (sums["squares"] / sums["n"]).to_numpy(float) - mean**2
    return _with_level(mean, np.maximum(spread, 0.0) / sums["n"].to_numpy(float))


def _with_level(values: np.ndarray, variances: np.ndarray) -> Scatter:
    """The scatter between values and the sampling error of their mean, as one standard deviation."""
    found = between(values, variances)
    known = float((1 / np.maximum(variances, 1e-12)).sum()) if found.df else np.inf
    return Scatter(sd=float(np.hypot(found.sd, np.sqrt(1 / known))), df=found.df)
