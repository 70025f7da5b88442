"""What can be chosen: every initiative at every start that is worth looking at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.cashflow import Clock
from scenarios.effect import Offer, moved
from scenarios.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One initiative, by its `place` in the plan, started as its offer says."""

    place: int
    offer: Offer

    @property
    def start(self) -> int:
        """Place of its first period."""
        return self.offer.schedule.start


def options_of(offers: tuple[Offer, ...], clock: Clock, limits: Limits) -> tuple[Option, ...]:
    """Every initiative at its planned start and, where something is limited by period, at every later one.

    A start that the plan fixes is kept. A later start leaves room to build and to be live within the horizon, so that
    no cost is pushed past its end.
    """
    return tuple(
        Option(place=i, offer=moved(offer, start, clock))
        for i, offer in enumerate(offers)
        for start in starts_of(offer, clock, limits)
    )


def starts_of(offer: Offer, clock: Clock, limits: Limits) -> tuple[int, ...]:
    """Places of the periods in which an initiative may start, the planned one first."""
    planned = offer.schedule.start
    if offer.item.start is not None or offer.kind != "initiative" or not limits.by_period:
        return (planned,)
    return (planned, *range(planned + 1, latest_start(offer, clock) + 1))


def latest_start(offer: Offer, clock: Clock) -> int:
    """Place of the last period from which it is built and paid within the horizon."""
    length = max(offer.item.duration * clock.steps_a_quarter, 1)
    last = (clock.steps - length) // clock.steps_a_period
    # rows of a costs table move with the start: none of them is to fall off the horizon
    booked = offer.schedule.capex + (offer.schedule.opex.mean(axis=0) if offer.rows else 0.0)
    paid = int(np.flatnonzero(booked).max(initial=offer.schedule.start)) - offer.schedule.start
    return min(last, clock.periods - 1 - paid)
