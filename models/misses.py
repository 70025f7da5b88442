"""Why margin came out otherwise than forecast: the miss of a period in parts that add up to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from impact.rng import stream

PARTS = ("volume", "retention", "satisfaction", "mix", "price", "unexplained")
DRAWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What was forecast, by future period `(period,)`: customers there, share retained, margin, score of overall."""

    start: float
    customers: np.ndarray
    retention: np.ndarray
    margin: np.ndarray
    score: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of the same customers, by persona and period.

    `start` persona -> customers, revenue, margin when the forecast was made. `money` persona, place (0 is the first
    period after it) -> customers, returned, left_otherwise, revenue, margin, start_revenue, start_margin, as in
    `impact.cells.cohort.Cohort`, margin filled. `score` and `score_se` `(period,)` are nan where nobody answered;
    `priced` `(period,)` is true from the first price event since on.
    """

    start: pd.DataFrame
    money: pd.DataFrame
    score: np.ndarray
    score_se: np.ndarray
    priced: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A slope of calibration with its standard error, per point of overall."""

    estimate: float
    se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What a point moves: the log of the leaving intensity, the log of money a customer, or that money itself.

    None where it was not measured; experience shows `lag` periods later.
    """

    leaving: Rate | None = None
    log_money: Rate | None = None
    money: Rate | None = None
    lag: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """The miss of one period's margin: `parts` by name, each mean, 5% and 95%, whose means add up to actual - forecast.

    A part rests on draws where it rests on a slope or on a score, which are not known exactly.
    """

    place: int
    forecast: float
    actual: float
    parts: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)


def split_misses(forecast: Forecast, seen: Seen, rates: Rates, seed: int) -> tuple[Miss, ...]:
    """The miss of every period in which all customers there are known, in six parts.

    Margin is customers times money a customer. The two factors' parts are their Shapley values: each difference at the
    mean of the other factor as forecast and as seen, so that no order of telling is preferred and nothing is left
    between them. Customers then differ by who left not of their own will, came back or was not of the forecast's
    cohort (volume), by what the score's miss moved (satisfaction) and by other leaving (retention, the rest). Money a
    customer differs by the shares of personas (mix), by the rate of margin and what prices moved (price), by what the
    score's miss moved (satisfaction), and by the rest (unexplained).

    Source: Shapley (1953) of two factors, which is the symmetric decomposition of Marshall and Edgeworth.
    """
    moved, lifted = _of_score(forecast, seen, rates, seed)
    there = seen.money.groupby("place")["customers"].sum(min_count=len(seen.start))
    known = [int(place) for place in there.index[there.notna() & (there > 0)] if place < len(forecast.margin)]
    return tuple(_miss(forecast, seen, place, moved[:, place], lifted[:, place]) for place in sorted(known))


def _miss(forecast: Forecast, seen: Seen, place: int, moved: np.ndarray, lifted: np.ndarray) -> Miss:
    """The miss of one period; `moved` and `lifted` `(draw,)` are the score's shares of customers and of their money."""
    now = seen.money[seen.money["place"] == place]
    count, margin = float(now["customers"].sum()), float(now["margin"].sum())
    expected, money = float(forecast.customers[place]), float(forecast.margin[place])
    each, each_then = margin / count, money / expected
    per_customer, customers = (each + each_then) / 2, (count + expected) / 2
    volume = _not_ours(forecast, seen, place)
    by_score = expected * moved
    mix, price = _mix(seen, now), _price(seen, now, place, each_then)
    spent = each_then * lifted
    drawn = {
        "volume": np.full(1, volume * per_customer),
        "retention": (count - expected - volume - by_score) * per_customer,
        "satisfaction": by_score * per_customer + spent * customers,
        "mix": np.full(1, mix * customers),
        "price": np.full(1, price * customers),
        "unexplained": (each - each_then - mix - price - spent) * customers,
    }
    parts = {name: (float(one.mean()), *np.percentile(one, [5, 95]).tolist()) for name, one in drawn.items()}
    return Miss(place=place, forecast=money, actual=margin, parts=parts)


def _not_ours(forecast: Forecast, seen: Seen, place: int) -> float:
    """Customers more or fewer for reasons that no forecast of leaving speaks of, up to a period."""
    until = seen.money[seen.money["place"] <= place]
    returned = float(seen.money.loc[seen.money["place"] == place, "returned"].sum())
    started = float(seen.start["customers"].sum()) - forecast.start
    kept = float(forecast.customers[place]) / forecast.start
    return started * kept + returned - float(until["left_otherwise"].sum())


def _mix(seen: Seen, now: pd.DataFrame) -> float:
    """Money a customer by other shares of personas than at the start, at what each brought then."""
    start = seen.start.set_index("persona")
    there = now.set_index("persona")["customers"].reindex(start.index).fillna(0.0)
    shares = there / there.sum() - start["customers"] / start["customers"].sum()
    return float((shares * start["margin"] / start["customers"]).sum())


def _price(seen: Seen, now: pd.DataFrame, place: int, each_then: float) -> float:
    """Money a customer by a rate of margin that moved and, since a price event, by what the same customers pay.

    What the forecast itself expected of a customer's money is no part of what prices moved.
    """
    count, revenue = float(now["customers"].sum()), float(now["revenue"].sum())
    before, bought = float(now["start_margin"].sum()), float(now["start_revenue"].sum())
    rate = before / bought if bought else 0.0
    moved = float(now["margin"].sum()) - rate * revenue
    if not seen.priced[place]:
        return moved / count
    started = float(seen.start["margin"].sum() / seen.start["customers"].sum())
    return (moved + rate * (revenue - bought)) / count - (each_then - started)


def _of_score(forecast: Forecast, seen: Seen, rates: Rates, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Relative change of customers there, and of money a customer, by scores other than forecast `(draw, period)`."""
    chance = stream(seed, "misses")
    gap = seen.score - forecast.score + chance.standard_normal((DRAWS, 1)) * np.nan_to_num(seen.score_se)
    gap = np.nan_to_num(gap)
    shown = np.zeros(gap.shape)
    reach = gap.shape[1] - rates.lag
    if reach > 0:
        shown[:, rates.lag :] = gap[:, :reach]
    moved, lifted = np.zeros(gap.shape), np.zeros(gap.shape)
    if rates.leaving is not None:
        intensity = np.nan_to_num(-np.log(np.clip(forecast.retention, 1e-9, 1.0)))
        slope = _draw(rates.leaving, chance)
        moved = np.expm1(-np.cumsum(intensity * np.expm1(slope * shown), axis=1))
    if rates.money is not None:
        lifted = _draw(rates.money, chance) * shown / (forecast.margin / forecast.customers)
    elif rates.log_money is not None:
        lifted = np.expm1(_draw(rates.log_money, chance) * shown)
    return moved, lifted


def _draw(rate: Rate, chance: np.random.Generator) -> np.ndarray:
    return np.asarray(rate.estimate + rate.se * chance.standard_normal((DRAWS, 1)))


def summed(misses: Sequence[Miss]) -> dict[str, float]:
    """The parts in the mean, summed over periods."""
    return {name: sum(one.parts[name][0] for one in misses) for name in PARTS}
