"""The levers on customers and money: how each persona goes on apart from any plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from impact.lever import Change
from models.brought import Brought
from models.there import who_is_there
from models.trend import Trend, steady
from models.value import PersonaBase, Today, ValueBase
from scenarios.cashflow import Clock
from scenarios.levers import factors, moved_by, of_lever, periods_of

TREND = ("customers", "acquisition", "price", "spend", "churn", "mix")
MOST_LEAVING = 0.999  # of customers in a period


def mean_customers(base: ValueBase, now: Sequence[np.ndarray]) -> np.ndarray:
    """Customers of each persona as the base goes on by itself, `(persona, period)`, mean over draws.

    `now` is the leaving intensity of each persona's bands `(draw, band)`.
    """
    idle = np.ones((1, 1, len(base.discount)))
    return np.array(
        [
            who_is_there(persona, base.frailty, one, idle).customers().mean(axis=0)
            for persona, one in zip(base.personas, now, strict=True)
        ]
    )


def path_asked(base: ValueBase, now: Sequence[np.ndarray], changes: Sequence[Change]) -> np.ndarray:
    """The path of customers `(persona, period)` where a row is told in customers or in shares, else all alike."""
    counted = any(one.lever == "mix" or (one.lever == "customers" and one.how != "multiply") for one in changes)
    return mean_customers(base, now) if counted else np.ones((len(base.personas), len(base.discount)))


def active_share(base: ValueBase) -> np.ndarray:
    """Each persona's share of today's customers `(persona,)`."""
    count = np.array([persona.customers.sum() for persona in base.personas])
    return np.asarray(count / count.sum())


def leaving_rate(persona: PersonaBase) -> float:
    """The share of a persona's customers that leaves in a period, over its tenure bands."""
    return float(persona.rate @ persona.customers / persona.customers.sum())


def leaving_factors(changes: Sequence[Change], clock: Clock, rate: float) -> np.ndarray:
    """By how much leaving intensities are multiplied `(period,)`, at a mean leaving rate.

    What is added or set is in points of the leaving rate of a period: intensity is -log(1 - rate).
    """
    out, intensity = np.ones(clock.periods), -np.log1p(-rate)
    if not intensity:
        return out
    for change in changes:
        held = periods_of(change, clock)
        if change.how == "multiply":
            out[held] *= change.value
        else:
            told = np.clip(moved_by(change, -np.expm1(-out[held] * intensity)), 0.0, MOST_LEAVING)
            out[held] = -np.log1p(-told) / intensity
    return out


def mixed(changes: Sequence[Change], clock: Clock, share: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The share of each persona after rows of the lever mix, `(persona, period)`; `share` is as it is.

    Personas that no row names in a period share what is left as they did.
    """
    out, named = share.copy(), np.zeros(share.shape, dtype=bool)
    for change in changes:
        g, held = list(names).index(change.of), periods_of(change, clock)
        out[g, held] = moved_by(change, out[g, held])
        named[g] |= held
    left = 1 - np.where(named, out, 0.0).sum(axis=0)
    others = np.where(named, 0.0, share).sum(axis=0)
    scale = np.divide(left, others, out=np.ones_like(left), where=others > 0)
    return np.where(named | ~named.any(axis=0), out, out * scale)


def with_trends(
    base: ValueBase, path: np.ndarray, changes: Sequence[Change], clock: Clock, given: tuple[np.ndarray, float]
) -> ValueBase:
    """The base with every persona's trend moved by the levers on customers and money.

    Args:
        base: the base.
        path: customers as the base goes on `(persona, period)`, of which what is told in customers or shares is made.
        changes: rows of a scenario.
        clock: future periods.
        given: customers who join in a period as they did of late `(persona, period)`, for the lever acquisition; and
            revenue per unit of margin, for the lever price.
    """
    asked, (late, per_margin) = [one for one in changes if one.lever in TREND], given
    names = [persona.persona for persona in base.personas]
    share = path / path.sum(axis=0)
    remixed = mixed(of_lever(asked, "mix"), clock, share, names) / share
    part = active_share(base)
    personas = []
    for g, persona in enumerate(base.personas):
        mine = [one for one in asked if one.lever == "mix" or one.persona in ("", persona.persona)]
        if not mine:
            personas.append(persona)
            continue
        trend = persona.trend or steady(clock.periods)
        heads = factors(of_lever(mine, "customers"), clock, path[g], path.sum(axis=0))
        trend = replace(
            trend,
            heads=trend.heads * heads * remixed[g],
            leaving=trend.leaving * leaving_factors(of_lever(mine, "churn"), clock, leaving_rate(persona)),
            joining=_joining(of_lever(mine, "acquisition"), clock, trend.joining, (late[g], part[g])),
        )
        personas.append(replace(persona, trend=_at_prices(trend, mine, clock, per_margin)))
    return replace(base, personas=tuple(personas))


def _joining(changes: Sequence[Change], clock: Clock, now: np.ndarray, given: tuple[np.ndarray, float]) -> np.ndarray:
    """Who joins `(period,)`; `given` is who joined of late, and the share that falls to a persona of a whole."""
    late, part = given
    out, moved = np.array(now, dtype=float), np.zeros(clock.periods, dtype=bool)
    for change in changes:
        held = periods_of(change, clock)
        if change.how == "multiply":
            # what a row before has moved already is multiplied, else who joined of late
            out[held] = np.where(moved, out, late)[held] * change.value
        else:
            told = change.value if change.persona else change.value * part
            out[held] = out[held] + told if change.how == "add" else told
        moved |= held
    return out


def _at_prices(trend: Trend, changes: Sequence[Change], clock: Clock, per_margin: float) -> Trend:
    """The trend at other prices and spending: cost to serve stays as it is whatever the price, nobody reacts to it."""
    price, spend = factors(of_lever(changes, "price"), clock), factors(of_lever(changes, "spend"), clock)
    return replace(
        trend,
        margin=(trend.margin + per_margin * trend.revenue * (price - 1)) * spend,
        revenue=trend.revenue * price * spend,
    )


def what_it_brings(base: ValueBase, today: Today) -> Today:
    """What stays the same, for a base whose trends alone were changed."""
    return replace(today, before=Brought(base=base, now=today.now))
