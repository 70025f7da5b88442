"""What the scenarios say of a choice, beside the decision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from across_cases import FACTS, SCENARIOS, dearer
from small_case import DRAWS, case_of, case_with_npv, random_plan

from impact.codes import CODES
from scenarios.across import Across, look_across
from scenarios.decide import decide
from scenarios.decision import Decision
from scenarios.limits import Limits
from scenarios.scenario import Scenario
from scenarios.worth import Case

FLAT = np.ones(DRAWS)
STILL = (Scenario(name="as now", changes=()),)


def decided(case: Case, limits: Limits) -> Decision:
    return decide(
        case, limits=limits, periods_a_year=4, value_of_a_point=25_000.0, revenue_per_margin=2.5, score_now=3.8
    )


@pytest.fixture(scope="module")
def small() -> Decision:
    plan = random_plan(2, 3)
    return decided(case_of(plan, 2), Limits(budget=0.7 * sum(item.cost or 0.0 for item in plan.initiatives)))


@pytest.fixture(scope="module")
def across(small: Decision) -> Across:
    found = look_across(small, SCENARIOS, FACTS)
    assert found is not None
    return found


def status(found: Across) -> dict[str, str]:
    return {check.code: check.status for check in found.checks()}


def test_the_base_of_the_scenarios_is_the_decision(small: Decision, across: Across) -> None:
    assert across.regrets is not None and small.portfolio is not None
    assert across.regrets.worlds == ("base", *(one.name for one in SCENARIOS))
    assert across.regrets.stays[across.regrets.base][0].npv == pytest.approx(small.portfolio.npv)
    assert across.regrets.regret[across.regrets.base, 0] == 0


def test_bars_of_both_kinds_stand_widest_first(across: Across) -> None:
    assert {bar.kind for bar in across.bars} == {"uncertain", "lever"}
    widths = [bar.width for bar in across.bars]
    assert widths == sorted(widths, reverse=True)


def test_without_scenarios_nothing_is_regretted_and_the_rest_is_told(small: Decision) -> None:
    found = look_across(small, (), FACTS)
    assert found is not None
    assert found.regrets is None
    assert {bar.kind for bar in found.bars} == {"uncertain"}
    assert len(found.break_even) == 7
    assert set(status(found)) == {"C683"}


def test_without_a_portfolio_there_is_nothing_to_say(small: Decision) -> None:
    assert look_across(replace(small, portfolio=None), SCENARIOS, FACTS) is None


def test_a_scenario_that_changes_nothing_passes_every_check_of_regret(small: Decision) -> None:
    found = look_across(small, STILL, FACTS)
    assert found is not None
    told = status(found)
    assert (told["C680"], told["C681"], told["C682"]) == ("pass", "pass", "pass")


def test_a_choice_that_a_scenario_rules_out_is_to_be_reviewed() -> None:
    decision = decided(case_with_npv(900 * FLAT, 400 * FLAT), Limits(budget=2_000.0))
    found = look_across(decision, (), FACTS)
    assert found is not None
    poor = Scenario(name="poor", changes=tuple(c for c in SCENARIOS[0].changes if c.lever == "budget"))
    found = look_across(decision, (poor,), FACTS)
    assert found is not None and found.regrets is not None
    told = status(found)
    assert (told["C680"], told["C681"], told["C682"]) == ("review", "review", "review")
    assert found.named(found.regrets.candidates[found.regrets.least]) == "act0"


def test_where_a_tenth_of_the_cost_breaks_the_budget_the_choice_is_near_its_turn() -> None:
    plan = dearer(random_plan(2, 2), 0.05)
    case = case_of(plan, 2)
    budget = 1.05 * sum(item.cost or 0.0 for item in plan.initiatives)
    free = look_across(decided(case, Limits()), (), FACTS)
    tight = look_across(decided(case, Limits(budget=budget)), (), FACTS)
    assert free is not None and tight is not None
    assert (status(free)["C683"], status(tight)["C683"]) == ("pass", "review")


def test_every_check_has_a_page(across: Across) -> None:
    assert {check.code for check in across.checks()} == {"C680", "C681", "C682", "C683"} <= set(CODES)
