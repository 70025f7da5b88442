"""The lever on prevalence: against the base in which as many customers more meet the pain point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.there import who_is_there
from models.value import ValueBase, look_at_today, value_draws, whole_fix
from scenarios.effect import joint_course
from scenarios.worth import joint_value, set_value
from tests.scenarios.small_case import CLOCK, DRAWS, PAINS, PERIODS, PERSONAS
from tests.scenarios.worlds_example import CLOSE, base_world, change, moved_world

BASE = base_world()
LATE = PAINS.index("late")


def test_what_nobody_meets_any_more_is_worth_what_its_whole_fix_is() -> None:
    case = moved_world(BASE, change("prevalence:late", 0.0)).case
    fixed = value_draws(case.base, case.today, whole_fix(DRAWS, len(PAINS), [LATE], PERIODS))
    np.testing.assert_allclose(joint_value(case, ()).gained(), fixed.gained(), rtol=CLOSE, atol=1e-9)


def test_half_as_many_again_leave_as_a_base_with_those_patterns_would() -> None:
    case = moved_world(BASE, change("prevalence:late", 1.5)).case
    gained = joint_value(case, ()).retention
    expected = np.zeros_like(gained)
    for g, persona in enumerate(case.base.personas):
        hit = persona.patterns[:, LATE] == 1
        without = persona.patterns.copy()
        without[:, LATE] = 0
        clear = [int(np.flatnonzero((persona.patterns == row).all(axis=1))[0]) for row in without[hit]]
        weights = persona.weights.copy()
        weights[hit] *= 1.5
        weights[clear] -= persona.weights[hit] / 2
        factor = np.exp(case.today.hazard[g] @ persona.patterns.T)
        ratio = (factor @ weights) / (factor @ persona.weights)
        path = np.repeat(ratio[:, None, None], PERIODS, axis=2)
        path[:, :, : case.base.lag] = 1
        after = who_is_there(persona, case.base.frailty, case.today.now[g], path).margin()
        expected += after - case.today.before[g]
    np.testing.assert_allclose(gained, expected, rtol=1e-9, atol=1e-6)  # money of thousands
    assert gained.mean() < 0


def test_what_is_left_of_a_pain_is_its_growth_times_what_the_fix_leaves() -> None:
    case = moved_world(BASE, change("prevalence:late", 1.5)).case
    with_it = joint_course(case.offers, DRAWS, len(PAINS), PERIODS, case.ongoing)
    without = joint_course(case.offers, DRAWS, len(PAINS), PERIODS)
    left, before = (1 - one.levels[:, one.at[-1]] for one in (with_it, without))
    np.testing.assert_allclose(left[..., LATE], 1.5 * before[..., LATE], rtol=CLOSE)
    others = [k for k in range(len(PAINS)) if k != LATE]
    np.testing.assert_allclose(left[..., others], before[..., others], rtol=CLOSE)


def test_points_of_customers_are_added_to_each_persona_and_set_for_one() -> None:
    prevalence = np.array([persona.prevalence[LATE] for persona in BASE.case.base.personas])
    more = moved_world(BASE, change("prevalence:late", 0.05, how="add")).case.ongoing
    assert len(more) == 1
    share = 1 - more[0].offer.effectiveness[:, 0, LATE]
    np.testing.assert_allclose(share * prevalence, prevalence + 0.05, rtol=CLOSE)
    one = moved_world(BASE, change("prevalence:late", 0.4, how="set", persona="home")).case.ongoing[0]
    share = 1 - one.offer.effectiveness[:, 0, LATE]
    np.testing.assert_allclose(share * prevalence, [prevalence[0], 0.4], rtol=CLOSE)


def test_it_costs_nothing_needs_no_team_and_is_at_work_in_its_periods_alone() -> None:
    rows = change("prevalence:late", 1.2, first=CLOCK.first + 1, last=CLOCK.first + 2)
    world = moved_world(BASE, rows, change("effectiveness", 0.5))
    (drift,) = world.case.ongoing
    assert drift.offer.schedule.live.tolist() == [[0, 1, 1, 0, 0, 0]]
    assert not drift.live_now.any()
    assert drift.offer.plan_cost == drift.offer.schedule.opex.sum() == drift.offer.schedule.building.sum() == 0


def test_a_worse_pain_for_one_persona_leaves_the_other_as_it_is() -> None:
    case = moved_world(BASE, change("prevalence:late", 1.3, persona="firm")).case
    firm, home = (
        joint_value(replace(case, base=base, today=look_at_today(base, case.posterior)), ()).gained()
        for base in (_alone(case.base, g) for g in range(len(PERSONAS)))
    )
    assert np.abs(firm).max() > 1
    np.testing.assert_allclose(home, 0, atol=1e-9)
    assert np.abs(set_value(case, [0]).gained()).max() > 0


def _alone(base: ValueBase, g: int) -> ValueBase:
    nobody = np.zeros_like(base.personas[g].customers)
    people = [one if place == g else replace(one, customers=nobody) for place, one in enumerate(base.personas)]
    return replace(base, personas=tuple(people))
