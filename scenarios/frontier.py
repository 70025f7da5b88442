"""The best set at each budget: from every set where all are listed, else by the programme, budget after budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from scenarios.choice import option_draws, plan_costs, worth_a_look
from scenarios.ground import lay_ground
from scenarios.limits import Limits
from scenarios.options import Option, options_of
from scenarios.portfolio import LIVE_SETS, Portfolio, allowed_sets
from scenarios.programme_solve import NothingAllowedError, solve
from scenarios.rules import ROUNDING, Rule, rules_of
from scenarios.search import climb, programme_of, search
from scenarios.worth import Case, set_npv

BUDGETS = 20  # between nothing and what the best set costs without a budget
NEAR = 5e-3  # distance of value and bound of each budget's programme, of the value


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """The best allowed set at one budget: its mean joint NPV with its 90% range, and its members' places."""

    budget: float
    value: float
    low: float
    high: float
    members: tuple[int, ...]


def frontier(case: Case, portfolio: Portfolio, limits: Limits, budgets: int = BUDGETS) -> tuple[FrontierPoint, ...]:
    """The sets of the highest mean NPV at each budget and the study's own budget, lowest first; other limits hold.

    Where every set is listed these are all budgets from which another set becomes the best. Else `budgets` of them
    are looked at, evenly from nothing up. Budgets beside the study's are sets' own costs, so a point's set is exactly
    affordable.

    Args:
        case: with its offers as planned, not moved to the starts of the portfolio.
        portfolio: the choice.
        limits: its limits.
        budgets: how many are looked at where not every set is listed.
    """
    if len(options_of(case.offers, case.clock, limits)) == len(case.offers) <= LIVE_SETS:
        return _listed(case, portfolio, limits)
    return _swept(case, portfolio, limits, budgets)


def _listed(case: Case, portfolio: Portfolio, limits: Limits) -> tuple[FrontierPoint, ...]:
    free = np.flatnonzero(allowed_sets(case, portfolio.sets, replace(limits, budget=None)))
    order = free[np.lexsort((-portfolio.value[free], portfolio.cost[free]))]
    found: list[tuple[float, int]] = []
    for place in order:
        if not found or portfolio.value[place] > portfolio.value[found[-1][1]]:
            if found and found[-1][0] == portfolio.cost[place]:
                found.pop()
            found.append((float(portfolio.cost[place]), int(place)))
    if limits.budget is not None:
        within = [place for cost, place in found if cost <= limits.budget * (1 + 1e-12)]
        found += [(limits.budget, within[-1])] if within else []
    out = []
    for cost, place in sorted(found):
        members = tuple(int(i) for i in np.flatnonzero(portfolio.sets[place]))
        npv = set_npv(case, members)
        out.append(_point(cost, npv, members))
    return tuple(out)


def _point(budget: float, npv: np.ndarray, members: tuple[int, ...]) -> FrontierPoint:
    low, high = np.percentile(npv, [5, 95])
    return FrontierPoint(budget=budget, value=float(npv.mean()), low=float(low), high=float(high), members=members)


def _swept(case: Case, portfolio: Portfolio, limits: Limits, budgets: int) -> tuple[FrontierPoint, ...]:
    """Points of rising cost and value; the study's own is its portfolio where that aims at the mean, else the best."""
    options = options_of(case.offers, case.clock, limits)
    cost, place = plan_costs(options), np.array([option.place for option in options])
    points = []
    aim = replace(limits, objective="mean", target=None)
    for x in _best_by_budget(case, options, aim, budgets):
        members = tuple(int(i) for i in np.unique(place[x > 0]))
        points.append(_point(float(cost @ x), option_draws(case, options, x), members))
    own = []
    if limits.budget is not None and limits.highest_mean:
        own = [_point(limits.budget, portfolio.npv, _members(portfolio.chosen))]
    elif limits.budget is not None:
        own = [replace(point, budget=limits.budget) for point in points if point.budget <= limits.budget][-1:]
    rising: list[FrontierPoint] = []
    for point in sorted([*points, *own], key=lambda one: one.budget):
        below_own = all(point.budget > one.budget or point.value <= one.value for one in own)
        if point in own or (below_own and (not rising or point.value > rising[-1].value)):
            rising.append(point)
    return tuple(rising)


def _members(row: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(row))


def _best_by_budget(case: Case, options: tuple[Option, ...], limits: Limits, budgets: int) -> Iterator[np.ndarray]:
    """The choice `(option,)` that is best at each of the budgets that some choice keeps to."""
    free = rules_of(options, replace(limits, budget=None))
    kept, ground, free = worth_a_look(lay_ground(case, options), free)
    back = np.eye(len(options))[kept]
    most = search(ground, free, limits)
    row = Rule(name="budget", kind="budget", weights=ground.cost, most=0.0)
    programme = programme_of(ground, (*free, row), most.x, (np.arange(ground.draws),))
    best, cuts = None, most.cuts
    own = () if limits.budget is None else (limits.budget,)
    for budget in sorted({*np.linspace(0, ground.cost @ most.x, budgets).tolist(), *own}):
        within = replace(programme, most=np.append(programme.most[:-1], budget * (1 + ROUNDING)))
        try:
            found = solve(within, cuts, near=NEAR)
        except NothingAllowedError:
            continue
        cuts = found.cuts
        x = climb(ground, within, limits, found.x)
        if best is None or ground.judged(x, limits) > ground.judged(best, limits):
            best = x
            yield x @ back
