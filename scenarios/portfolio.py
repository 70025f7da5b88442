"""Which initiatives to choose together, when each starts, and what they were chosen among."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scenarios.aims import judge, money_of
from scenarios.budgets import FlexibleBudget
from scenarios.choice import Certificate as Certificate
from scenarios.choice import Chosen, choose_options
from scenarios.floor import keeps_floor
from scenarios.limits import Limits
from scenarios.options import Option, options_of
from scenarios.programme_solve import NothingAllowedError
from scenarios.rules import keep_rules, rules_of
from scenarios.thinned import thinned
from scenarios.worth import Case, at_starts, costs_by_period, mean_benefits, npv_draws, other_benefit, set_value

LIVE_SETS = 10  # up to this many initiatives every set is valued exactly (1,024 sets)
LISTED_DRAWS = 200  # of the sets listed where there are more initiatives


class InfeasibleError(ValueError):
    """No set keeps to what the plan makes mandatory, requires and excludes, and to the limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The chosen set and what it was chosen among.

    `chosen` 0/1 `(initiative,)` and `starts` `(initiative,)` the place of each one's first period, as planned where it
    is not chosen; `npv` `(draw,)` its joint net present value; `sets` `(set, initiative)` all sets looked at, at these
    starts, with their joint mean `benefit` `(set, period)`, mean `value` (NPV), one-off `cost` and whether they are
    `allowed`. Above ten initiatives not every set is listed, and those beside the chosen one are valued on fewer draws.
    """

    chosen: np.ndarray
    starts: np.ndarray
    npv: np.ndarray
    sets: np.ndarray
    benefit: np.ndarray
    value: np.ndarray
    cost: np.ndarray
    allowed: np.ndarray
    certificate: Certificate


def choose_portfolio(case: Case, limits: Limits) -> Portfolio:
    """The allowed set that is best by the aim of the limits; the empty set is one of them.

    Up to ten initiatives of one start each, or as many ways to start fewer, by looking at every one; else by an
    integer programme whose best choices are valued on all draws.

    Raises:
        InfeasibleError: no set keeps to the constraints, named in the message.
    """
    m = len(case.offers)
    options = options_of(case.offers, case.clock, limits)
    if len(options) == m <= LIVE_SETS:
        return _best_of_all(case, limits, None)
    try:
        chosen = choose_options(case, options, rules_of(options, limits), limits)
    except NothingAllowedError as error:
        why = str(error) if limits.persona_floor else why_infeasible(case, limits.budget)
        raise InfeasibleError(why) from error
    starts = np.array([offer.schedule.start for offer in case.offers])
    for i in np.flatnonzero(chosen.x):
        starts[options[i].place] = options[i].start
    there = at_starts(case, starts)
    if m <= LIVE_SETS:
        return _best_of_all(there, limits, chosen.certificate)
    return _beside_others(there, options, chosen, limits)


def _best_of_all(case: Case, limits: Limits, certificate: Certificate | None) -> Portfolio:
    """The best of every set at the starts of the case; the certificate of the starts, where they were chosen."""
    m = len(case.offers)
    sets = ((np.arange(1 << m)[:, None] >> np.arange(m)) & 1).astype(float)
    cost, allowed = plan_cost(case, sets), allowed_sets(case, sets, limits)
    if not allowed.any():
        raise InfeasibleError(why_infeasible(case, limits.budget))
    benefit, value = np.zeros((len(sets), case.periods)), np.zeros(len(sets))
    best, npv = -1, np.zeros(case.posterior.draws)
    judged: tuple[float, ...] = (-np.inf,)
    for place, row in enumerate(sets):
        benefit[place], draws = _valued(case, row)
        value[place] = draws.mean()
        found = judge(draws, float(cost[place]), limits)
        if allowed[place] and found > judged and keeps_the_floor(case, row, limits):
            best, judged, npv = place, found, draws
    if best < 0:
        raise InfeasibleError("every set that the plan allows makes some persona worse")
    money = money_of(npv, limits)
    sure = certificate or Certificate(
        method="enumeration",
        value=money,
        bound=money,
        looked_at=len(sets),
        least_cost=float(cost[best]) if isinstance(limits.spending, FlexibleBudget) and judged[0] == 1 else None,
    )
    return Portfolio(
        chosen=sets[best].astype(int),
        starts=np.array([offer.schedule.start for offer in case.offers], dtype=int),
        npv=npv,
        sets=sets,
        benefit=benefit,
        value=value,
        cost=cost,
        allowed=allowed,
        certificate=replace(sure, value=money, bound=max(sure.bound, money)),
    )


def keeps_the_floor(case: Case, row: np.ndarray, limits: Limits) -> bool:
    """Whether a set `(initiative,)` makes no persona worse, where that is asked."""
    return not limits.persona_floor or keeps_floor(case, [int(i) for i in np.flatnonzero(row)])


def _valued(case: Case, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean joint benefit by period `(period,)` and NPV `(draw,)` of one set `(initiative,)`."""
    members = [int(i) for i in np.flatnonzero(row)]
    if not members:
        return np.zeros(case.periods), np.zeros(case.posterior.draws)
    value = set_value(case, members)
    stated = sum(other_benefit(case.offers[i]).mean(axis=0) for i in members)
    return value.gained().mean(axis=0) + stated, npv_draws(case, members, value)


def _beside_others(case: Case, options: tuple[Option, ...], chosen: Chosen, limits: Limits) -> Portfolio:
    """The chosen set beside the others that were looked at, all at its starts."""
    of = np.array([[option.place == i for i in range(len(case.offers))] for option in options], dtype=float)
    mine = (chosen.x @ of > 0).astype(float)
    sets = np.unique(np.concatenate([np.zeros((1, len(mine))), mine[None], chosen.others @ of]), axis=0)
    npv = _valued(case, mine)[1]
    thin = thinned(case, LISTED_DRAWS)
    benefit = mean_benefits(thin, sets)
    spent = np.array([costs_by_period(offer).mean(axis=0) @ case.base.discount for offer in thin.offers])
    value = benefit @ case.base.discount - sets @ spent
    at = int(np.flatnonzero((sets == mine).all(axis=1))[0])
    # fewer draws put sets higher or lower alike; none is to stand above the chosen one by that alone
    value = np.where(sets.any(axis=1), value + npv.mean() - value[at], 0.0)
    allowed = allowed_sets(case, sets, limits)
    if limits.highest_mean:
        value = np.where(allowed, np.minimum(value, npv.mean()), value)
    return Portfolio(
        chosen=mine.astype(int),
        starts=np.array([offer.schedule.start for offer in case.offers], dtype=int),
        npv=npv,
        sets=sets,
        benefit=benefit,
        value=value,
        cost=plan_cost(case, sets),
        allowed=allowed,
        certificate=chosen.certificate,
    )


def plan_cost(case: Case, sets: np.ndarray) -> np.ndarray:
    """One-off cash of each set as the plan states it `(set,)`."""
    return np.asarray(sets @ np.array([offer.plan_cost for offer in case.offers], dtype=float))


def options_at(case: Case, limits: Limits) -> tuple[Option, ...]:
    """Every initiative at the start of its offer."""
    return options_of(case.offers, case.clock, replace(limits, years=(), capacity={}))


def allowed_sets(case: Case, sets: np.ndarray, limits: Limits) -> np.ndarray:
    """Which sets `(set, initiative)` keep to the limits and to what the plan requires, excludes and makes mandatory."""
    return keep_rules(rules_of(options_at(case, limits), limits), sets)


def why_infeasible(case: Case, budget: float | None) -> str:
    """A sentence that names the constraints which cannot hold together."""
    forced = [offer for offer in case.offers if offer.item.mandatory]
    names = ", ".join(offer.item.initiative for offer in forced)
    cost = sum(offer.plan_cost for offer in forced)
    if budget is not None and cost > budget:
        return f"the mandatory initiatives ({names}) cost {cost:,.0f}, over the budget of {budget:,.0f}"
    return f"the mandatory initiatives ({names}) cannot hold together with what the plan requires and excludes"
