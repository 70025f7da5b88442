"""Scenarios: the base is the base, the draws are the same, names compose, rows may stand in any order."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from impact.errors import InputError
from impact.initiative import Plan
from impact.lever import Change
from scenarios.scenario import Scenario, compose, in_world, scenarios_of
from scenarios.worth import set_npv
from tests.scenarios.small_case import RATE
from tests.scenarios.worlds_example import CLOSE, FACTS, base_world, change, moved_world

BASE = base_world()
NEUTRAL = ("customers", "price", "spend", "churn", "prevalence:late", "effectiveness", "cost", "budget", "mix:firm")
ROWS = (
    Change(scenario="downside", lever="churn", value=1.2),
    Change(scenario="late", lever="delay", value=2, how="add"),
    Change(scenario="downside", lever="customers", value=0.9),
)
KNOWN = scenarios_of(Plan(initiatives=(), fixes=(), scenarios=ROWS))


@pytest.mark.parametrize("lever", [*NEUTRAL, "capacity:team", "discount_rate"])
def test_a_lever_that_changes_nothing_gives_the_base_to_the_last_bit(lever: str) -> None:
    for rows in ((change(lever, 1.0),), (change(lever, 0.0, how="add"),), ()):
        world = moved_world(BASE, *rows)
        assert world.case is BASE.case
        assert world.limits is BASE.limits
    assert moved_world(BASE, change("delay", 0, how="add"), change("acquisition", 0, how="add")).case is BASE.case


def test_levers_set_to_what_is_there_give_the_base_but_for_rounding() -> None:
    rows = [change("price", 1, how="set"), change("cost", 1, how="set"), change("effectiveness", 1, how="set")]
    case = moved_world(BASE, *rows, change("discount_rate", RATE, how="set"), change("acquisition", 0)).case
    np.testing.assert_allclose(set_npv(case, [0, 1]), set_npv(BASE.case, [0, 1]), rtol=CLOSE)


def test_the_draws_are_the_same_in_every_world() -> None:
    world = moved_world(BASE, change("churn", 1.5), change("effectiveness", 0.5), change("prevalence:late", 1.1))
    assert world.case.posterior is BASE.case.posterior
    assert world.case.base.frailty is BASE.case.base.frailty
    assert world.case.ids() == BASE.case.ids()
    apart = set_npv(world.case, [0, 1]) - set_npv(BASE.case, [0, 1])
    assert apart.std() < set_npv(BASE.case, [0, 1]).std()


def test_scenarios_stand_in_the_order_of_the_plan_with_all_their_rows() -> None:
    assert [one.name for one in KNOWN] == ["downside", "late"]
    assert [one.lever for one in KNOWN[0].changes] == ["churn", "customers"]


def test_scenarios_compose_by_name_whatever_their_capitals_and_base_adds_nothing() -> None:
    both = compose("Downside+late", KNOWN)
    assert both == Scenario(name="downside + late", changes=(*KNOWN[0].changes, *KNOWN[1].changes))
    assert compose("base + late", KNOWN).changes == KNOWN[1].changes
    assert compose("base", KNOWN).changes == ()
    one, other = (in_world(compose(name, KNOWN), BASE, FACTS).case for name in ("downside+late", "late+downside"))
    assert (set_npv(one, [0, 1, 2]) == set_npv(other, [0, 1, 2])).all()


@pytest.mark.parametrize("name", ["upside", "downside + downside", "downside +", ""])
def test_what_is_no_scenario_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(InputError) as caught:
        compose(name, KNOWN)
    (found,) = caught.value.findings
    assert (found.code, found.allowed) == ("P279", "base, downside, late")


def test_rows_may_stand_in_any_order() -> None:
    rows = [
        change("churn", 1.2),
        change("price", 1.05),
        change("prevalence:late", 1.1),
        change("cost", 1.2),
        change("mix:firm", 0.6, how="set"),
    ]
    npvs = [set_npv(moved_world(BASE, *some).case, [0, 1, 2]) for some in list(permutations(rows))[::17]]
    for npv in npvs:
        np.testing.assert_allclose(npv, npvs[0], rtol=CLOSE)


def test_a_world_keeps_its_limits_and_its_share_of_margin() -> None:
    base = replace(BASE, limits=replace(BASE.limits, budget=500.0))
    world = moved_world(base, change("price", 1.1))
    assert (world.name, world.limits, world.revenue_per_margin) == ("it", base.limits, base.revenue_per_margin)
