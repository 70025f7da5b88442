"""What each initiative, and each set of them, is worth: joint draws of cash by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.uplift import UpliftPosterior
from models.value import Today, ValueBase, ValueDraws, value_draws
from scenarios.effect import Offer, joint_course


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a set of initiatives is valued on: base, posterior, today, and the offers in plan order."""

    base: ValueBase
    posterior: UpliftPosterior
    today: Today
    offers: tuple[Offer, ...]

    @property
    def periods(self) -> int:
        """Periods of the horizon."""
        return len(self.base.discount)


def set_value(case: Case, members: Sequence[int]) -> ValueDraws:
    """Gain in margin by period of a set of initiatives together, draw by draw; costs not taken off."""
    pains = len(case.posterior.pain_points)
    course = joint_course([case.offers[i] for i in members], case.posterior.draws, pains, case.periods)
    return value_draws(case.base, case.today, course)


def other_benefit(offer: Offer) -> np.ndarray:
    """Benefits the plan states beside the journey's, by period: a quarter's figure while live."""
    return np.asarray(offer.item.other_benefit * offer.schedule.quarters)


def costs_by_period(offer: Offer) -> np.ndarray:
    """Cash out by period and draw `(draw, period)`; the one-off cost alone is uncertain."""
    certain = offer.schedule.capex + offer.schedule.opex
    if offer.cost is None:
        return np.asarray(certain[None, :])
    return np.asarray(offer.cost[:, None] * offer.schedule.cost_share + certain)


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
        stated = sum(other_benefit(case.offers[i]) for i in members)
        return np.asarray((value.retention + value.spend).mean(axis=0) + stated)

    return np.array([one(row) for row in sets])
