"""Which initiatives to choose together: exact, by looking at every set that the constraints allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from scenarios.limits import Limits
from scenarios.options import Option, options_of
from scenarios.rules import keep_rules, rules_of
from scenarios.worth import Case, costs_by_period, mean_benefits, npv_draws, set_value

LIVE_SETS = 10  # up to this many initiatives every set is valued exactly (1,024 sets)
RESCORED = 64  # above it, how many of the best by pairs are valued exactly


class InfeasibleError(ValueError):
    """No set keeps to what the plan makes mandatory, requires and excludes, and to the budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """How sure it is that nothing better was missed.

    `value` is the mean NPV of what is chosen, `bound` what no allowed set is worth more than, in money; `looked_at`
    counts the sets that were valued exactly.
    """

    method: Literal["enumeration", "programme"]
    value: float
    bound: float
    looked_at: int

    @property
    def gap(self) -> float:
        """The most that a better set could be worth beyond the chosen one."""
        return max(self.bound - self.value, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The chosen set and what it was chosen among.

    `chosen` 0/1 `(initiative,)` and `starts` `(initiative,)` the place of each one's first period, as planned where it
    is not chosen; `npv` `(draw,)` its joint net present value; `sets` `(set, initiative)` all sets looked at, at these
    starts, with their joint mean `benefit` `(set, period)`, mean `value` (NPV), one-off `cost` and whether they are
    `allowed`.
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
    """The allowed set of the highest mean NPV; the empty set is one of them.

    Raises:
        InfeasibleError: no set keeps to the constraints, named in the message.
    """
    m = len(case.offers)
    sets = ((np.arange(1 << m)[:, None] >> np.arange(m)) & 1).astype(float)
    options = options_at(case, limits)
    cost = sets @ np.array([option.offer.plan_cost for option in options])
    allowed = keep_rules(rules_of(options, limits), sets)
    if not allowed.any():
        raise InfeasibleError(why_infeasible(case, limits.budget))
    exact = m <= LIVE_SETS
    gap = 0.0
    if exact:
        benefit = mean_benefits(case, sets)
        value = _values(case, sets, benefit)
    else:
        sets, cost, allowed, benefit, value, gap = _screened(case, sets, cost, allowed)
    best = int(np.flatnonzero(allowed)[np.argmax(value[allowed])])
    members = [int(i) for i in np.flatnonzero(sets[best])]
    npv = npv_draws(case, members, set_value(case, members)) if members else np.zeros(case.posterior.draws)
    return Portfolio(
        chosen=sets[best].astype(int),
        starts=np.array([option.start for option in options]),
        npv=npv,
        sets=sets,
        benefit=benefit,
        value=value,
        cost=cost,
        allowed=allowed,
        certificate=Certificate(
            method="enumeration" if exact else "programme",
            value=float(value[best]),
            bound=float(value[best]) + gap,
            looked_at=len(sets),
        ),
    )


def options_at(case: Case, limits: Limits) -> tuple[Option, ...]:
    """Every initiative at its planned start."""
    return options_of(case.offers, case.clock, replace(limits, years=(), capacity={}))


def _values(case: Case, sets: np.ndarray, benefit: np.ndarray) -> np.ndarray:
    spent = np.array([costs_by_period(offer).mean(axis=0) @ case.base.discount for offer in case.offers])
    return np.asarray(benefit @ case.base.discount - sets @ spent)


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


def _screened(
    case: Case, sets: np.ndarray, cost: np.ndarray, allowed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]:
    """The best sets by singles and pairs, then valued exactly, with the largest error of the screening."""
    m = sets.shape[1]
    single = np.eye(m)
    i, j = np.triu_indices(m, 1)
    worth = mean_benefits(case, np.concatenate([single, single[i] + single[j]])) @ case.base.discount
    together = worth[m:] - worth[i] - worth[j]
    spent = np.array([costs_by_period(offer).mean(axis=0) @ case.base.discount for offer in case.offers])
    guess = sets @ (worth[:m] - spent) + np.einsum("sp,p->s", sets[:, i] * sets[:, j], together)
    candidates = np.flatnonzero(allowed)
    keep = candidates[np.argsort(-guess[candidates], kind="stable")[:RESCORED]]
    keep = np.unique(np.concatenate([np.flatnonzero(sets.sum(axis=1) == 0), keep]))
    benefit = mean_benefits(case, sets[keep])
    value = _values(case, sets[keep], benefit)
    return sets[keep], cost[keep], allowed[keep], benefit, value, float(np.abs(value - guess[keep]).max())


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """The best allowed set at one budget: its mean joint NPV with its 90% range, and its members' places."""

    budget: float
    value: float
    low: float
    high: float
    members: tuple[int, ...]


def frontier(case: Case, portfolio: Portfolio, limits: Limits) -> tuple[FrontierPoint, ...]:
    """Every budget from which another set becomes the best, and the study's own, lowest first.

    Budgets beside the last are sets' own costs, so a point's set is exactly affordable.
    """
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
    return tuple(_point(case, portfolio, cost, place) for cost, place in sorted(found))


def _point(case: Case, portfolio: Portfolio, budget: float, place: int) -> FrontierPoint:
    members = tuple(int(i) for i in np.flatnonzero(portfolio.sets[place]))
    npv = npv_draws(case, members, set_value(case, members)) if members else np.zeros(case.posterior.draws)
    low, high = np.percentile(npv, [5, 95])
    value = float(portfolio.value[place])
    return FrontierPoint(budget=budget, value=value, low=float(low), high=float(high), members=members)
