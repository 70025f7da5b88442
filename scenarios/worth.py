"""What each initiative, and each set of them, is worth: joint draws of cash by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.uplift import UpliftPosterior
from models.value import Course, Today, ValueBase, ValueDraws, value_draws
from scenarios.cashflow import Clock
from scenarios.effect import Offer, Ongoing, joint_course, moved
from scenarios.service import NO_SERVICE, Counted, ServiceRate, cashable_part, value_with_service


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a set of initiatives is valued on: base, posterior, today, clock, and the offers in plan order.

    `ongoing` is what has begun: it goes on whatever is chosen. `service` is what a point saves in service.
    """

    base: ValueBase
    posterior: UpliftPosterior
    today: Today
    offers: tuple[Offer, ...]
    clock: Clock
    ongoing: tuple[Ongoing, ...] = ()
    service: ServiceRate = NO_SERVICE

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
    """Gain by period of a set of initiatives together, draw by draw; costs and other benefits left out.

    It is what they add beside what is ongoing.
    """
    together = joint_value(case, members)
    return together.beside(joint_value(case, ())) if case.ongoing else together


def joint_value(case: Case, members: Sequence[int]) -> ValueDraws:
    """Gain by period, against today going on, of a set and of what is ongoing together."""
    offers = [case.offers[i] for i in members]
    course = course_of(case, offers, case.ongoing)
    if case.service.saved is None:
        return value_draws(case.base, case.today, course)
    cashable = cashable_part(course, offers, course_of(case, (), case.ongoing), [one.offer for one in case.ongoing])
    counted = Counted(saved=case.service.saved, cashable=cashable, rest=course.levels - cashable)
    return value_with_service(case.base, case.today, case.posterior, course, counted)


def persona_value(case: Case, members: Sequence[int]) -> np.ndarray:
    """Present value `(persona, draw)` of what a set gains among the customers of each persona.

    Rows sum to `set_value` discounted in every draw. Costs and other benefits belong to no persona and are left out.
    """
    alone = (set_value(_of_persona(case, g), members) for g in range(len(case.base.personas)))
    return np.array([value.discounted(case.base.discount) for value in alone])


def _of_persona(case: Case, g: int) -> Case:
    """The case of one persona's customers alone."""
    posterior, today = case.posterior, case.today
    return replace(
        case,
        base=replace(case.base, personas=(case.base.personas[g],)),
        posterior=replace(
            posterior,
            personas=(posterior.personas[g],),
            score=posterior.score[:, g : g + 1],
            leaving=posterior.leaving[:, g : g + 1],
            spend=posterior.spend[:, g : g + 1],
        ),
        today=Today(
            hazard=(today.hazard[g],),
            spend=(today.spend[g],),
            together=(today.together[g],),
            now=(today.now[g],),
            before=(today.before[g],),
        ),
        offers=tuple(_among(offer, g) for offer in case.offers),
        ongoing=tuple(replace(one, offer=_among(one.offer, g)) for one in case.ongoing),
    )


def _among(offer: Offer, g: int) -> Offer:
    share = offer.effectiveness
    return replace(offer, effectiveness=share[g : g + 1]) if len(share) > 1 else offer


def course_of(case: Case, offers: Sequence[Offer], ongoing: Sequence[Ongoing]) -> Course:
    """What some offers remove over time, beside what is ongoing."""
    return joint_course(offers, case.posterior.draws, len(case.posterior.pain_points), case.periods, ongoing)


def other_benefit(offer: Offer) -> np.ndarray:
    """Benefits the plan states beside the journey's, `(1 or draw, period)`: a quarter's figure while live."""
    return np.asarray(offer.item.other_benefit * offer.schedule.quarters)


def one_off_by_period(offer: Offer) -> np.ndarray:
    """One-off cash by period with its overrun, `(1 or draw, period)`; nil where the plan gives no cost."""
    spread = np.zeros(1) if offer.cost is None else offer.cost
    return np.asarray(spread[:, None] * offer.schedule.cost_share + offer.overruns[:, None] * offer.schedule.capex)


def costs_by_period(offer: Offer) -> np.ndarray:
    """Cash out by period, `(1 or draw, period)`: once, and to run it."""
    return np.asarray(one_off_by_period(offer) + offer.schedule.opex)


def npv_draws(case: Case, members: Sequence[int], value: ValueDraws) -> np.ndarray:
    """Net present value of a set `(draw,)`, its journey value given."""
    total = value.discounted(case.base.discount)
    for i in members:
        offer = case.offers[i]
        total = total + (other_benefit(offer) - costs_by_period(offer)) @ case.base.discount
    return total


def set_npv(case: Case, members: Sequence[int]) -> np.ndarray:
    """Net present value `(draw,)` of a set of initiatives together; nil of none."""
    if not len(members):
        return np.zeros(case.posterior.draws)
    return npv_draws(case, members, set_value(case, members))


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
        return np.asarray(value.gained().mean(axis=0) + stated)

    return np.array([one(row) for row in sets])
