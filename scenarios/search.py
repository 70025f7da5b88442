"""The search for the best choice among many options: programme, exact values, neighbours, and the gap that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.aims import WORST, money_of, worst_draws
from scenarios.budgets import FlexibleBudget
from scenarios.ground import Ground, forms_at
from scenarios.limits import Limits
from scenarios.programme import Cuts, Programme
from scenarios.programme_solve import solve
from scenarios.rules import Rule

NEAR = 5e-4  # distance of value and bound of the programme, of the value
NEAR_ENOUGH = 5e-3  # of the first, whose forms are not yet those of the choice
SECONDS = 60.0  # for each solution of the programme; its nodes end it long before on most machines
COMPARED = 20  # choices highest by the programme, whose exact values tell how far it errs
ROUNDS = 4
TAIL_ROUNDS = 8
TARGET_ROUNDS = 12
TARGET_SLACK = 0.01  # of the target: how far a programme may err far from the choice it was taken at
LOOKED_AT = 8  # neighbours of a choice valued exactly at each step
STEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best choice `x` `(option,)` on thinned draws, and how sure it is.

    By the programme no choice has more money than `bound`, and none that reaches a target costs less than
    `least_cost`; `difference` is the most by which an exact value was above the programme's among those it puts
    highest. `best` are the choices looked at that keep to the rules, best first; `programme` and `cuts` the last ones.
    """

    x: np.ndarray
    bound: float
    difference: float
    best: tuple[np.ndarray, ...]
    programme: Programme
    cuts: Cuts
    least_cost: float | None = None


def programme_of(ground: Ground, rules: Sequence[Rule], x: np.ndarray, tails: Sequence[np.ndarray]) -> Programme:
    """The programme of options whose forms are exact at a choice `x`, each a mean over one of the `tails`."""
    forms = forms_at(ground, x, tails)
    kept = [rule for rule in rules if rule.kind != "one start"]
    return Programme(
        linear=forms.linear,
        weight=forms.weight,
        constant=forms.constant,
        share=ground.cells,
        rows=np.array([rule.weights for rule in kept]).reshape(len(kept), len(x)),
        most=np.array([rule.limit for rule in kept]),
        initiative=ground.place,
    )


def search(ground: Ground, rules: Sequence[Rule], limits: Limits) -> Found:
    """The best choice that programme and neighbours find, by the aim of the limits.

    Raises:
        NothingAllowedError: no choice keeps to the rules.
    """
    ground.npv(np.zeros(len(ground.place)))  # to fund nothing is always among those looked at
    mean = _of_mean(ground, rules, replace(limits, objective="mean", target=None))
    if isinstance(limits.spending, FlexibleBudget):
        return _of_target(ground, rules, limits, mean)
    if limits.objective == "cvar":
        return _of_tail(ground, rules, limits, mean, WORST)
    if limits.objective == "mean" or ground.judged(mean.x, limits)[0] >= limits.floor:
        return mean
    for times in (1, 2):
        _of_tail(ground, rules, limits, mean, min(times * (1 - limits.floor), 1.0))
    best = _ranked(ground, mean.programme, limits)
    return replace(mean, x=best[0], best=best)


def _of_mean(ground: Ground, rules: Sequence[Rule], limits: Limits) -> Found:
    """The programme solved with its forms at no option, then at the best choice so far, until it finds no better."""
    every = (np.arange(ground.draws),)
    programme = programme_of(ground, rules, np.zeros(len(ground.place)), every)
    best, cuts, bound = None, None, np.inf
    for _ in range(ROUNDS):
        found = solve(programme, cuts, near=NEAR_ENOUGH if best is None else NEAR, seconds=SECONDS)
        cuts, bound = found.cuts, found.bound
        x = climb(ground, programme, limits, found.x)
        if best is not None and ground.judged(x, limits) <= ground.judged(best, limits):
            break
        best = x
        programme = programme_of(ground, rules, x, every)
    return _found(ground, programme, limits, bound, cuts)


def _of_tail(ground: Ground, rules: Sequence[Rule], limits: Limits, first: Found, share: float) -> Found:
    """The programme of the mean of the worst draws: a form a tail met so far, the least of them as much as possible.

    The mean of any tail of a choice is never below that of its own worst draws, so that the least form bounds it.
    Source: Rockafellar & Uryasev (2000), solved by cutting planes.
    """
    x, cuts, bound = first.x, first.cuts, np.inf
    tails = [worst_draws(ground.npv(x), share)]
    met = {tuple(sorted(tails[0]))}
    programme = programme_of(ground, rules, x, tails)
    for _ in range(TAIL_ROUNDS):
        found = solve(programme, cuts, near=NEAR, seconds=SECONDS)
        cuts, bound = found.cuts, min(bound, found.bound)
        x = climb(ground, programme, limits, found.x)
        count = len(tails)
        for tail in (worst_draws(ground.npv(one), share) for one in (found.x, x)):
            if tuple(sorted(tail)) not in met:
                met.add(tuple(sorted(tail)))
                tails.append(tail)
        if len(tails) == count:
            break
        programme = programme_of(ground, rules, x, tails)
    return _found(ground, programme, limits, bound, cuts)


def _of_target(ground: Ground, rules: Sequence[Rule], limits: Limits, mean: Found) -> Found:
    """The cheapest choice that reaches the target, or the best one where none does; `least_cost` bounds its cost.

    The programme gives choices from the cheapest on, its target lowered by as much as it may err, until one reaches
    the target exactly.
    """
    spending = limits.spending
    if not isinstance(spending, FlexibleBudget) or ground.judged(mean.x, limits)[0] < 1:
        return mean
    slack = max(mean.difference, TARGET_SLACK * abs(spending.target))
    every = (np.arange(ground.draws),)
    x, cuts, bound = mean.x, mean.cuts, 0.0
    banned: list[np.ndarray] = []
    for _ in range(TARGET_ROUNDS):
        near = programme_of(ground, rules, x, every)
        programme = replace(near, cost=ground.cost, target=spending.target - slack)
        found = solve(programme, cuts, near=NEAR, seconds=SECONDS, banned=banned)
        bound = max(bound, found.bound)
        x, cuts = climb(ground, programme, limits, found.x), found.cuts
        if ground.judged(found.x, limits)[0] == 1:
            break
        banned.append(found.x)
    best = _ranked(ground, mean.programme, limits)
    return replace(mean, x=best[0], best=best, least_cost=min(bound, float(ground.cost @ best[0])))


def _found(ground: Ground, programme: Programme, limits: Limits, bound: float, cuts: Cuts | None) -> Found:
    assert cuts is not None
    best = _ranked(ground, programme, limits)
    guessed = programme.value(np.array(best))
    highest = np.argsort(-guessed, kind="stable")[:COMPARED]
    exact = np.array([money_of(ground.npv(best[i]), limits) for i in highest])
    difference = float(np.maximum(exact - guessed[highest], 0).max())
    return Found(x=best[0], bound=bound, difference=difference, best=best, programme=programme, cuts=cuts)


def _ranked(ground: Ground, programme: Programme, limits: Limits) -> tuple[np.ndarray, ...]:
    """The choices valued so far that keep to the rows, best first."""
    rows = np.zeros((len(ground.known), len(ground.place)))
    for row, members in zip(rows, ground.known, strict=True):
        row[list(members)] = 1
    kept = rows[programme.kept(rows)]
    return tuple(sorted(kept, key=lambda one: ground.judged(one, limits), reverse=True))


def climb(ground: Ground, programme: Programme, limits: Limits, x: np.ndarray) -> np.ndarray:
    """A choice from which no neighbour that the programme thinks best is better, from the choice `x` on.

    A neighbour has one initiative more, fewer, in another's place, or at another start. At each step those of the
    highest value by the programme are valued exactly.
    """
    for _ in range(STEPS):
        near = neighbours(ground.place, x)
        near = near[programme.kept(near)]
        some = near[_promising(programme, near, limits)[:LOOKED_AT]]
        best = max(some, key=lambda one: ground.judged(one, limits), default=x)
        if ground.judged(best, limits) <= ground.judged(x, limits):
            break
        x = best
    return x


def _promising(programme: Programme, near: np.ndarray, limits: Limits) -> np.ndarray:
    """Places of the neighbours, the most promising by the programme first."""
    value = programme.value(near)
    spending = limits.spending
    if not isinstance(spending, FlexibleBudget) or programme.cost is None:
        return np.argsort(-value, kind="stable")
    cost = near @ programme.cost
    return np.lexsort((-value, np.where(value >= spending.target, cost, np.inf)))


def neighbours(place: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Choices one initiative away from `x` `(neighbour, option)`: left out, added, swapped for another, or moved."""
    chosen = np.flatnonzero(x)
    fewer = np.repeat(x[None], len(chosen), axis=0)
    fewer[np.arange(len(chosen)), chosen] = 0
    free = np.flatnonzero(~np.isin(place, place[chosen]))
    out = [fewer, _with_one_more(x, free)]
    for row, left in zip(fewer, chosen, strict=True):
        moved = np.flatnonzero((place == place[left]) & (np.arange(len(place)) != left))
        out.append(_with_one_more(row, np.concatenate([free, moved])))
    return np.concatenate(out)


def _with_one_more(x: np.ndarray, others: np.ndarray) -> np.ndarray:
    more = np.repeat(x[None], len(others), axis=0)
    more[np.arange(len(others)), others] = 1
    return more
