"""Which options are chosen: the best of all ways while there are few, else the programme's, valued on all draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Literal

import numpy as np

from scenarios.aims import judge, money_of
from scenarios.budgets import FlexibleBudget
from scenarios.floor import keeps_floor
from scenarios.ground import Ground, lay_ground
from scenarios.limits import Limits
from scenarios.options import Option
from scenarios.programme_solve import NothingAllowedError
from scenarios.rules import Rule, keep_rules
from scenarios.search import Found, search
from scenarios.worth import Case, set_npv

LIVE_WAYS = 1_024  # up to so many ways to choose and to start, each is valued on all draws
SPREAD = 40  # of the best, listed beside the chosen one
TOGETHER = 0.1  # of what an option moves alone: as much may others add to it by what they do together
FINALISTS = 5  # of the best on fewer draws, valued on all


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """How sure it is that nothing better was missed.

    `value` is the money that what is chosen aims at, on all draws: its mean NPV, or the mean of its worst tenth;
    `bound` what no allowed set has more of; `looked_at` counts the sets that were valued exactly. Of a choice by the
    programme the bound is the programme's and the most by which exact values were above it; `least_cost` is what any
    set costs at least that reaches the target, None where there is no target or nothing reaches it.
    """

    method: Literal["enumeration", "programme"]
    value: float
    bound: float
    looked_at: int
    least_cost: float | None = None

    @property
    def gap(self) -> float:
        """The most that a better set could be worth beyond the chosen one."""
        return max(self.bound - self.value, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The choice `x` `(option,)`, and the `others` that were looked at `(choice, option)`, best first."""

    x: np.ndarray
    others: np.ndarray
    certificate: Certificate


def choose_options(case: Case, options: Sequence[Option], rules: Sequence[Rule], limits: Limits) -> Chosen:
    """The best choice of options that keeps to every rule, by the aim of the limits.

    Raises:
        NothingAllowedError: no choice keeps to every rule.
    """
    starts = np.unique([option.place for option in options], return_counts=True)[1]
    if prod(int(count) + 1 for count in starts) <= LIVE_WAYS:
        return _by_enumeration(case, options, rules, limits)
    return _by_programme(case, options, rules, limits)


def option_draws(case: Case, options: Sequence[Option], x: np.ndarray) -> np.ndarray:
    """NPV `(draw,)` of a choice of options `(option,)` on all draws."""
    offers = tuple(options[int(i)].offer for i in np.flatnonzero(x))
    return set_npv(replace(case, offers=offers), range(len(offers)))


def keeps_the_floor(case: Case, options: Sequence[Option], x: np.ndarray, limits: Limits) -> bool:
    """Whether a choice of options `(option,)` makes no persona worse, where that is asked."""
    if not limits.persona_floor:
        return True
    offers = tuple(options[int(i)].offer for i in np.flatnonzero(x))
    return keeps_floor(replace(case, offers=offers), range(len(offers)))


def every_choice(place: np.ndarray) -> np.ndarray:
    """Every way to choose at most one option of each initiative `(way, option)`, 0/1."""
    groups = [np.flatnonzero(place == i) for i in np.unique(place)]
    ways = list(product(*[(-1, *group) for group in groups]))
    out = np.zeros((len(ways), len(place)))
    for row, way in zip(out, ways, strict=True):
        row[[i for i in way if i >= 0]] = 1
    return out


def plan_costs(options: Sequence[Option]) -> np.ndarray:
    """One-off cash of each option as the plan states it `(option,)`."""
    return np.array([option.offer.plan_cost for option in options], dtype=float)


def _by_enumeration(case: Case, options: Sequence[Option], rules: Sequence[Rule], limits: Limits) -> Chosen:
    ways = every_choice(np.array([option.place for option in options], dtype=int))
    ways = ways[keep_rules(rules, ways)]
    if not len(ways):
        raise NothingAllowedError("no choice keeps to every rule")
    cost = ways @ plan_costs(options)
    found = []
    for x, spent in zip(ways, cost, strict=True):
        npv = option_draws(case, options, x)
        found.append((judge(npv, float(spent), limits), money_of(npv, limits)))
    order = sorted(range(len(ways)), key=lambda i: found[i][0], reverse=True)
    best = next((i for i in order if keeps_the_floor(case, options, ways[i], limits)), None)
    if best is None:
        raise NothingAllowedError("every choice makes some persona worse")
    return Chosen(
        x=ways[best],
        others=ways[order],
        certificate=Certificate(
            method="enumeration",
            value=found[best][1],
            bound=found[best][1],
            looked_at=len(ways),
            least_cost=float(cost[best])
            if isinstance(limits.spending, FlexibleBudget) and found[best][0][0] == 1
            else None,
        ),
    )


def _by_programme(case: Case, options: Sequence[Option], rules: Sequence[Rule], limits: Limits) -> Chosen:
    size = len(options)
    kept, ground, rules = worth_a_look(lay_ground(case, options), rules)
    options = [options[int(i)] for i in kept]
    found = search(ground, rules, limits)
    looked_at = len(ground.known)
    spread = spread_out(ground, found)
    cost = plan_costs(options)
    finalists = []
    for x in [x for x in found.best if keeps_the_floor(case, options, x, limits)][:FINALISTS]:
        npv = option_draws(case, options, x)
        finalists.append((judge(npv, float(cost @ x), limits), money_of(npv, limits), x))
    if not finalists:
        raise NothingAllowedError("every choice looked at makes some persona worse")
    _, money, x = max(finalists, key=lambda one: one[0])
    # on fewer draws every set is off by about as much, so that the distance to the bound is carried over
    missed = max(found.bound + found.difference - money_of(ground.npv(x), limits), 0.0)
    back = np.eye(size)[kept]
    return Chosen(
        x=x @ back,
        others=spread @ back,
        certificate=Certificate(
            method="programme", value=money, bound=money + missed, looked_at=looked_at, least_cost=found.least_cost
        ),
    )


def worth_a_look(ground: Ground, rules: Sequence[Rule]) -> tuple[np.ndarray, Ground, tuple[Rule, ...]]:
    """Places of the options that a best choice may hold, and the ground and rules of these alone.

    Left out is what adds nothing to any set, a margin for what pain points do together allowed, and loosens no rule.
    """
    stakes = np.abs(ground.alone).mean(axis=1)
    loosens = np.any([rule.weights < 0 for rule in rules], axis=0) if rules else np.zeros(len(ground.place), dtype=bool)
    kept = np.flatnonzero((ground.most_added() > -TOGETHER * stakes) | loosens)
    return kept, ground.only(kept), tuple(replace(rule, weights=rule.weights[kept]) for rule in rules)


def spread_out(ground: Ground, found: Found) -> np.ndarray:
    """Choices to fall back on `(choice, option)`: those looked at, ever smaller ones, and some without each pain point.

    All keep to the rules.
    """
    out, pains = list(found.best[:SPREAD]), len(ground.case.posterior.pain_points)
    x = found.x
    while x.any():
        fewer = np.repeat(x[None], int(x.sum()), axis=0)
        fewer[np.arange(len(fewer)), np.flatnonzero(x)] = 0
        x = fewer[int(np.argmax(found.programme.value(fewer)))]
        out.append(x)
    fixes = ground.share.reshape(len(ground.place), len(ground.case.base.personas), pains, ground.case.periods)
    for k in range(pains):
        without = found.x * ~(fixes[:, :, k] > 0).any(axis=(1, 2))
        if without.sum() < found.x.sum():
            out.append(without)
    kept = np.unique(np.array(out), axis=0)
    kept = kept[found.programme.kept(kept)]
    return np.asarray(kept[np.argsort(-found.programme.value(kept), kind="stable")])
