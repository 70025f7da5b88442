"""A fixed budget gains within an amount; a flexible one reaches a target by spending least."""

from __future__ import annotations

import numpy as np
import pytest
from across_cases import home_of
from small_case import case_with_npv

from scenarios.aims import judge
from scenarios.budgets import FixedBudget, FlexibleBudget, budget_of
from scenarios.limits import Limits

FLAT = np.ones(50)


def test_a_target_makes_a_budget_flexible_and_nothing_else_does() -> None:
    assert Limits(budget=5.0).spending == FixedBudget(amount=5.0)
    assert Limits().spending == FixedBudget(amount=None)
    assert Limits(budget=5.0, target=3.0).spending == FlexibleBudget(target=3.0) == budget_of(5.0, 3.0)


def test_a_fixed_budget_regrets_what_is_gained_less() -> None:
    short = FixedBudget(amount=9.0).short_of_best(np.array([7.0, 10.0, -2.0]), np.array([1.0, 9.0, 0.0]))
    assert short.tolist() == [3.0, 0.0, 12.0]


def test_a_flexible_budget_regrets_what_falls_short_and_what_is_spent_beyond_need() -> None:
    short = FlexibleBudget(target=10.0).short_of_best(np.array([12.0, 10.0, 7.0, 30.0]), np.array([5.0, 4.0, 1.0, 9.0]))
    assert short.tolist() == [1.0, 0.0, 3.0, 5.0]


def test_where_nothing_reaches_the_target_the_nearest_is_not_regretted() -> None:
    short = FlexibleBudget(target=10.0).short_of_best(np.array([2.0, 6.0]), np.array([1.0, 50.0]))
    assert short.tolist() == [4.0, 0.0]


@pytest.mark.parametrize("budget", [FixedBudget(amount=1.0), FlexibleBudget(target=1.0)])
def test_among_no_choices_there_is_no_regret(budget: FixedBudget | FlexibleBudget) -> None:
    assert not len(budget.short_of_best(np.zeros(0), np.zeros(0)))


def test_the_same_sets_are_chosen_by_value_or_by_least_spending() -> None:
    case = case_with_npv(500 * FLAT, 300 * FLAT, 50 * FLAT)
    assert home_of(case, Limits(budget=2_000.0)).chosen.members == (0, 1)
    assert home_of(case, Limits(budget=3_000.0, target=400.0)).chosen.members == (0,)
    assert home_of(case, Limits(budget=3_000.0, target=800.0)).chosen.members == (0, 1)


def test_a_set_that_reaches_the_target_is_judged_by_what_it_costs() -> None:
    limits = Limits(target=100.0)
    assert judge(120 * FLAT, 30.0, limits) > judge(500 * FLAT, 31.0, limits) > judge(99 * FLAT, 1.0, limits)
