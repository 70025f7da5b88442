"""The levers on the plan: what fixes remove, what they cost, when they come, and what limits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from impact.lever import Change
from scenarios.cashflow import Clock, Fate, schedule
from scenarios.effect import Offer, Ongoing, paid_up
from scenarios.levers import factors, levels, moved_by, of_lever, periods_of
from scenarios.limits import Limits, YearLimit
from scenarios.ongoing import team_use


def clock_in(changes: Sequence[Change], clock: Clock) -> Clock:
    """The clock with what is paid and what fixes remove made larger or smaller by period."""
    cost = of_lever(changes, "cost")
    effect = [one for one in of_lever(changes, "effectiveness") if not one.persona]
    if cost:
        clock = replace(clock, cost=_times(clock.cost, factors(cost, clock)))
    if effect:
        clock = replace(clock, effect=_times(clock.effect, factors(effect, clock)))
    return clock


def _times(now: np.ndarray | None, factor: np.ndarray) -> np.ndarray:
    return factor if now is None else np.asarray(now * factor)


def offers_in(
    offers: Sequence[Offer], changes: Sequence[Change], clocks: tuple[Clock, Clock], personas: Sequence[str]
) -> tuple[Offer, ...]:
    """The offers on another clock, later, and stronger or weaker for some personas; each at its own start.

    Args:
        offers: as they are.
        changes: rows of a scenario.
        clocks: as it was, and as it is in the scenario.
        personas: of the base, in order.
    """
    return tuple(_offer_in(offer, changes, clocks, personas) for offer in offers)


def _offer_in(offer: Offer, changes: Sequence[Change], clocks: tuple[Clock, Clock], personas: Sequence[str]) -> Offer:
    apart = [one for one in of_lever(changes, "effectiveness") if one.persona]
    if apart:
        offer = replace(offer, effectiveness=_for_personas(offer.effectiveness, apart, personas))
    fate = later(offer.fate, of_lever(changes, "delay"), offer.effectiveness.shape[1])
    if fate is offer.fate and clocks[0] is clocks[1]:
        return offer
    if offer.kind != "initiative":
        return _on_paper(offer, clocks)
    plan = schedule(offer.item, offer.rows, clocks[1], offer.schedule.start, fate)
    return replace(offer, fate=fate, schedule=plan)


def _on_paper(offer: Offer, clocks: tuple[Clock, Clock]) -> Offer:
    """A pilot or a survey, whose profile is no plain schedule: paid and at work by the clock, never later."""
    plan, (was, now) = offer.schedule, clocks
    one = np.ones(now.periods)
    paid = (one if now.cost is None else now.cost) / (one if was.cost is None else was.cost)
    effect = (one if now.effect is None else now.effect) / (one if was.effect is None else was.effect)
    timing = replace(plan, cost_share=plan.cost_share * paid, opex=plan.opex * paid, live=plan.live * effect)
    return replace(offer, schedule=timing)


def _for_personas(share: np.ndarray, changes: Sequence[Change], personas: Sequence[str]) -> np.ndarray:
    """Effectiveness `(persona, draw, pain_point)` with that of some personas moved, never above 1."""
    out = np.repeat(share, len(personas), axis=0) if len(share) == 1 else share.copy()
    factor = np.ones(len(personas))
    for change in changes:
        g = list(personas).index(change.persona)
        factor[g] = moved_by(change, factor[g])
    return np.minimum(out * factor[:, None, None], 1.0)


def later(fate: Fate, changes: Sequence[Change], draws: int) -> Fate:
    """A fate that many quarters later, in every draw alike."""
    if not changes:
        return fate
    late = np.zeros(draws) if fate.late is None else fate.late
    for change in changes:
        late = late + change.value if change.how == "add" else np.full(draws, change.value)
    return replace(fate, late=late)


def ongoing_in(
    ongoing: Sequence[Ongoing], changes: Sequence[Change], clocks: tuple[Clock, Clock], personas: Sequence[str]
) -> tuple[Ongoing, ...]:
    """What has begun, in the scenario; of what is at work today only what it still costs is changed."""
    was, now = clocks
    costs_only = (was, replace(now, effect=was.effect)) if now.cost is not was.cost else (was, was)
    out = []
    for one in ongoing:
        at_work = bool(one.live_now.any())
        offer = _offer_in(one.offer, () if at_work else changes, costs_only if at_work else clocks, personas)
        if offer is not one.offer and offer.item.status == "done":
            offer = paid_up(offer)
        out.append(one if offer is one.offer else replace(one, offer=offer))
    return tuple(out)


def limits_in(limits: Limits, changes: Sequence[Change], clock: Clock, ongoing: Sequence[Ongoing]) -> Limits:
    """The limits of a scenario; those given have what is ongoing taken off, and so have those returned."""
    for change in of_lever(changes, "budget"):
        limits = replace(
            limits,
            budget=None if limits.budget is None else max(float(moved_by(change, np.array(limits.budget))), 0.0),
            years=tuple(_year(change, year, clock) for year in limits.years),
        )
    teams = {one.of for one in of_lever(changes, "capacity")}
    capacity = {
        team: _team(there, [one for one in of_lever(changes, "capacity") if one.of == team], clock, (ongoing, team))
        if team in teams
        else there
        for team, there in limits.capacity.items()
    }
    return replace(limits, capacity=capacity)


def _year(change: Change, year: YearLimit, clock: Clock) -> YearLimit:
    """A year's limit where a row holds in any of its periods; running cost is only ever multiplied."""
    if not (year.periods & periods_of(change, clock)).any():
        return year
    capex = None if year.capex is None else max(float(moved_by(change, np.array(year.capex))), 0.0)
    opex = year.opex * change.value if year.opex is not None and change.how == "multiply" else year.opex
    return replace(year, capex=capex, opex=opex)


def _team(
    there: np.ndarray, changes: Sequence[Change], clock: Clock, used: tuple[Sequence[Ongoing], str]
) -> np.ndarray:
    """What is left of a team by quarter `(quarter,)` when what there is of it in all is moved."""
    taken = team_use(*used)
    whole = there + taken
    for change in changes:
        steps = np.flatnonzero(np.repeat(periods_of(change, clock), clock.steps_a_period))
        held = np.isin(np.arange(clock.quarters), steps // clock.steps_a_quarter)
        whole = np.where(held, moved_by(change, whole), whole)
    return np.asarray(np.maximum(whole - taken, 0.0))


def discount_in(changes: Sequence[Change], clock: Clock, rate: float, discount: np.ndarray) -> np.ndarray:
    """Mid-period discount factors `(period,)` when the yearly rate is another in some periods.

    A factor is that of all whole periods before, times half a period's own.
    """
    asked = of_lever(changes, "discount_rate")
    if not asked:
        return discount
    yearly = levels(asked, clock, np.full(clock.periods, rate))
    step = (1 + yearly) ** (-1 / clock.periods_a_year)
    return np.asarray(np.concatenate([[1.0], step.cumprod()[:-1]]) * np.sqrt(step))
