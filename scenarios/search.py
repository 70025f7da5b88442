"""The search for the best choice among many options: programme, exact values, neighbours, and the gap that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.aims import WORST, judge, money_of, worst_draws
from scenarios.ground import Ground, forms_at
from scenarios.limits import Limits
from scenarios.programme import Cuts, Programme
from scenarios.programme_solve import solve
from scenarios.rules import Rule

NEAR = 1e-4  # distance of value and bound of the programme, of the value
SECONDS = 3.0  # for each solution of the programme
ROUNDS = 4
TAIL_ROUNDS = 8
LOOKED_AT = 8  # neighbours of a choice valued exactly at each step
STEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best choice `x` `(option,)` on thinned draws, and the `bound` in money that no choice exceeds by the programme.

    `difference` is the most by which an exact value was above the programme's among those looked at; `best` are the
    choices looked at that keep to the rules, best first; `programme` and `cuts` are the last ones.
    """

    x: np.ndarray
    bound: float
    difference: float
    best: tuple[np.ndarray, ...]
    programme: Programme
    cuts: Cuts


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


def search(ground: Ground, rules: Sequence[Rule], limits: Limits, seconds: float = SECONDS) -> Found:
    """The best choice that programme and neighbours find, by the aim of the limits.

    Raises:
        NothingAllowedError: no choice keeps to the rules.
    """
    mean = _of_mean(ground, rules, limits, seconds)
    if limits.objective == "mean":
        return mean
    if limits.objective == "cvar":
        return _of_tail(ground, rules, limits, mean, WORST)
    if judge(ground.npv(mean.x), limits)[0] >= limits.floor:
        return mean
    shares = [min(times * (1 - limits.floor), 1.0) for times in (1, 2)]
    found = [mean, *(_of_tail(ground, rules, limits, mean, share) for share in shares)]
    best = max(found, key=lambda one: judge(ground.npv(one.best[0]), limits))
    return replace(mean, x=best.best[0], best=_ranked(ground, mean.programme, limits))


def _of_mean(ground: Ground, rules: Sequence[Rule], limits: Limits, seconds: float) -> Found:
    """The programme solved with its forms at no option, then at the best choice so far, until it finds no better."""
    every = (np.arange(ground.draws),)
    programme = programme_of(ground, rules, np.zeros(len(ground.place)), every)
    best, cuts, bound = None, None, np.inf
    for _ in range(ROUNDS):
        found = solve(programme, cuts, near=NEAR, seconds=seconds)
        cuts, bound = found.cuts, found.bound
        x = climb(ground, programme, limits, found.x)
        if best is not None and judge(ground.npv(x), limits) <= judge(ground.npv(best), limits):
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
    programme = programme_of(ground, rules, x, tails)
    for _ in range(TAIL_ROUNDS):
        found = solve(programme, cuts, near=NEAR, seconds=SECONDS)
        cuts, bound = found.cuts, min(bound, found.bound)
        x = climb(ground, programme, limits, found.x)
        worst = [worst_draws(ground.npv(one), share) for one in (found.x, x)]
        new = [tail for tail in worst if not any(np.array_equal(np.sort(tail), np.sort(one)) for one in tails)]
        if not new:
            break
        tails += new[: 1 if len(new) == 2 and np.array_equal(*new) else 2]
        programme = programme_of(ground, rules, x, tails)
    return _found(ground, programme, limits, bound, cuts)


def _found(ground: Ground, programme: Programme, limits: Limits, bound: float, cuts: Cuts | None) -> Found:
    assert cuts is not None
    best = _ranked(ground, programme, limits)
    exact = np.array([money_of(ground.npv(one), limits) for one in best])
    difference = float(np.maximum(exact - programme.value(np.array(best)), 0).max())
    return Found(x=best[0], bound=bound, difference=difference, best=best, programme=programme, cuts=cuts)


def _ranked(ground: Ground, programme: Programme, limits: Limits) -> tuple[np.ndarray, ...]:
    """The choices valued so far that keep to the rows, best first."""
    rows = np.zeros((len(ground.known), len(ground.place)))
    for row, members in zip(rows, ground.known, strict=True):
        row[list(members)] = 1
    kept = rows[programme.kept(rows)]
    return tuple(sorted(kept, key=lambda one: judge(ground.npv(one), limits), reverse=True))


def climb(ground: Ground, programme: Programme, limits: Limits, x: np.ndarray) -> np.ndarray:
    """A choice from which no neighbour that the programme thinks best is better, from the choice `x` on.

    A neighbour has one initiative more, fewer, in another's place, or at another start. At each step those of the
    highest value by the programme are valued exactly.
    """
    for _ in range(STEPS):
        near = neighbours(ground.place, x)
        near = near[programme.kept(near)]
        some = near[np.argsort(-programme.value(near), kind="stable")[:LOOKED_AT]]
        best = max(some, key=lambda one: judge(ground.npv(one), limits), default=x)
        if judge(ground.npv(best), limits) <= judge(ground.npv(x), limits):
            break
        x = best
    return x


def neighbours(place: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Choices one initiative away from `x` `(neighbour, option)`: left out, added, swapped for another, or moved."""
    chosen = np.flatnonzero(x)
    fewer = np.repeat(x[None], len(chosen), axis=0)
    fewer[np.arange(len(chosen)), chosen] = 0
    free = np.flatnonzero(~np.isin(place, place[chosen]))
    out = [fewer]
    for row, left in [(x, -1), *zip(fewer, chosen, strict=True)]:
        others = free if left < 0 else np.concatenate([free, np.flatnonzero(place == place[left])])
        others = others[others != left]
        more = np.repeat(row[None], len(others), axis=0)
        more[np.arange(len(others)), others] = 1
        out.append(more)
    return np.concatenate(out)
