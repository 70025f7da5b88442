"""How each portfolio fares in every scenario, and the one that is least regretted whichever comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.scenario import World
from scenarios.worlds import (
    FINALISTS,
    SCREENED,
    Funded,
    Home,
    Screen,
    Stay,
    best_few,
    chosen_anew,
    few_draws,
    funded_of,
    nothing_else,
    screens_of,
    stay,
)

SAME = 1e-9  # of the money at stake: sums in another order


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrets:
    """Portfolios against scenarios, the base among them.

    `stays` by candidate, then by world; `regret` `(candidate, world)` is what each gains less than the best allowed
    one there, NaN where it is not allowed. `best` `(world,)` is the place of the best candidate of each, -1 where none
    is allowed; `base` and `least` are the places of the base's choice and of the one of least regret, -1 where none is
    allowed in every world.
    """

    worlds: tuple[str, ...]
    candidates: tuple[Funded, ...]
    stays: tuple[tuple[Stay, ...], ...]
    regret: np.ndarray
    best: np.ndarray
    base: int
    least: int

    @property
    def most(self) -> np.ndarray:
        """The largest regret of each candidate over all worlds `(candidate,)`; infinite where one does not allow it."""
        return np.asarray(np.where(np.isnan(self.regret), np.inf, self.regret).max(axis=1, initial=0.0))

    @property
    def expected(self) -> np.ndarray:
        """Mean regret with every world as likely as any other `(candidate,)`."""
        return np.asarray(np.where(np.isnan(self.regret), np.inf, self.regret).mean(axis=1))

    def allowed(self, candidate: int, world: int) -> bool:
        """Whether a candidate may be funded in a world: by its limits, and by its floor where one is asked."""
        return bool(np.isfinite(self.regret[candidate, world]))

    def short_draws(self, candidate: int, world: int) -> np.ndarray:
        """By draw what a candidate gains less than the best one of a world `(draw,)`; negative where more."""
        return np.asarray(self.stays[self.best[world]][world].npv - self.stays[candidate][world].npv)

    def roles(self) -> tuple[tuple[str, int], ...]:
        """Who is shown, by role, with its place among the candidates."""
        out = [("base choice", self.base)]
        out += [(f"optimum of {name}", int(at)) for name, at in zip(self.worlds, self.best, strict=True) if at >= 0]
        return (*out, *([("least regret", self.least)] if self.least >= 0 else []))

    def best_in(self, candidate: int) -> np.ndarray:
        """Worlds in which nothing is better than a candidate `(world,)`."""
        scale = np.array([abs(row.money) for row in self.stays[candidate]])
        return np.asarray(self.regret[candidate] <= SAME * np.maximum(scale, 1.0))


def find_regrets(home: Home, worlds: Sequence[World]) -> Regrets:
    """The base's choice, the best of each world and what lies between, each valued in every world on all draws.

    Candidates are the base's choice, funding nothing, the best of each world, and where all sets are known the few of
    least regret by the guessed worth of every one. Which few are compared on all draws is told on fewer of them.
    """
    everywhere = (home.world, *worlds)
    screens = screens_of(home, worlds)
    few = [best_few(home, one) for one in screens] if screens else [chosen_anew(world) for world in worlds]
    best = [_best_of(world, some) for world, some in zip(worlds, few, strict=True) if some]
    looked_at = nothing_else([home.chosen, *best, *_between(home, screens)])
    table = tuple(tuple(stay(world, one) for world in everywhere) for one in looked_at)
    return regrets_of(everywhere, looked_at, table)


def _best_of(world: World, few: Sequence[Funded]) -> Funded:
    """The best of a few sets on all draws of a world."""
    return few[0] if len(few) == 1 else max(few, key=lambda one: stay(world, one).judged)


def regrets_of(worlds: Sequence[World], candidates: tuple[Funded, ...], table: tuple[tuple[Stay, ...], ...]) -> Regrets:
    """Regrets of candidates from what each is worth in every world; the first candidate is the base's choice."""
    regret = np.full((len(candidates), len(worlds)), np.nan)
    best = np.full(len(worlds), -1)
    for w, world in enumerate(worlds):
        there = _compared(world, [row[w] for row in table])
        money = np.array([table[c][w].money for c in there])
        cost = np.array([table[c][w].cost for c in there])
        regret[there, w] = world.limits.spending.short_of_best(money, cost)
        best[w] = max(there, key=lambda c: table[c][w].judged, default=-1)
    found = Regrets(
        worlds=tuple(world.name for world in worlds),
        candidates=candidates,
        stays=table,
        regret=regret,
        best=best,
        base=0,
        least=-1,
    )
    return replace(found, least=_least(found))


def _compared(world: World, stays: Sequence[Stay]) -> list[int]:
    """The candidates that a world allows; under a floor those that hold it, or where none does come nearest."""
    there = [c for c, one in enumerate(stays) if one.allowed]
    if world.limits.judged_by_mean or world.limits.objective != "floor":
        return there
    nearest = max((stays[c].judged[0] for c in there), default=0.0)
    return [c for c in there if stays[c].judged[0] >= nearest]


def _least(found: Regrets) -> int:
    """The candidate of the smallest largest regret, of those alike the one of the smallest mean; -1 for none."""
    most, expected = found.most, found.expected
    at = min(range(len(most)), key=lambda c: (most[c], expected[c]))
    return at if np.isfinite(most[at]) else -1


def _between(home: Home, screens: Sequence[Screen]) -> tuple[Funded, ...]:
    """Sets of small regret in every world though perhaps best in none; none without screens.

    Those of the least regret by guess, then on fewer draws.
    """
    if not screens:
        return ()
    case, sets, portfolio = home.world.case, home.portfolio.sets, home.portfolio
    at_home = Screen(world=home.world, guess=portfolio.value, cost=portfolio.cost, allowed=portfolio.allowed)
    regret = np.array([_guessed_regret(one) for one in (at_home, *screens)])
    few = np.lexsort((regret.mean(axis=0), regret.max(axis=0)))[:SCREENED]
    candidates = [funded_of(case, sets[i]) for i in few if np.isfinite(regret[:, i]).all()]
    thin = [few_draws(home.world), *(one.world for one in screens)]
    if not candidates:
        return ()
    found = regrets_of(thin, tuple(candidates), tuple(tuple(stay(world, one) for world in thin) for one in candidates))
    order = np.lexsort((found.expected, found.most))[:FINALISTS]
    return tuple(candidates[i] for i in order)


def _guessed_regret(one: Screen) -> np.ndarray:
    """Regret of every set by guess `(set,)`, infinite where it is not allowed."""
    out = np.full(len(one.guess), np.inf)
    spending = one.world.limits.spending
    out[one.allowed] = spending.short_of_best(one.guess[one.allowed], one.cost[one.allowed])
    return out
