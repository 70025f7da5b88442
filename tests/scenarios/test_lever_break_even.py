"""How far a lever may go before the portfolio pays nothing, or another is chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from across_cases import FACTS, dearer, home_of, in_currency
from small_case import DRAWS, PAINS, PERIODS, RATE, case_of, case_with_npv, random_plan

from impact.initiative import Fix, Initiative, Plan
from impact.lever import Change, How
from models.value import look_at_today
from scenarios import worlds
from scenarios.lever_break_even import LeverBreakEven, break_even_levers
from scenarios.limits import Limits
from scenarios.scenario import Scenario, in_world
from scenarios.worlds import Home
from scenarios.worth import costs_by_period, set_npv

FLAT = np.ones(DRAWS)
# Halving stops within a hundredth of a factor; a root is found to a thousandth.
HALVED, ROOT = 0.01, 0.002
# Of the NPV of the base: what is left where a root, found to a ten-thousandth, says that nothing is.
LEFT = 0.002


def by_lever(home: Home) -> dict[str, LeverBreakEven]:
    return {one.lever: one for one in break_even_levers(home, FACTS)}


def of_sites(*costs: float) -> Home:
    """Initiatives for sites, which nobody leaves, so that all is straight in money; one of them can be had.

    Each removes the same share of one more pain point than the one after it.
    """
    items, fixes = [], []
    for i, cost in enumerate(costs):
        others = tuple(f"act{o}" for o in range(len(costs)) if o != i)
        items.append(Initiative(initiative=f"act{i}", name="", cost=cost, excludes=others))
        fixes += [
            Fix(initiative=f"act{i}", pain_point=pain, low=0.3, likely=0.4, high=0.5)
            for pain in PAINS[: len(costs) - i]
        ]
    case = case_of(Plan(initiatives=tuple(items), fixes=tuple(fixes)), 1, "sites")
    posterior = replace(case.posterior, spend=-np.abs(case.posterior.spend))
    return home_of(replace(case, posterior=posterior, today=look_at_today(case.base, posterior)), Limits())


def spent(home: Home, i: int) -> float:
    case = home.world.case
    return float(costs_by_period(case.offers[i]).mean(axis=0) @ case.base.discount)


def test_cost_and_spending_break_even_where_gain_and_cost_meet() -> None:
    home = of_sites(1_000.0)
    share = spent(home, 0) / (float(home.portfolio.npv.mean()) + spent(home, 0))
    found = by_lever(home)
    assert found["cost"].npv_nil_at == pytest.approx(1 / share, rel=ROOT)
    assert found["spend"].npv_nil_at == pytest.approx(share, rel=ROOT)
    # of the price all goes to margin: FACTS says how much revenue stands behind a unit of it
    assert found["price"].npv_nil_at == pytest.approx(1 - (1 - share) / 2.5, rel=ROOT)
    assert found["effectiveness"].npv_nil_at == pytest.approx(share, rel=ROOT)


def test_with_nothing_else_to_choose_the_choice_changes_where_npv_is_nil() -> None:
    found = by_lever(of_sites(1_000.0))
    for lever in ("cost", "spend", "price"):
        assert found[lever].choice_changes_at == pytest.approx(found[lever].npv_nil_at, rel=HALVED)


def test_a_lever_that_never_turns_it_has_no_figure() -> None:
    found = by_lever(of_sites(0.01))
    assert np.isnan(found["cost"].npv_nil_at)
    assert (found["cost"].searched_from, found["cost"].searched_to) == (0.1, 10.0)
    assert (found["delay"].base, found["delay"].searched_to) == (0.0, 8.0)


def test_another_set_is_chosen_where_its_cheaper_cost_makes_up_for_its_gain() -> None:
    home = of_sites(1_500.0, 300.0)
    assert home.chosen.members == (0,)
    cost = [spent(home, i) for i in range(2)]
    gain = [float(set_npv(home.world.case, [i]).mean()) + cost[i] for i in range(2)]
    found = by_lever(home)["cost"]
    assert found.choice_changes_at == pytest.approx((gain[0] - gain[1]) / (cost[0] - cost[1]), rel=HALVED)
    assert found.choice_changes_at < found.npv_nil_at


def test_where_a_dearer_set_leaves_the_budget_the_choice_changes_with_it() -> None:
    home = home_of(of_sites(1_000.0).world.case, Limits(budget=1_150.0))
    assert by_lever(home)["cost"].choice_changes_at == pytest.approx(1.15, rel=HALVED)


def test_under_an_aim_that_the_mean_does_not_tell_no_other_choice_is_sought() -> None:
    home = home_of(of_sites(1_000.0).world.case, Limits(objective="cvar"))
    found = by_lever(home)
    assert all(np.isnan(one.choice_changes_at) for one in found.values())
    assert np.isfinite(found["cost"].npv_nil_at)


def test_what_funds_nothing_breaks_even_nowhere() -> None:
    assert break_even_levers(home_of(case_with_npv(-900 * FLAT), Limits()), FACTS) == ()


def test_doubling_the_currency_moves_no_break_even_figure() -> None:
    plan = random_plan(4, 3)
    budget = 0.6 * sum(item.cost or 0.0 for item in plan.initiatives)
    once = by_lever(home_of(case_of(plan, 4), Limits(budget=budget)))
    twice = by_lever(home_of(in_currency(case_of(dearer(plan, 2), 4), 2), Limits(budget=2 * budget)))
    for lever, one in once.items():
        other = (twice[lever].npv_nil_at, twice[lever].choice_changes_at)
        assert other == pytest.approx((one.npv_nil_at, one.choice_changes_at), rel=1e-6, nan_ok=True)


def test_the_delay_at_which_nothing_is_left_to_gain_is_within_the_horizon() -> None:
    found = by_lever(of_sites(1_000.0))["delay"]
    assert 0 < found.npv_nil_at <= PERIODS
    assert FACTS.discount_rate == RATE


def test_a_scenario_with_a_lever_where_npv_is_nil_is_worth_nothing_on_all_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worlds, "DRAWS", DRAWS // 2)
    case = case_of(random_plan(4, 3), 4)
    home = home_of(case, Limits())
    worth = float(home.portfolio.npv.mean())
    tried = 0
    for lever, one in by_lever(home).items():
        if np.isnan(one.npv_nil_at):
            continue
        how: How = "add" if lever == "delay" else "multiply"
        change = Change(scenario=lever, lever=lever, how=how, value=one.npv_nil_at)
        there = in_world(Scenario(name=lever, changes=(change,)), home.world, FACTS)
        assert set_npv(there.case, home.chosen.members).mean() == pytest.approx(0.0, abs=LEFT * worth), lever
        tried += 1
    assert tried >= 4
