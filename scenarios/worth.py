"""What each initiative, and each set of them, is worth: joint draws of cash by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.uplift import UpliftPosterior
from models.value import Today, ValueBase, ValueDraws, value_draws
from scenarios.cashflow import Clock
from scenarios.effect import Offer, Ongoing, joint_course, moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a set of initiatives is valued on: base, posterior, today, clock, and the offers in plan order.

    `ongoing` is what has begun: it goes on whatever is chosen.
    """

    base: ValueBase
    posterior: UpliftPosterior
    today: Today
    offers: tuple[Offer, ...]
    clock: Clock
    ongoing: tuple[Ongoing, ...] = ()

    @property
    def periods(self) -> int:
        """Periods of the horizon."""
        return len(self.base.discount)

    def ids(self) -> tuple[str, ...]:
        """Initiative ids in plan order."""
        return tuple(offer.item.initiative for offer in self.offers)


def at_starts(case: Case, starts: np.ndarray) -> Case:
    """The case with every offer started in the period at its place; `starts` `(initiative,)`."""
    offers = tuple(moved(offer, int(start), case.clock) for offer, start in zip(case.offers, starts, strict=True))
    return replace(case, offers=offers)


def set_value(case: Case, members: Sequence[int]) -> ValueDraws:
    """Gain in margin by period of a set of initiatives together, draw by draw; costs not taken off.

    It is what they add beside what is ongoing.
    """
    together = _course_value(case, members)
    if not case.ongoing:
        return together
    alone = _course_value(case, ())
    return ValueDraws(retention=together.retention - alone.retention, spend=together.spend - alone.spend)


def ongoing_value(case: Case) -> ValueDraws:
    """Gain in margin by period of what is ongoing, by what changes from today."""
    return _course_value(case, ())


def _course_value(case: Case, members: Sequence[int]) -> ValueDraws:
    pains = len(case.posterior.pain_points)
    offers = [case.offers[i] for i in members]
    course = joint_course(offers, case.posterior.draws, pains, case.periods, case.ongoing)
    return value_draws(case.base, case.today, course)


def other_benefit(offer: Offer) -> np.ndarray:
    """Benefits the plan states beside the journey's, `(1 or draw, period)`: a quarter's figure while live."""
    return np.asarray(offer.item.other_benefit * offer.schedule.quarters)


def costs_by_period(offer: Offer) -> np.ndarray:
    """Cash out by period, `(1 or draw, period)`."""
    stated = offer.schedule.capex + offer.schedule.opex
    if offer.cost is None:
        return np.asarray(stated)
    return np.asarray(offer.cost[:, None] * offer.schedule.cost_share + stated)


def npv_draws(case: Case, members: Sequence[int], value: ValueDraws) -> np.ndarray:
    """Net present value of a set `(draw,)`, its journey value given."""
    total = value.discounted(case.base.discount)
    for i in members:
        offer = case.offers[i]
        total = total + (other_benefit(offer) - costs_by_period(offer)) @ case.base.discount
    return total


def mean_benefits(case: Case, sets: np.ndarray) -> np.ndarray:
    """Mean joint benefit of every set by period `(set, period)`: journey value and other benefits.

    Args:
        case: base, posterior and offers.
        sets: 0/1 `(set, initiative)`.
    """

    def one(row: np.ndarray) -> np.ndarray:
        members = np.flatnonzero(row)
        if not len(members):
            return np.zeros(case.periods)
        value = set_value(case, list(members))
        stated = sum(other_benefit(case.offers[i]).mean(axis=0) for i in members)
        return np.asarray((value.retention + value.spend).mean(axis=0) + stated)

    return np.array([one(row) for row in sets])
