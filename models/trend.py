"""How customers and money would go on by themselves: what a scenario or the company's own outlook changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models.retention import survival

if TYPE_CHECKING:
    from models.value import ValueBase


FACTORS = ("heads", "leaving", "margin", "revenue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How one persona goes on apart from any plan, by future period `(period,)` each.

    Factors of what the ledger says: `heads` of customers, `leaving` of the leaving intensity, `margin` and `revenue`
    of a customer's money. `joining` counts customers who are new at the start of a period; they leave as the youngest
    tenure band does, from the period after, and bring what the persona's customers bring on average.
    """

    heads: np.ndarray
    leaving: np.ndarray
    margin: np.ndarray
    revenue: np.ndarray
    joining: np.ndarray


def steady(periods: int) -> Trend:
    """The trend in which nothing changes by itself."""
    one = np.ones(periods)
    return Trend(heads=one, leaving=one, margin=one, revenue=one, joining=np.zeros(periods))


def lasting(trend: Trend, periods: int) -> Trend:
    """The trend over as many periods: factors go on at their last, and nobody joins beyond those it tells."""
    more = max(periods - len(trend.heads), 0)
    held = {name: np.pad(getattr(trend, name)[:periods], (0, more), mode="edge") for name in FACTORS}
    return Trend(**held, joining=np.pad(trend.joining[:periods], (0, more)))


def over(base: ValueBase, discount: np.ndarray) -> ValueBase:
    """The base over the periods of other discount factors `(period,)`; trends go on at their last factors."""
    personas = tuple(
        one if one.trend is None else replace(one, trend=lasting(one.trend, len(discount))) for one in base.personas
    )
    return replace(base, personas=personas, discount=discount)


def newcomers(trend: Trend, frailty: np.ndarray, young: np.ndarray, intensity: np.ndarray) -> np.ndarray:
    """Customers who joined since `as_of` and are still there `(draw, period)`.

    Args:
        trend: who joins when.
        frailty: variance `(draw,)`.
        young: leaving intensity of the youngest band `(draw,)`.
        intensity: times today's, by period `(draw, period)`, the trend's own factor included.
    """
    out = np.zeros((len(frailty), len(trend.joining)))
    met = young[:, None] * intensity.cumsum(axis=1)
    for period in np.flatnonzero(trend.joining):
        since = met[:, period:] - met[:, period, None]
        out[:, period:] += trend.joining[period] * survival(since, frailty[:, None])
    return out
