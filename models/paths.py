"""Customers, margin and revenue by period under a course, exactly: every persona is walked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.there import who_is_there
from models.trend import steady
from models.value import Course, PersonaBase, Today, ValueBase, as_heads, by_period, moves_of

# Of the persona at a place, what holds in each future period `(draw, band or 1, period)`: factors of leaving intensity
# and relative gains in money.
Held = Callable[[int], tuple[np.ndarray, np.ndarray]]
Points = Callable[[int], np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """All personas by future period `(draw, period)` each, and `start`, those there at `as_of`.

    `customers` there; `kept` those of a period before (of `as_of`, for the first) who have stayed, whatever heads do by
    themselves; `margin` and `revenue` they bring, revenue as the margin there would be if its share of revenue stayed
    today's; `points` of score gained, summed over customers, None where nobody asks.
    """

    start: float
    customers: np.ndarray
    kept: np.ndarray
    margin: np.ndarray
    revenue: np.ndarray
    points: np.ndarray | None = None

    def retention(self) -> np.ndarray:
        """Share `(draw, period)` of those there who stay to the period; who joins in it has no part in it."""
        before = np.concatenate([np.full((len(self.customers), 1), self.start), self.customers[:, :-1]], axis=1)
        return np.asarray(np.divide(self.kept, before, out=np.ones_like(before), where=before > 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One persona by period `(draw, period)` before its trend: who is there, the money they bring, points gained."""

    count: np.ndarray
    money: np.ndarray
    points: np.ndarray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """The personas of a base as walked, to be taken over where they stay as they did."""

    base: ValueBase
    stays: tuple[Stay, ...]


def held_under(base: ValueBase, today: Today, course: Course) -> Held:
    """What a course does to leaving and to money in each future period, worked out when asked."""
    moves = moves_of(base, today, course)

    def held(g: int) -> tuple[np.ndarray, np.ndarray]:
        persona, (ratios, lifts) = base.personas[g], moves(g)
        return by_period(base, persona, course.at, ratios, 1.0), by_period(base, persona, course.at, lifts, 0.0)

    return held


def walk_personas(base: ValueBase, today: Today, held: Held, points: Points | None = None) -> Walked:
    """Every persona of a base as it stays under what is held, kept for `path_of` other bases."""
    stays = tuple(stay_of(base, today, held, points, g) for g in range(len(base.personas)))
    return Walked(base=base, stays=stays)


def stay_of(base: ValueBase, today: Today, held: Held, points: Points | None, g: int) -> Stay:
    """How the persona at place `g` stays.

    Args:
        base: the base.
        today: leaving intensity as it is.
        held: factors of leaving and gains in money, by persona.
        points: of a persona, points of score gained per customer `(draw, band or 1, period)`.
        g: place.
    """
    ratio, lift = held(g)
    there = who_is_there(base.personas[g], base.frailty, today.now[g], ratio)
    money = there.at_today()
    money += money * lift[:, 0] if lift.shape[1] == 1 else there.at_today(lift)
    heads = replace(there, persona=as_heads(base.personas[g]))
    return Stay(count=there.count(), money=money, points=None if points is None else heads.at_today(points(g)))


def path_of(
    base: ValueBase, today: Today, held: Held, points: Points | None = None, known: Walked | None = None
) -> Path:
    """The path of a base under what is held, as `stay_of` takes it.

    A persona that stays as in `known`, of a base under the same, is taken from there; its trend is its own.
    """
    shape = (len(base.frailty), len(base.discount))
    customers, kept, margin, revenue, gained = (np.zeros(shape) for _ in range(5))
    for g, persona in enumerate(base.personas):
        taken = known is not None and stays_alike(base, known.base, g)
        stay = known.stays[g] if known is not None and taken else stay_of(base, today, held, points, g)
        for total, part in zip((customers, kept, margin, revenue, gained), _as_it_goes(persona, stay), strict=True):
            if part is not None:
                total += part
    return Path(
        start=sum(float(persona.customers.sum()) for persona in base.personas),
        customers=customers,
        kept=kept,
        margin=margin,
        revenue=revenue,
        points=None if points is None else gained,
    )


def _as_it_goes(persona: PersonaBase, stay: Stay) -> tuple[np.ndarray | None, ...]:
    """Customers, those kept, margin, revenue and points of a persona with its trend."""
    trend = persona.trend
    if trend is None:
        return stay.count, stay.count, stay.money, stay.money, stay.points
    # heads move the count by themselves: who stays is counted at the factor of the period before
    kept = (stay.count - trend.joining) * np.concatenate([[1.0], trend.heads[:-1]])
    margin, revenue = (stay.money * (trend.heads * factor) for factor in (trend.margin, trend.revenue))
    return stay.count * trend.heads, kept, margin, revenue, None if stay.points is None else stay.points * trend.heads


def stays_alike(base: ValueBase, other: ValueBase, g: int) -> bool:
    """Whether the persona at place `g` stays in both bases alike under the same, before its trend."""
    one, two = base.personas[g], other.personas[g]
    same = all(np.array_equal(getattr(one, name), getattr(two, name)) for name in ("customers", "rate", "money"))
    periods = len(base.discount)
    return (
        same
        and len(other.discount) == periods
        and np.array_equal(base.frailty, other.frailty)
        and all(map(np.array_equal, _who_comes_and_goes(one, periods), _who_comes_and_goes(two, periods)))
    )


def _who_comes_and_goes(persona: PersonaBase, periods: int) -> tuple[np.ndarray, np.ndarray]:
    trend = persona.trend or steady(periods)
    return trend.leaving, trend.joining
