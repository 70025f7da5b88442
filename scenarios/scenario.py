"""Scenarios: another case on the same joint draws, so that what differs is the scenario and not chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.errors import Finding, InputError
from impact.initiative import Plan
from impact.lever import BASE, Change
from scenarios.levers_pains import drifts
from scenarios.levers_plan import clock_in, discount_in, limits_in, offers_in, ongoing_in
from scenarios.levers_trend import TREND, path_asked, what_it_brings, with_trends
from scenarios.limits import Limits
from scenarios.world_faults import world_faults
from scenarios.worth import Case

AND = "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Levers moved together under one name."""

    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What levers need to know beside a case.

    `revenue_per_margin` is None where money is revenue. `joining` `(persona,)` are gross new customers a period of
    late, NaN where the ledger does not tell; `expected` `(persona, period)` those that the company's own outlook asks
    for, where there is one: the lever acquisition multiplies these instead. `discount_rate` is a year's.
    """

    revenue_per_margin: float | None
    joining: np.ndarray
    discount_rate: float
    expected: np.ndarray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A scenario as a case, beside the limits of a choice in it."""

    name: str
    case: Case
    limits: Limits
    revenue_per_margin: float | None


def scenarios_of(plan: Plan) -> tuple[Scenario, ...]:
    """The scenarios of a plan in the order in which they first stand there; the base is none of them."""
    names = dict.fromkeys(change.scenario for change in plan.scenarios)
    return tuple(
        Scenario(name=name, changes=tuple(one for one in plan.scenarios if one.scenario == name)) for name in names
    )


def compose(name: str, known: Sequence[Scenario]) -> Scenario:
    """Several scenarios as one: `downside + late` is what both change, in that order; `base` changes nothing.

    Raises:
        InputError: a part is no known scenario, or is named twice.
    """
    by_name = {one.name.casefold(): one for one in known} | {BASE: Scenario(name=BASE, changes=())}
    parts = [part.strip().casefold() for part in name.split(AND)]
    unknown = [part for part in parts if part not in by_name]
    twice = [part for part in dict.fromkeys(parts) if parts.count(part) > 1]
    if unknown or twice:
        said = f"there is no scenario {unknown[0]!r}" if unknown else f"{twice[0]!r} stands twice"
        raise InputError([_not_known(name, said, known)])
    found = [by_name[part] for part in parts]
    return Scenario(
        name=f" {AND} ".join(one.name for one in found),
        changes=tuple(change for one in found for change in one.changes),
    )


def _not_known(name: str, said: str, known: Sequence[Scenario]) -> Finding:
    return Finding(
        code="P279",
        place=f"scenario {name!r}",
        found=said,
        allowed=", ".join([BASE, *(one.name for one in known)]),
        remedy=f"name scenarios of the plan, joined by {AND}",
    )


def in_world(scenario: Scenario, base: World, facts: Facts) -> World:
    """A scenario as a case on the same draws, offers in the same order and at the same starts; `base` is left as is.

    A scenario that changes nothing is the base itself. What no lever touches is not worked out anew.

    Raises:
        InputError: it goes beyond what these customers can do.
    """
    changes = [change for change in scenario.changes if not change.neutral]
    if not changes:
        return replace(base, name=scenario.name)
    case = base.case
    late = facts.joining if facts.expected is None else facts.expected
    path = path_asked(case.base, case.today.now, changes)
    given = case.posterior.pain_points, late, path
    faults = world_faults(scenario.name, changes, case.base.personas, case.clock, given)
    if faults:
        raise InputError(faults)
    names = [persona.persona for persona in case.base.personas]
    clocks = case.clock, clock_in(changes, case.clock)
    pains, draws = case.posterior.pain_points, case.posterior.draws
    return World(
        name=scenario.name,
        case=replace(
            _goes_on(case, changes, path, facts),
            offers=offers_in(case.offers, changes, clocks, names),
            clock=clocks[1],
            ongoing=(
                *ongoing_in(case.ongoing, changes, clocks, names),
                *drifts(changes, case.clock, case.base.personas, pains, draws),
            ),
        ),
        limits=limits_in(base.limits, changes, case.clock, case.ongoing),
        revenue_per_margin=base.revenue_per_margin,
    )


def _goes_on(case: Case, changes: Sequence[Change], path: np.ndarray, facts: Facts) -> Case:
    """The case with customers and money going on otherwise."""
    discount = discount_in(changes, case.clock, facts.discount_rate, case.base.discount)
    base = replace(case.base, discount=discount)
    if not any(change.lever in TREND for change in changes):
        return replace(case, base=base)
    joining = np.repeat(facts.joining[:, None], case.clock.periods, axis=1)
    late = joining if facts.expected is None else facts.expected
    base = with_trends(base, path, changes, case.clock, (late, facts.revenue_per_margin or 1.0))
    return replace(case, base=base, today=what_it_brings(base, case.today))
