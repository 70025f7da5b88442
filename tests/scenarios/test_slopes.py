"""The slopes of value in closed form beside differences of the values themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.rng import stream
from models.value import Ages, Course, value_draws
from scenarios.service import Counted, ServiceRate, value_with_service
from scenarios.slopes import value_slopes
from scenarios.worth import Case
from tests.scenarios.small_case import DRAWS, PAINS, PERIODS, random_case

STEP = 1e-5
# Central differences with such a step err by its square and by the rounding of values of a million.
DIFFERENCED = 1e-5


def _course(seed: int, personas: int = 2) -> Course:
    rng = stream(seed, "course")
    return Course(levels=rng.uniform(0, 0.8, (personas, PERIODS, DRAWS, len(PAINS))), at=np.arange(PERIODS))


def _aged(case: Case) -> Case:
    rng = stream(7, "ages")
    people = []
    for persona in case.base.personas:
        weights = rng.dirichlet(np.ones(len(persona.patterns)), 3)
        ages = Ages(
            weights=weights,
            alone=rng.uniform(0, 0.2, (3, len(PAINS))) * np.array([0, 0, 0, 1]),
            level=rng.uniform(0, 0.2, (3, len(PAINS))) * np.array([1, 0, 0, 0]),
            exposure=weights @ persona.patterns,
            mix=rng.dirichlet(np.ones(3), (PERIODS, len(persona.customers))),
        )
        people.append(replace(persona, ages=ages))
    return replace(case, base=replace(case.base, personas=tuple(people)))


def _difference(case: Case, course: Course, g: int, k: int, period: int) -> float:
    ends = []
    for sign in (1, -1):
        levels = course.levels.copy()
        levels[g, period, :, k] += sign * STEP
        moved = value_draws(case.base, case.today, replace(course, levels=levels))
        ends.append(moved.discounted(case.base.discount).mean())
    return float((ends[0] - ends[1]) / (2 * STEP))


@pytest.mark.parametrize("aged", [False, True])
def test_slopes_are_the_differences_of_the_values(aged: bool) -> None:  # noqa: FBT001
    case = random_case(3, 2)
    case = _aged(case) if aged else case
    course = _course(3)
    slopes = value_slopes(case, course)
    largest = np.abs(slopes).max()
    for g, k, period in ((0, 0, 0), (1, 3, 2), (0, 1, 4), (1, 2, 5), (1, 0, 3)):
        assert slopes[g, k, period] == pytest.approx(_difference(case, course, g, k, period), abs=DIFFERENCED * largest)


def test_what_comes_too_late_for_the_horizon_brings_nothing() -> None:
    case = random_case(2, 2)
    assert not value_slopes(case, _course(2))[:, :, PERIODS - case.base.lag :].any()


def test_slopes_hold_what_is_saved_in_service() -> None:
    case = random_case(3, 2)
    saved = stream(3, "saved").normal(5, 1, DRAWS)
    served = replace(case, service=ServiceRate(saved=saved, checks=()))
    course = _course(3)
    slopes = value_slopes(served, course) - value_slopes(case, course)
    ends = []
    for sign in (1, -1):
        levels = course.levels.copy()
        levels[1, 2, :, 3] += sign * STEP
        counted = Counted(saved=saved, cashable=levels, rest=np.zeros_like(levels))
        moved = value_with_service(case.base, case.today, case.posterior, replace(course, levels=levels), counted)
        ends.append((moved.service @ case.base.discount).mean())
    found = (ends[0] - ends[1]) / (2 * STEP)
    assert slopes[1, 3, 2] == pytest.approx(found, abs=DIFFERENCED * np.abs(slopes).max())


def test_sites_gain_by_money_alone() -> None:
    case = random_case(5, 2)
    people = tuple(replace(persona, rate=np.zeros(2)) for persona in case.base.personas)
    case = replace(case, base=replace(case.base, personas=people))
    course = _course(4)
    assert value_slopes(case, course)[1, 2, 1] == pytest.approx(_difference(case, course, 1, 2, 1), rel=DIFFERENCED)
