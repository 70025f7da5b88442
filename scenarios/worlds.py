"""Sets of initiatives in other worlds: which are worth a look in each, and what each is worth there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.aims import judge, money_of
from scenarios.budgets import FixedBudget, FlexibleBudget
from scenarios.portfolio import InfeasibleError, Portfolio, allowed_sets, choose_portfolio, keeps_the_floor, plan_cost
from scenarios.rechoice import as_planned
from scenarios.scenario import World
from scenarios.thinned import thinned
from scenarios.worth import Case, at_starts, costs_by_period, mean_benefits, set_npv

DRAWS = 200  # on which sets are compared before the best of them are valued on all
SCREENED = 24  # sets of the highest guessed worth in a world that are valued on the fewer draws
FINALISTS = 3  # of them, valued on all draws
NEAR = 0.05  # of a target, by which a guess may miss it


@dataclass(frozen=True, slots=True, kw_only=True)
class Funded:
    """Initiatives that are funded together: their places in plan order, and the place of each one's first period."""

    members: tuple[int, ...]
    starts: tuple[int, ...]

    def ids(self, case: Case) -> tuple[str, ...]:
        """Their ids."""
        return tuple(case.ids()[i] for i in self.members)

    def row(self, case: Case) -> np.ndarray:
        """0/1 `(initiative,)`."""
        return np.isin(np.arange(len(case.offers)), self.members).astype(float)

    def placed(self, case: Case) -> Case:
        """The case in which they start when they are to."""
        starts = np.array([offer.schedule.start for offer in case.offers], dtype=int)
        starts[list(self.members)] = self.starts
        return at_starts(case, starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One set in one world: joint draws of its net present value `(draw,)` and what the aim makes of them.

    `cost` is its one-off cost as planned there; `allowed` says whether the world's limits do.
    """

    npv: np.ndarray
    money: float
    judged: tuple[float, ...]
    cost: float
    allowed: bool


NOTHING = Funded(members=(), starts=())


def funded_of(case: Case, row: np.ndarray) -> Funded:
    """The members of a 0/1 row `(initiative,)` at the starts that the case has."""
    members = tuple(int(i) for i in np.flatnonzero(row))
    return Funded(members=members, starts=tuple(case.offers[i].schedule.start for i in members))


def stay(world: World, funded: Funded) -> Stay:
    """What a set is worth in a world on all of its draws."""
    case, row = funded.placed(world.case), funded.row(world.case)
    npv, cost = set_npv(case, funded.members), float(plan_cost(case, row[None])[0])
    allowed = bool(allowed_sets(case, row[None], world.limits)[0]) and keeps_the_floor(case, row, world.limits)
    return Stay(
        npv=npv,
        money=money_of(npv, world.limits),
        judged=judge(npv, cost, world.limits),
        cost=cost,
        allowed=allowed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where sets were valued first: the base world at its chosen starts, and all that was known of sets there."""

    world: World
    portfolio: Portfolio

    @property
    def chosen(self) -> Funded:
        """The set that was chosen."""
        return funded_of(self.world.case, self.portfolio.chosen)

    @property
    def every_set(self) -> bool:
        """Whether every set is listed, none of which could be better at another start."""
        limits = self.world.limits
        fixed = all(offer.item.start is not None for offer in self.world.case.offers)
        return len(self.portfolio.sets) == 1 << len(self.portfolio.chosen) and (fixed or not limits.by_period)

    @property
    def guessed(self) -> bool:
        """Whether the mean is enough to tell sets apart, so that a guess of it can leave most of them out."""
        return self.every_set and self.world.limits.judged_by_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Every listed set in a world `(set,)`: a `guess` of its mean net value, its planned `cost`, if it is `allowed`."""

    world: World
    guess: np.ndarray
    cost: np.ndarray
    allowed: np.ndarray


def screen(home: Home, world: World, at_home: np.ndarray) -> Screen:
    """About what every listed set is worth in a world on average.

    The gains of initiatives alone in that world, less for overlap by the share that the same set loses at home; less
    what they cost there. Exact where a world makes all gains larger by one factor.

    Args:
        home: what is known of sets.
        world: the world, on few draws.
        at_home: gains alone in the base on the same draws `(initiative,)`.
    """
    sets, there = home.portfolio.sets, gains_alone(world.case)
    together = home.portfolio.benefit @ home.world.case.base.discount
    apart = sets @ at_home
    overlap = np.divide(together, apart, out=np.ones(len(sets)), where=np.abs(apart) > 0)
    return Screen(
        world=world,
        guess=np.asarray(overlap * (sets @ there) - sets @ _spent(world.case)),
        cost=plan_cost(world.case, sets),
        allowed=allowed_sets(world.case, sets, world.limits),
    )


def gains_alone(case: Case) -> np.ndarray:
    """Mean present gain of every initiative by itself `(initiative,)`, costs not taken off."""
    return np.asarray(mean_benefits(case, np.eye(len(case.offers))) @ case.base.discount)


def _spent(case: Case) -> np.ndarray:
    """Mean present cost of every initiative `(initiative,)`."""
    return np.array([costs_by_period(offer).mean(axis=0) @ case.base.discount for offer in case.offers])


def screens_of(home: Home, worlds: Sequence[World]) -> tuple[Screen, ...]:
    """A screen of each world on fewer draws.

    None where not all sets are known at home, or where the mean does not decide.
    """
    guessed = home.guessed and all(one.limits.judged_by_mean and not one.limits.by_period for one in worlds)
    if not guessed:
        return ()
    at_home = gains_alone(thinned(home.world.case, DRAWS))
    return tuple(screen(home, few_draws(world), at_home) for world in worlds)


def few_draws(world: World) -> World:
    """The world on fewer of its draws."""
    return replace(world, case=thinned(world.case, DRAWS))


def best_few(home: Home, one: Screen) -> tuple[Funded, ...]:
    """The best sets of a world by what they are worth on its draws, of those that the screen puts highest.

    None where nothing is allowed.
    """
    case, sets = one.world.case, home.portfolio.sets
    order = promising(one)
    order = order[one.allowed[order]][:SCREENED]
    found = {int(i): stay(one.world, funded_of(case, sets[i])) for i in order}
    kept = sorted((i for i in found if found[i].allowed), key=lambda i: found[i].judged, reverse=True)
    return tuple(funded_of(case, sets[i]) for i in kept[:FINALISTS])


def promising(one: Screen) -> np.ndarray:
    """Places of sets, the most promising first."""
    match one.world.limits.spending:
        case FlexibleBudget(target=target):
            reached = one.guess >= target - NEAR * abs(target)
            return np.lexsort((-one.guess, np.where(reached, one.cost, np.inf)))
        case FixedBudget():
            return np.argsort(-one.guess, kind="stable")


def chosen_anew(world: World) -> tuple[Funded, ...]:
    """The choice of a world made anew on fewer draws, and the best few beside it; none where nothing is allowed."""
    case = thinned(as_planned(world.case), DRAWS)
    try:
        found = choose_portfolio(case, world.limits)
    except InfeasibleError:
        return ()
    placed = at_starts(case, found.starts)
    order = np.argsort(-np.where(found.allowed, found.value, -np.inf), kind="stable")[:FINALISTS]
    rows = [found.chosen, *(found.sets[i] for i in order if found.allowed[i])]
    return tuple(dict.fromkeys(funded_of(placed, row) for row in rows))


def nothing_else(found: Sequence[Funded]) -> tuple[Funded, ...]:
    """Each set once, in order, and funding nothing among them."""
    return tuple(dict.fromkeys((*found, NOTHING)))
