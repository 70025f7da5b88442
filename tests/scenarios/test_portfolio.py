"""Which set is chosen: against a brute force over all sets, under every kind of constraint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from impact.initiative import Plan
from models.value import look_at_today
from scenarios import choice
from scenarios import portfolio as portfolios
from scenarios.frontier import frontier
from scenarios.limits import Limits
from scenarios.portfolio import InfeasibleError, Portfolio, allowed_sets, choose_portfolio
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import case_of, random_case, random_plan, with_items

# Means of fifty draws summed in another order.
SUMMED = 1e-9
SEEDS = (1, 2, 3, 4, 5)


def _members(found: Portfolio) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(found.chosen))


def _worth(case: Case, members: Sequence[int]) -> float:
    return float(npv_draws(case, members, set_value(case, members)).mean())


def _best(case: Case, budget: float) -> tuple[int, ...]:
    """The best set by looking at each of them, one after the other."""
    every = [members for size in range(len(case.offers) + 1) for members in combinations(range(len(case.offers)), size)]
    within = [members for members in every if sum(case.offers[i].plan_cost for i in members) <= budget]
    return max(within, key=lambda members: _worth(case, members))


def _budget(case: Case, share: float) -> float:
    return share * sum(offer.plan_cost for offer in case.offers)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_the_chosen_set_is_the_best_of_all_by_brute_force(seed: int, share: float) -> None:
    case = random_case(seed, 5)
    found = choose_portfolio(case, Limits(budget=_budget(case, share)))
    best = _best(case, _budget(case, share))
    assert _members(found) == best
    assert found.npv.mean() == pytest.approx(_worth(case, best), rel=SUMMED)
    assert found.certificate.method == "enumeration"


def test_the_brute_force_cases_are_not_all_trivial() -> None:
    sizes = {len(_best(random_case(seed, 5), _budget(random_case(seed, 5), 0.6))) for seed in SEEDS}
    assert max(sizes) >= 2
    assert len(sizes) >= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_more_budget_never_lowers_the_optimum(seed: int) -> None:
    case = random_case(seed, 5)
    values = [choose_portfolio(case, Limits(budget=_budget(case, share))).npv.mean() for share in np.linspace(0, 1, 9)]
    assert values[0] == 0
    assert (np.diff(values) >= 0).all()
    assert choose_portfolio(case, Limits()).npv.mean() == pytest.approx(values[-1], rel=SUMMED)


def test_the_chosen_set_keeps_to_the_budget_in_the_plans_own_costs() -> None:
    case = random_case(2, 5)
    budget = _budget(case, 0.5)
    found = choose_portfolio(case, Limits(budget=budget))
    assert sum(case.offers[i].plan_cost for i in _members(found)) <= budget


def test_initiatives_that_fix_nothing_are_not_chosen() -> None:
    plan = random_plan(3, 4)
    bare = tuple(replace(item, other_benefit=0.0) for item in plan.initiatives)
    case = case_of(Plan(initiatives=bare, fixes=()))
    found = choose_portfolio(case, Limits())
    assert not found.chosen.any()
    assert not found.npv.any()


def test_doubling_money_doubles_every_figure_and_changes_no_choice() -> None:
    case = random_case(4, 5)
    people = tuple(replace(persona, money=2 * persona.money) for persona in case.base.personas)
    base = replace(case.base, personas=people)
    offers = tuple(
        replace(
            offer,
            item=replace(offer.item, cost=2 * (offer.item.cost or 0), other_benefit=2 * offer.item.other_benefit),
            cost=None if offer.cost is None else 2 * offer.cost,
            schedule=replace(offer.schedule, capex=2 * offer.schedule.capex, opex=2 * offer.schedule.opex),
        )
        for offer in case.offers
    )
    twice = replace(case, base=base, offers=offers, today=look_at_today(base, case.posterior))
    budget = _budget(case, 0.5)
    once, again = choose_portfolio(case, Limits(budget=budget)), choose_portfolio(twice, Limits(budget=2 * budget))
    assert np.array_equal(once.chosen, again.chosen)
    assert again.npv == pytest.approx(2 * once.npv, rel=SUMMED)
    assert again.value == pytest.approx(2 * once.value, rel=SUMMED)
    assert again.cost == pytest.approx(2 * once.cost, rel=SUMMED)


def test_the_order_of_the_plan_changes_nothing() -> None:
    plan = random_plan(5, 5)
    turned = Plan(initiatives=plan.initiatives[::-1], fixes=plan.fixes[::-1])
    first, second = case_of(plan), case_of(turned)
    budget = _budget(first, 0.5)
    one, other = choose_portfolio(first, Limits(budget=budget)), choose_portfolio(second, Limits(budget=budget))
    assert np.array_equal(one.chosen, other.chosen[::-1])
    assert one.npv == pytest.approx(other.npv, rel=SUMMED)


def _free(case: Case) -> tuple[str, ...]:
    return tuple(case.offers[i].item.initiative for i in _members(choose_portfolio(case, Limits())))


def test_what_is_mandatory_is_chosen_though_it_costs_more_than_it_brings() -> None:
    case = random_case(4, 5)
    left_out = next(offer.item.initiative for offer in case.offers if offer.item.initiative not in _free(case))
    forced = with_items(case, **{left_out: {"mandatory": True}})
    assert left_out in _free(forced)
    assert choose_portfolio(forced, Limits()).npv.mean() <= choose_portfolio(case, Limits()).npv.mean()


def test_what_is_chosen_brings_what_it_requires() -> None:
    case = random_case(4, 5)
    first = _free(case)[0]
    left_out = next(offer.item.initiative for offer in case.offers if offer.item.initiative not in _free(case))
    bound = with_items(case, **{first: {"requires": (left_out,)}})
    found = _free(bound)
    assert first not in found or left_out in found
    assert choose_portfolio(bound, Limits()).npv.mean() <= choose_portfolio(case, Limits()).npv.mean()


def test_what_excludes_one_another_is_never_chosen_together() -> None:
    case = random_case(4, 5)
    first, second = _free(case)[:2]
    apart = with_items(case, **{first: {"excludes": (second,)}})
    assert not {first, second} <= set(_free(apart))


def test_every_constraint_holds_in_every_allowed_set() -> None:
    case = with_items(
        random_case(2, 4), act0={"mandatory": True}, act1={"requires": ("act2",)}, act3={"excludes": ("act1",)}
    )
    sets = np.array(list(np.ndindex(2, 2, 2, 2)), dtype=float)
    cost = sets @ np.array([offer.plan_cost for offer in case.offers])
    budget = _budget(case, 0.7)
    expected = [
        bool(a and (not b or c) and not (d and b) and spent <= budget)
        for (a, b, c, d), spent in zip(sets, cost, strict=True)
    ]
    assert allowed_sets(case, sets, Limits(budget=budget)).tolist() == expected
    assert any(expected)


def test_a_requirement_that_is_no_longer_to_be_decided_holds_nothing_up() -> None:
    case = random_case(1, 3)
    bound = with_items(case, act0={"requires": ("built_last_year",)})
    assert np.array_equal(choose_portfolio(bound, Limits()).chosen, choose_portfolio(case, Limits()).chosen)


def test_a_mandatory_cost_over_the_budget_names_initiatives_cost_and_budget() -> None:
    case = with_items(random_case(2, 3), act0={"mandatory": True}, act2={"mandatory": True})
    cost = case.offers[0].plan_cost + case.offers[2].plan_cost
    with pytest.raises(InfeasibleError) as caught:
        choose_portfolio(case, Limits(budget=cost - 1))
    assert all(word in str(caught.value) for word in ("act0", "act2", f"{cost:,.0f}", f"{cost - 1:,.0f}"))
    assert "act1" not in str(caught.value)


def test_mandatory_initiatives_that_exclude_each_other_are_named() -> None:
    case = with_items(random_case(2, 3), act0={"mandatory": True, "excludes": ("act1",)}, act1={"mandatory": True})
    with pytest.raises(InfeasibleError, match=r"act0, act1.*cannot hold together"):
        choose_portfolio(case, Limits())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_programme_agrees_with_looking_at_every_set(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    case = random_case(seed, 7)
    budget = _budget(case, 0.5)
    full = choose_portfolio(case, Limits(budget=budget))
    _only_the_programme(monkeypatch)
    found = choose_portfolio(case, Limits(budget=budget))
    assert found.certificate.method == "programme"
    assert len(found.sets) < len(full.sets)
    assert np.array_equal(found.chosen, full.chosen)
    assert found.npv == pytest.approx(full.npv, rel=SUMMED)
    best_listed = found.sets[found.allowed][int(np.argmax(found.value[found.allowed]))]
    assert np.array_equal(best_listed, found.chosen)


def test_the_programme_leaves_no_gap_where_values_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = random_plan(6, 4)
    fixes = tuple(
        replace(plan.fixes[0], initiative=f"act{n}", pain_point=pain, persona="")
        for n, pain in enumerate(("late", "lost", "rude", "dear"))
    )
    case = case_of(Plan(initiatives=plan.initiatives, fixes=fixes), shape="sites")
    _only_the_programme(monkeypatch)
    found = choose_portfolio(case, Limits())
    # What sites spend moves in a straight line with the share removed.
    assert found.certificate.gap == pytest.approx(0, abs=1e-4 * found.certificate.value)


def _only_the_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolios, "LIVE_SETS", 3)
    monkeypatch.setattr(choice, "LIVE_WAYS", 1)


def test_the_frontier_starts_with_nothing_and_never_falls() -> None:
    case = random_case(3, 5)
    budget = _budget(case, 0.4)
    points = frontier(case, choose_portfolio(case, Limits(budget=budget)), Limits(budget=budget))
    values = np.array([point.value for point in points])
    assert points[0].members == () and points[0].value == 0
    assert (np.diff(values) >= 0).all()
    assert values[-1] == pytest.approx(choose_portfolio(case, Limits()).npv.mean(), rel=SUMMED)
    assert budget in [point.budget for point in points]
    assert all(point.low <= point.value <= point.high for point in points)


def test_every_point_of_the_frontier_is_what_its_budget_would_choose() -> None:
    case = random_case(3, 5)
    points = frontier(case, choose_portfolio(case, Limits()), Limits(budget=_budget(case, 0.4)))
    for point in points:
        assert point.members == _members(choose_portfolio(case, Limits(budget=point.budget)))


def test_a_plan_of_no_initiatives_chooses_the_empty_set() -> None:
    case = case_of(Plan(initiatives=(), fixes=()))
    found = choose_portfolio(case, Limits(budget=100.0))
    assert found.chosen.shape == (0,)
    assert not found.npv.any()
