"""Pilots and surveys as rows of the choice: what to learn first, beside what to do at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from impact.initiative import Initiative, Pilot
from models.noise import Noise
from scenarios.cashflow import Clock, Schedule
from scenarios.effect import Offer, moved
from scenarios.information import Actions, answers_tell, at_choice, worth_of_answers
from scenarios.pilots import doubted_as_today, go_after, pilot_shows
from scenarios.worth import Case, set_npv


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """What could be learnt: the plan's pilots and surveys, the chance in measurements, the study's seed."""

    pilots: tuple[Pilot, ...]
    noise: Noise
    seed: int

    def of(self, kind: Literal["pilot", "survey"]) -> tuple[Pilot, ...]:
        """Those of a kind, in plan order."""
        return tuple(pilot for pilot in self.pilots if pilot.kind == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one pilot or survey is worth, in present money.

    `evsi` is the worth of choosing after its result, `in_time` the chance that the result comes while it can still be
    acted on, `delay` what the wait costs. `se` is the standard error of the change in the leaving rate of a period; NaN
    where that is not what it measures. `offer` is its row of the choice, None where it cannot be acted on in time.
    """

    pilot: Pilot
    evsi: float
    cost: float
    delay: float
    in_time: float
    se: float
    offer: Offer | None
    waits: tuple[str, ...] = ()

    @property
    def net(self) -> float:
        """What is left of it: evsi x in_time - cost - delay (ENBS)."""
        return self.evsi * self.in_time - self.cost - self.delay


def shift_of(quarters: int, clock: Clock) -> int:
    """Whole periods of the ledger that a wait of some quarters takes."""
    return -(-quarters * clock.steps_a_quarter // clock.steps_a_period)


def with_lessons(case: Case, lessons: Sequence[Lesson]) -> Case:
    """The case with a row for every lesson that can be acted on in time, after all initiatives.

    A pilot stands in place of its initiative and of other pilots of it, and keeps to all that excludes it; a survey is
    worth what it adds to one choice, so that there is one at most, and no pilot of what waits for it.
    """
    rows = [lesson for lesson in lessons if lesson.offer is not None]
    offers = [
        replace(one.offer, item=_kept_apart(case, one.offer.item, one, rows)) for one in rows if one.offer is not None
    ]
    return replace(case, offers=(*case.offers, *offers))


def _kept_apart(case: Case, item: Initiative, lesson: Lesson, rows: Sequence[Lesson]) -> Initiative:
    target = lesson.pilot.target
    if lesson.pilot.kind == "survey":
        other = {one.pilot.pilot for one in rows if one.pilot.kind == "survey"}
        other |= {one.pilot.pilot for one in rows if one.pilot.kind == "pilot" and one.pilot.target in lesson.waits}
        return replace(item, excludes=tuple(sorted(other - {item.initiative})))
    other = {one.pilot.pilot for one in rows if one.pilot.kind == "pilot" and one.pilot.target == target}
    other |= {offer.item.initiative for offer in case.offers if target in offer.item.excludes}
    return replace(item, excludes=tuple(sorted((other | {target, *item.excludes}) - {item.initiative})))


def pilot_lesson(case: Case, pilot: Pilot, learning: Learning) -> Lesson | None:
    """What a pilot of an initiative is worth; None where its initiative is not open or has no cost."""
    if pilot.target not in case.ids():
        return None
    offer = case.offers[case.ids().index(pilot.target)]
    if offer.cost is None:
        return None
    now = npv_alone(case, offer)
    later = later_offer(offer, pilot.duration, case.clock)
    spread = _spread(case, offer.schedule.start, shift_of(pilot.duration, case.clock))
    cost = pilot.cost * float(spread @ case.base.discount)
    if later is None:
        return Lesson(pilot=pilot, evsi=0.0, cost=cost, delay=0.0, in_time=0.0, se=np.nan, offer=None)
    npv = npv_alone(case, later)
    result, se = simulated(case, offer, pilot, (npv, learning))
    go = go_after(npv, result)
    return Lesson(
        pilot=pilot,
        evsi=float((npv * go).mean() - max(npv.mean(), 0.0)),
        cost=cost,
        delay=max(float(now.mean()), 0.0) - max(float(npv.mean()), 0.0),
        in_time=1.0,
        se=se,
        offer=after_pilot(later, pilot, go, pilot.cost * spread, offer.schedule.start),
    )


def simulated(case: Case, offer: Offer, pilot: Pilot, given: tuple[np.ndarray, Learning]) -> tuple[np.ndarray, float]:
    """A result of the pilot in every draw `(draw, measure)`, and its error in the leaving rate.

    `given` is the NPV that is decided on and what chance does. Without a number of customers the error is as large as
    today's doubt; no more customers take part than there are.
    """
    npv, learning = given
    if not pilot.n:
        return doubted_as_today(npv, learning.seed, pilot.pilot), float("nan")
    n = min(pilot.n, customers_of(case))
    shown = pilot_shows(case, offer, n, pilot.duration * case.clock.periods_a_year / 4, learning.noise)
    se = float(shown.se[0])
    return shown.result(learning.seed, pilot.pilot), se if np.isfinite(se) else float("nan")


def customers_of(case: Case) -> float:
    """Customers, or sites, of the base."""
    return sum(float(persona.customers.sum()) for persona in case.base.personas)


def npv_alone(case: Case, offer: Offer) -> np.ndarray:
    """Net present value of one offer by itself `(draw,)`."""
    one = replace(case, offers=(offer,))
    return set_npv(one, [0])


def later_offer(offer: Offer, quarters: int, clock: Clock) -> Offer | None:
    """The offer started some quarters later; None where it could no longer be built and paid within the horizon."""
    later = moved(offer, offer.schedule.start + shift_of(quarters, clock), clock)
    length = max(offer.item.duration * clock.steps_a_quarter, 1)
    built = later.schedule.start * clock.steps_a_period + length <= clock.steps
    paid = np.isclose(later.schedule.capex.sum(), offer.schedule.capex.sum())
    return later if built and paid else None


def after_pilot(later: Offer, pilot: Pilot, go: np.ndarray, paid: np.ndarray, start: int) -> Offer:
    """The row of a pilot: its initiative, later, in the draws in which the result says go.

    All of the initiative's one-off cost is planned for, whatever the result, and the pilot's own beside it: that is
    `paid` `(period,)` as running cost, from the period at place `start`, for it neither overruns nor waits for the
    result.
    """
    plan, once = later.schedule, later.cost if later.cost is not None else np.zeros(len(go))
    stated = (later.item.cost or 0.0) * plan.cost_share + plan.capex
    total = float(stated.sum())
    item = replace(
        later.item,
        initiative=pilot.pilot,
        name=pilot.name or f"Pilot: {later.item.name}",
        owner=pilot.owner or later.item.owner,
        cost=total + float(paid.sum()),
        mandatory=False,
    )
    timing = replace(
        plan,
        start=start,
        # a costs table and a spread never stand together, so one profile serves for both
        cost_share=stated / total if total > 0 else plan.cost_share,
        capex=np.zeros_like(paid),
        opex=plan.opex * go[:, None] + paid,
        quarters=plan.quarters * go[:, None],
    )
    return replace(
        later,
        item=item,
        schedule=timing,
        effectiveness=later.effectiveness * go[None, :, None],
        cost=(once * plan.cost_share.sum() + later.overruns * plan.capex.sum()) * go,
        kind="pilot",
        rows=(),
    )


def survey_lesson(
    case: Case, pilot: Pilot, learning: Learning, actions: Actions, budget: float | None = None
) -> Lesson:
    """What more answers in a stage are worth to the present choice among `actions`, sets of the case's offers.

    What fixes the stage's pain points waits for them; the rest starts as it would. Only sets that the `budget` pays
    beside the survey count, and what waits and would be chosen is what its row requires.
    """
    shift = shift_of(pilot.duration, case.clock)
    spread = _spread(case, 0, shift)
    cost = pilot.cost * float(spread @ case.base.discount)
    places = learning.noise.stages.get(pilot.target, ())
    waits = [i for i, offer in enumerate(case.offers) if offer.effectiveness[:, :, list(places)].any()]
    later = {i: later_offer(case.offers[i], pilot.duration, case.clock) for i in waits}
    lost = [i for i, offer in later.items() if offer is None]
    offers = tuple(later.get(i) or offer for i, offer in enumerate(case.offers))
    if shift >= case.periods or not set(waits) - set(lost):
        return Lesson(pilot=pilot, evsi=0.0, cost=cost, delay=0.0, in_time=0.0, se=np.nan, offer=None)
    sets = actions.sets[~actions.sets[:, lost].any(axis=1)]
    if budget is not None:
        sets = sets[sets @ np.array([offer.plan_cost for offer in case.offers]) + pilot.cost <= budget]
    if not len(sets):
        return Lesson(pilot=pilot, evsi=0.0, cost=cost, delay=0.0, in_time=0.0, se=np.nan, offer=None)
    then = at_choice(replace(case, offers=offers), sets)
    chosen = then.sets[int(then.npv.mean(axis=1).argmax())]
    needed = tuple(case.ids()[i] for i in waits if chosen[i])
    told = answers_tell(case, learning.noise, pilot.target, pilot.n, learning.seed)
    evsi, delay = worth_of_answers(then, told), actions.best - then.best
    return Lesson(
        pilot=pilot,
        evsi=evsi,
        cost=cost,
        delay=delay,
        in_time=1.0,
        se=np.nan,
        offer=_after_survey(case, pilot, evsi - delay, (spread, needed)),
        waits=tuple(case.ids()[i] for i in waits),
    )


def _after_survey(case: Case, pilot: Pilot, worth: float, paid: tuple[np.ndarray, tuple[str, ...]]) -> Offer:
    """The row of a survey: it fixes nothing, and brings what it is worth when its answers are in.

    `paid` is when, and which initiatives its worth was reckoned with.
    """
    spread, needed = paid
    known = np.zeros(case.periods)
    place = shift_of(pilot.duration, case.clock)
    known[place] = 1.0
    none, draws = np.zeros(case.periods), case.posterior.draws
    return Offer(
        item=Initiative(
            initiative=pilot.pilot,
            name=pilot.name or f"Answers: {pilot.target}",
            owner=pilot.owner,
            cost=pilot.cost,
            other_benefit=worth / float(case.base.discount[place]),
            requires=needed,
            duration=pilot.duration,
        ),
        schedule=Schedule(
            start=0,
            cost_share=spread,
            live=none[None],
            quarters=known[None],
            capex=none,
            opex=none[None],
            building=np.zeros(case.clock.quarters),
        ),
        effectiveness=np.zeros((1, draws, len(case.posterior.pain_points))),
        cost=np.full(draws, pilot.cost),
        kind="survey",
    )


def _spread(case: Case, start: int, periods: int) -> np.ndarray:
    """Even shares over some periods from a place `(period,)`, all of it within the horizon."""
    first = min(start, case.periods - 1)
    last = min(first + max(periods, 1), case.periods)
    share = np.zeros(case.periods)
    share[first:last] = 1 / (last - first)
    return share
