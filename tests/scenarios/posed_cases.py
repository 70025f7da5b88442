"""Cases whose limits keep something out: a budget, links, teams and a fiscal year; with the sets they choose among."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from scenarios.limits import Limits, YearLimit
from scenarios.portfolio import choose_portfolio
from scenarios.rechoice import Pool, as_planned, pool_of
from scenarios.turning import cheaper
from scenarios.worth import Case, at_starts
from tests.scenarios.small_case import PERIODS, random_case, with_items

SEEDS = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A case with its limits, and the sets it is chosen among."""

    case: Case
    limits: Limits
    pool: Pool
    out: tuple[int, ...]


def posed_case(case: Case, limits: Limits) -> Posed:
    """A case as it is chosen among its sets."""
    found = choose_portfolio(case, limits)
    case = at_starts(case, found.starts)
    pool = pool_of(case, found, limits)
    out = tuple(int(i) for i in np.flatnonzero(found.chosen == 0))
    return Posed(case=case, limits=limits, pool=pool, out=out)


def whole_cost_of(case: Case) -> float:
    """What all initiatives cost together."""
    return sum(offer.plan_cost for offer in case.offers)


def _worthwhile(seed: int) -> Case:
    """A random case whose initiatives cost less, so that limits keep some of them out."""
    case = random_case(seed, 4)
    return replace(case, offers=tuple(cheaper(offer, 0.4) for offer in case.offers))


def _tight(seed: int) -> Posed:
    case = _worthwhile(seed)
    return posed_case(case, Limits(budget=0.4 * whole_cost_of(case)))


def _linked(seed: int) -> Posed:
    case = with_items(
        _worthwhile(seed),
        act0={"requires": ("act1",)},
        act2={"excludes": ("act3",)},
    )
    return posed_case(case, Limits(budget=0.6 * whole_cost_of(case)))


def _teams(seed: int) -> Posed:
    case = _worthwhile(seed)
    changes: Mapping[str, dict[str, object]] = {
        name: {"capacity": {"crew": float(1 + n % 3)}, "start": 8104 + n % 2} for n, name in enumerate(case.ids())
    }
    case = as_planned(with_items(case, **changes))
    periods = np.arange(PERIODS) < 4
    year = YearLimit(label="2026", periods=periods, capex=0.5 * whole_cost_of(case), opex=None)
    return posed_case(case, Limits(years=(year,), capacity={"crew": np.full(PERIODS, 3.0)}))


POSED: dict[str, Callable[[], Posed]] = {
    **{f"a budget, {seed}": partial(_tight, seed) for seed in SEEDS},
    **{f"links, {seed}": partial(_linked, seed) for seed in SEEDS},
    **{f"teams and a year, {seed}": partial(_teams, seed) for seed in SEEDS},
}


@cache
def pose(name: str) -> Posed:
    """The case of a name."""
    return POSED[name]()
