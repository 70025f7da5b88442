"""Scenarios on the small case: one call from rows to a world."""

from __future__ import annotations

from typing import Any

import numpy as np

from impact.lever import Change
from models.there import There, who_is_there
from scenarios.limits import Limits
from scenarios.scenario import Facts, Scenario, World, in_world
from scenarios.worth import Case
from tests.scenarios.small_case import RATE, random_case

PER_MARGIN = 3.0
LATE = (10.0, 20.0)
FACTS = Facts(revenue_per_margin=PER_MARGIN, joining=np.array(LATE), discount_rate=RATE)
CLOSE = 1e-12  # of the same sum added in another order


def base_world(case: Case | None = None, limits: Limits | None = None) -> World:
    return World(
        name="base",
        case=random_case(1, 4) if case is None else case,
        limits=limits or Limits(),
        revenue_per_margin=PER_MARGIN,
    )


def change(lever: str, value: float, **more: Any) -> Change:  # noqa: ANN401
    lever, _, of = lever.partition(":")
    return Change(scenario="it", lever=lever, of=of, value=value, **more)


def moved_world(base: World, *changes: Change) -> World:
    return in_world(Scenario(name="it", changes=changes), base, FACTS)


def there(case: Case, g: int) -> There:
    """The customers of a persona with no fix."""
    idle = np.ones((1, 1, case.periods))
    return who_is_there(case.base.personas[g], case.base.frailty, case.today.now[g], idle)


def mean_path(case: Case) -> np.ndarray:
    """Customers by persona and period, mean over draws."""
    return np.array([there(case, g).customers().mean(axis=0) for g in range(len(case.base.personas))])
