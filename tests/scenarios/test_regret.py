"""Regret of portfolios across scenarios."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from across_cases import FACTS, SCENARIOS, dearer, home_of, in_currency, planned_home, worlds_of
from hypothesis import given, settings
from hypothesis import strategies as st
from small_case import case_of, case_with_npv, random_plan, with_items

from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.regret import find_regrets
from scenarios.scenario import Scenario, World, in_world
from scenarios.worlds import Home
from scenarios.worth import Case, set_npv

# A cent, in money of some tens of thousands.
CENT = 0.01
FLAT = np.ones(50)
seeds = st.integers(1, 10_000)
few = settings(max_examples=2, deadline=None, derandomize=True, database=None)

# Stocks, bonds and the money market where rates stay, rise and fall: returns, and regrets by world.
# Source: "Regret (decision theory)", Wikipedia, its minimax example, after Savage (1951).
RETURNS = {"static": (4, 3, 2), "rise": (-4, -2, 3), "fall": (12, 8, 1)}
REGRETS = {(0,): (0, 7, 0), (1,): (1, 5, 4), (2,): (2, 0, 11), (): (4, 3, 12)}


def one_of_three(returns: tuple[int, ...]) -> Case:
    """Three initiatives of which one can be had."""
    ids = tuple(f"act{i}" for i in range(3))
    case = case_with_npv(*(value * FLAT for value in returns))
    return with_items(case, **{one: {"excludes": tuple(o for o in ids if o != one)} for one in ids})


def published() -> tuple[Home, list[World]]:
    home = home_of(one_of_three(RETURNS["static"]), Limits())
    others = [replace(home.world, name=name, case=one_of_three(RETURNS[name])) for name in ("rise", "fall")]
    return home, others


def test_the_published_example_of_minimax_regret_takes_bonds() -> None:
    found = find_regrets(*published())
    table = {one.members: row for one, row in zip(found.candidates, found.regret, strict=True)}
    assert set(table) == set(REGRETS)
    for members, regrets in REGRETS.items():
        assert table[members] == pytest.approx(regrets, abs=1e-9)
    assert found.candidates[found.base].members == (0,)
    assert found.candidates[found.least].members == (1,)
    assert [found.candidates[at].members for at in found.best] == [(0,), (2,), (0,)]


def test_every_role_of_the_example_is_named() -> None:
    roles = dict(find_regrets(*published()).roles())
    assert list(roles) == ["base choice", "optimum of base", "optimum of rise", "optimum of fall", "least regret"]


@pytest.mark.parametrize("seed", [3, 6])
def test_in_every_world_nothing_among_all_sets_is_better_than_its_optimum(seed: int) -> None:
    home = planned_home(seed, 5)
    worlds = worlds_of(home)
    found = find_regrets(home, worlds)
    for place, world in enumerate(worlds, start=1):
        whole = choose_portfolio(world.case, world.limits)
        assert found.stays[found.best[place]][place].money == pytest.approx(whole.npv.mean(), abs=CENT)


@pytest.mark.parametrize("seed", [3, 6])
def test_no_set_of_all_has_a_smaller_largest_regret(seed: int) -> None:
    home = planned_home(seed, 5)
    worlds = [home.world, *worlds_of(home)]
    rows = [np.flatnonzero(row) for row in home.portfolio.sets]
    values = np.array([[set_npv(world.case, row).mean() for world in worlds] for row in rows])
    allowed = np.array([choose_portfolio(world.case, world.limits).allowed for world in worlds]).T
    best = np.where(allowed, values, -np.inf).max(axis=0)
    largest = np.where(allowed, best - values, np.inf).max(axis=1)
    found = find_regrets(home, worlds[1:])
    assert found.most[found.least] == pytest.approx(largest.min(), abs=CENT)


@few
@given(seed=seeds, count=st.integers(1, 4))
def test_regret_is_never_negative_and_nil_for_the_optimum_of_each_world(seed: int, count: int) -> None:
    found = find_regrets(home := planned_home(seed, count), worlds_of(home))
    assert np.nanmin(found.regret) >= 0
    for world, at in enumerate(found.best):
        assert found.regret[at, world] <= CENT


@few
@given(seed=seeds)
def test_in_a_scenario_that_is_the_base_the_choice_has_no_regret(seed: int) -> None:
    home = planned_home(seed, 3)
    found = find_regrets(home, [in_world(Scenario(name="same", changes=()), home.world, FACTS)])
    assert found.most[found.base] == 0
    assert found.candidates[found.least] == found.candidates[found.base]


@few
@given(seed=seeds)
def test_more_scenarios_never_lower_the_smallest_largest_regret(seed: int) -> None:
    home = planned_home(seed, 3)
    least = []
    for count in range(1, len(SCENARIOS) + 1):
        found = find_regrets(home, worlds_of(home, SCENARIOS[:count]))
        least.append(found.most[found.least])
    assert all(after >= before - CENT for before, after in pairwise(least))


@few
@given(seed=seeds)
def test_doubling_the_currency_doubles_every_regret_and_changes_no_portfolio(seed: int) -> None:
    plan = random_plan(seed, 3)
    budget = 0.6 * sum(item.cost or 0.0 for item in plan.initiatives)
    once = home_of(case_of(plan, seed), Limits(budget=budget))
    twice = home_of(in_currency(case_of(dearer(plan, 2), seed), 2), Limits(budget=2 * budget))
    found, doubled = find_regrets(once, worlds_of(once)), find_regrets(twice, worlds_of(twice))
    assert doubled.candidates == found.candidates
    assert doubled.least == found.least
    assert doubled.regret == pytest.approx(2 * found.regret, rel=1e-9, abs=CENT, nan_ok=True)


def test_what_a_scenario_does_not_allow_has_no_regret_there_and_is_not_the_least_regretted() -> None:
    case = case_with_npv(900 * FLAT, 400 * FLAT)
    home = home_of(case, Limits(budget=2_000.0))
    poor = replace(home.world, name="poor", limits=Limits(budget=1_000.0))
    found = find_regrets(home, [poor])
    assert found.candidates[found.base].members == (0, 1)
    assert np.isnan(found.regret[found.base, 1])
    assert not found.stays[found.base][1].allowed
    assert found.candidates[found.least].members == (0,)


def test_where_no_scenario_allows_anything_in_common_nothing_is_least_regretted() -> None:
    case = with_items(case_with_npv(900 * FLAT, 400 * FLAT), act0={"mandatory": True})
    home = home_of(case, Limits(budget=2_000.0))
    broke = replace(home.world, name="broke", limits=Limits(budget=10.0))
    found = find_regrets(home, [broke])
    assert found.least == found.best[1] == -1
    assert "least regret" not in dict(found.roles())


def test_under_a_target_regret_is_what_is_spent_beyond_need() -> None:
    home = home_of(case_with_npv(900 * FLAT, 400 * FLAT), Limits(target=1_000.0))
    better = replace(home.world, name="better", case=case_with_npv(1_100 * FLAT, 450 * FLAT))
    found = find_regrets(home, [better])
    assert found.candidates[found.base].members == (0, 1)
    assert found.candidates[found.best[1]].members == (0,)
    assert found.regret[found.base, 1] == pytest.approx(1_000.0)


def test_under_a_floor_what_breaks_it_is_not_compared() -> None:
    sure, bold = 300 * FLAT, np.where(np.arange(50) < 15, -2_000.0, 3_000.0)
    home = home_of(case_with_npv(sure, bold), Limits(objective="floor", floor=0.8))
    found = find_regrets(home, [replace(home.world, name="same")])
    assert found.candidates[found.base].members == (0,)
    assert found.most[found.base] == 0
    assert np.nanmin(found.regret) >= 0


def test_where_starts_are_free_the_choice_of_a_world_is_made_anew() -> None:
    case = case_of(random_plan(5, 3), 5)
    case = with_items(case, **{one: {"capacity": {"build": 1.0}} for one in case.ids()})
    home = home_of(case, Limits(capacity={"build": np.ones(case.clock.quarters)}))
    found = find_regrets(home, worlds_of(home, SCENARIOS[1:2]))
    assert np.nanmin(found.regret) >= 0
    assert found.regret[found.base, 0] <= CENT
