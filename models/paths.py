"""Customers, margin and revenue by period under a course, exactly: every persona is walked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.there import who_is_there
from models.value import Course, Today, ValueBase, as_heads, by_period, moves_of

# Of the persona at a place, what holds in each future period `(draw, band or 1, period)`: factors of leaving intensity
# and relative gains in money.
Held = Callable[[int], tuple[np.ndarray, np.ndarray]]
Points = Callable[[int], np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """All personas by future period `(draw, period)` each.

    `customers` there; `kept` those of them who were there a period before (at `as_of`, for the first), before heads
    move by themselves; `margin` and `revenue` they bring, revenue as the margin there would be if its share of revenue
    stayed today's; `points` of score gained, summed over customers, None where nobody asks.
    """

    start: float
    customers: np.ndarray
    kept: np.ndarray
    margin: np.ndarray
    revenue: np.ndarray
    points: np.ndarray | None = None

    def retention(self) -> np.ndarray:
        """Share `(draw, period)` of those there who stay to the period; who joins since has no part in it."""
        before = np.concatenate([np.full((len(self.customers), 1), self.start), self.customers[:, :-1]], axis=1)
        return np.divide(self.kept, before, out=np.ones_like(before), where=before > 0)


def held_under(base: ValueBase, today: Today, course: Course) -> Held:
    """What a course does to leaving and to money in each future period, worked out when asked."""
    moves = moves_of(base, today, course)

    def held(g: int) -> tuple[np.ndarray, np.ndarray]:
        persona, (ratios, lifts) = base.personas[g], moves(g)
        return by_period(base, persona, course.at, ratios, 1.0), by_period(base, persona, course.at, lifts, 0.0)

    return held


def path_of(base: ValueBase, today: Today, held: Held, points: Points | None = None) -> Path:
    """The path of a base under what is held.

    Args:
        base: the base.
        today: leaving intensity as it is.
        held: factors of leaving and gains in money, by persona.
        points: of a persona, points of score gained per customer `(draw, band or 1, period)`.
    """
    shape = (len(base.frailty), len(base.discount))
    customers, kept, margin, revenue, gained = (np.zeros(shape) for _ in range(5))
    for g, persona in enumerate(base.personas):
        ratio, lift = held(g)
        there = who_is_there(persona, base.frailty, today.now[g], ratio)
        customers += there.customers()
        kept += there.kept()
        one, two = there.brings(lift)
        margin += one
        revenue += two
        if points is not None:
            gained += replace(there, persona=as_heads(persona)).margin(points(g))
    return Path(
        start=sum(float(persona.customers.sum()) for persona in base.personas),
        customers=customers,
        kept=kept,
        margin=margin,
        revenue=revenue,
        points=None if points is None else gained,
    )
