"""How far one lever may go before the chosen portfolio pays nothing, and before another would be chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import takewhile

import numpy as np
from scipy.optimize import brentq

from impact.errors import InputError
from impact.lever import Change, How
from scenarios.aims import judge
from scenarios.scenario import Facts, Scenario, World, in_world
from scenarios.worlds import Funded, Home, few_draws, funded_of, gains_alone, promising, screen
from scenarios.worth import set_npv

FACTORS = tuple(float(one) for one in np.round(np.logspace(-1, 1, 9), 12))  # 0.1 to 10, 1 among them
QUARTERS = tuple(float(one) for one in range(9))
LEVERS: tuple[tuple[str, How, tuple[float, ...]], ...] = (
    ("price", "multiply", FACTORS),
    ("spend", "multiply", FACTORS),
    ("churn", "multiply", FACTORS),
    ("effectiveness", "multiply", FACTORS),
    ("cost", "multiply", FACTORS),
    ("delay", "add", QUARTERS),
    ("discount_rate", "multiply", FACTORS),
)
RIVALS = 4  # sets of the highest guess that are valued beside the chosen one
HALVINGS = 6  # of a step of the search: a factor to within 1%
FINE = 1e-4  # of a root
SETTLED = 3  # searches, each with sets worth what they are on all draws at the figure found before


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverBreakEven:
    """One lever over the whole horizon, for everybody: a factor of what it moves, of delay quarters added.

    `base` is where it stands; `npv_nil_at` the figure nearest to it at which the portfolio's mean NPV is nil and
    `choice_changes_at` the nearest at which another set is the best by the aim; NaN where the search found none.
    Another set is sought only where the mean decides.
    """

    lever: str
    base: float
    npv_nil_at: float
    choice_changes_at: float
    choice_sought: bool
    searched_from: float
    searched_to: float


def break_even_levers(home: Home, facts: Facts) -> tuple[LeverBreakEven, ...]:
    """Break-even figures of every lever that a whole portfolio hangs on, sought on fewer of the draws.

    Outward from the base in steps, then by root finding and by halving within the first step that shows a change; two
    changes within one step are seen as none. What is found is settled on all draws, so that a scenario with the lever
    there says so too. Another choice is sought among the sets known in the base, where the mean decides. What is
    searched ends where a lever goes beyond what these customers can do.
    """
    if not home.chosen.members:
        return ()
    fewer, sought = few_draws(home.world), home.world.limits.judged_by_mean
    rivals = Rivals(home=home, world=fewer, alone=gains_alone(fewer.case))
    out = []
    for lever, how, asked in LEVERS:
        start = 1.0 if how == "multiply" else 0.0
        moved = partial(_moved, lever, how, facts)
        steps = _possible(partial(moved, fewer), start, asked)
        out.append(
            LeverBreakEven(
                lever=lever,
                base=start,
                npv_nil_at=_nil_at(partial(_npv, rivals, moved), start, steps),
                choice_changes_at=_changes_at(partial(rivals.winning, moved), start, steps) if sought else np.nan,
                choice_sought=sought,
                searched_from=steps[0],
                searched_to=steps[-1],
            )
        )
    return tuple(out)


def _moved(lever: str, how: How, facts: Facts, base: World, value: float) -> World:
    change = Change(scenario=lever, lever=lever, how=how, value=value)
    return in_world(Scenario(name=lever, changes=(change,)), base, facts)


def _possible(moved: Callable[[float], World], start: float, steps: tuple[float, ...]) -> tuple[float, ...]:
    """The steps around the start that these customers and this plan can go."""
    at = steps.index(start)
    down = list(takewhile(partial(_goes, moved), steps[:at][::-1]))
    return (*down[::-1], start, *takewhile(partial(_goes, moved), steps[at + 1 :]))


def _goes(moved: Callable[[float], World], value: float) -> bool:
    try:
        moved(value)
    except InputError:
        return False
    return True


def _npv(rivals: Rivals, moved: Callable[[World, float], World], at: float) -> Callable[[float], float]:
    """Mean NPV of the chosen set by a lever's value on fewer draws, and at the value `at` what it is on all."""
    members = rivals.home.chosen.members

    def mean(world: World, value: float) -> float:
        return float(set_npv(moved(world, value).case, members).mean())

    more = mean(rivals.home.world, at) - mean(rivals.world, at)
    return lambda value: mean(rivals.world, value) + more


@dataclass(frozen=True, slots=True)
class Rivals:
    """The sets that may win over the chosen one, in the base on fewer draws.

    `alone` `(initiative,)` are gains alone there.
    """

    home: Home
    world: World
    alone: np.ndarray

    def winning(self, moved: Callable[[World, float], World], at: float) -> Callable[[float], bool]:
        """Whether some other set is the best by a lever's value, sets worth at the value `at` what they are on all."""
        more = cache(partial(self._more, moved(self.home.world, at), moved(self.world, at)))
        return lambda value: self._wins(moved(self.world, value), more)

    def _wins(self, world: World, more: Callable[[int], float]) -> bool:
        one = screen(self.home, world, self.alone)
        chosen = int(np.flatnonzero((self.home.portfolio.sets == self.home.portfolio.chosen).all(axis=1))[0])
        if not one.allowed[chosen]:
            return True
        order = promising(one)
        few = [int(i) for i in order[one.allowed[order]][:RIVALS] if i != chosen]

        def judged(place: int) -> tuple[float, ...]:
            npv = set_npv(world.case, self._funded(place).members) + more(place)
            return judge(npv, float(one.cost[place]), world.limits)

        mine = judged(chosen)
        return any(judged(i) > mine for i in few)

    def _more(self, whole: World, fewer: World, place: int) -> float:
        """What a set is worth more on all draws of a world than on the fewer."""
        members = self._funded(place).members
        return float(set_npv(whole.case, members).mean() - set_npv(fewer.case, members).mean())

    def _funded(self, place: int) -> Funded:
        return funded_of(self.home.world.case, self.home.portfolio.sets[place])


def _outward(start: float, steps: tuple[float, ...]) -> list[tuple[float, float]]:
    """Each step of a search, from its end next to the start to the far one, the nearest first by rank."""
    at = steps.index(start)
    up = list(zip(steps[at:], steps[at + 1 :], strict=False))
    down = [(steps[i], steps[i - 1]) for i in range(at, 0, -1)]
    both = [one for pair in zip(up, down, strict=False) for one in pair]
    return both + up[len(down) :] + down[len(up) :]


def _nil_at(npv: Callable[[float], Callable[[float], float]], start: float, steps: tuple[float, ...]) -> float:
    """The value of a lever at which NPV is nil; `npv` gives it by value, on all draws at one of them."""
    at = start
    for _ in range(SETTLED):
        at = _root(npv(at), start, steps)
        if np.isnan(at):
            break
    return at


def _root(npv: Callable[[float], float], start: float, steps: tuple[float, ...]) -> float:
    found = {start: npv(start)}
    for near, far in _outward(start, steps):
        found[far] = npv(far)
        if found[near] == 0:
            return near
        if (found[near] > 0) != (found[far] > 0):
            return float(brentq(npv, *sorted((near, far)), rtol=FINE, xtol=FINE))
    return np.nan


def _changes_at(winning: Callable[[float], Callable[[float], bool]], start: float, steps: tuple[float, ...]) -> float:
    """The value of a lever at which the choice changes; `winning` tells by value, settled on all draws at one."""
    at = start
    for _ in range(SETTLED):
        at = _first_change(winning(at), start, steps)
        if np.isnan(at):
            break
    return at


def _first_change(changed: Callable[[float], bool], start: float, steps: tuple[float, ...]) -> float:
    for near, far in _outward(start, steps):
        if changed(far):
            for _ in range(HALVINGS):
                middle = (near + far) / 2
                near, far = (near, middle) if changed(middle) else (middle, far)
            return far
    return np.nan
