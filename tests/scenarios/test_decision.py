"""The whole choice: verdicts, reasons, and what would have to be true for the other answer."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from impact.initiative import Fix, Plan, Removed
from scenarios.decide import decide
from scenarios.decision import Decision, decision_checks, marginal_values, reason
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import case_of, case_with_npv, one_plan, random_case, random_plan

SUMMED = 1e-9


def _decided(case: Case, budget: float | None = None, per_margin: float | None = 2.5) -> Decision:
    return decide(
        case,
        limits=Limits(budget=budget),
        periods_a_year=4,
        value_of_a_point=25_000.0,
        revenue_per_margin=per_margin,
        score_now=3.8,
    )


def _normal(mean: float, sd: float) -> np.ndarray:
    return np.asarray(mean + sd * norm.ppf((np.arange(1_000) + 0.5) / 1_000))


def test_verdicts_are_fund_for_the_sure_pilot_for_the_doubtful_and_park_for_the_rest() -> None:
    sure, doubtful, hopeless = _normal(500, 100), _normal(20, 2_000), _normal(-5_000, 100)
    assert _decided(case_with_npv(sure, doubtful, hopeless)).verdicts() == ("fund", "pilot", "park")


def test_a_chosen_initiative_below_sixteen_of_twenty_futures_is_not_funded() -> None:
    just, under = _normal(86, 100), _normal(82, 100)
    decision = _decided(case_with_npv(just, under))
    assert decision.portfolio is not None
    assert decision.portfolio.chosen.tolist() == [1, 1]
    assert decision.verdicts()[0] == "fund"
    assert decision.verdicts()[1] != "fund"


def _goes_on_as_it_is(decision: Decision) -> None:
    """Both scenarios are the base as it goes, because nothing could be chosen."""
    base, idle = decision.quarters
    assert (base.scenario, idle.scenario) == ("base", "base, nothing funded")
    for metric, draws in base.metrics.items():
        np.testing.assert_allclose(draws, idle.metrics[metric])


def test_without_a_cost_nothing_is_chosen_and_all_is_parked() -> None:
    plan = random_plan(3, 3)
    items = (plan.initiatives[0], replace(plan.initiatives[1], cost=None), plan.initiatives[2])
    decision = _decided(case_of(Plan(initiatives=items, fixes=plan.fixes), 3))
    assert decision.portfolio is None
    assert decision.verdicts() == ("park",) * 3
    assert decision.frontier == ()
    _goes_on_as_it_is(decision)
    assert reason(decision, 0) == ("no portfolio without costs and a margin", "")


def test_without_a_margin_nothing_is_chosen_and_all_is_parked() -> None:
    decision = _decided(random_case(3, 3), per_margin=None)
    assert decision.portfolio is None
    assert decision.verdicts() == ("park",) * 3
    assert decision.frontier == ()
    _goes_on_as_it_is(decision)


def test_a_marginal_value_is_what_one_adds_to_the_rest_of_the_chosen_set() -> None:
    case = random_case(4, 4)
    found = choose_portfolio(case, Limits())
    members = [int(i) for i in np.flatnonzero(found.chosen)]
    assert members
    for i, marginal in enumerate(marginal_values(case, found)):
        without = [j for j in members if j != i]
        with_it = sorted({*members, i})
        difference = [npv_draws(case, one, set_value(case, one)).mean() for one in (with_it, without)]
        assert marginal == pytest.approx(difference[0] - difference[1], rel=1e-6, abs=1e-6)
        assert (marginal >= 0) == (i in members)


def test_marginal_values_of_initiatives_that_share_a_pain_point_fall_short_of_their_own() -> None:
    fix = Fix(initiative="only", pain_point="dear", low=0.4, likely=0.6, high=0.8)
    case = case_of(one_plan(fix, cost=10.0))
    twin = replace(case.offers[0], item=replace(case.offers[0].item, initiative="twin"))
    decision = _decided(replace(case, offers=(case.offers[0], twin)))
    assert decision.portfolio is not None
    assert decision.portfolio.chosen.tolist() == [1, 1]
    assert (decision.marginal < decision.ranking.npv.mean(axis=1)).all()


def test_what_the_budget_keeps_out_says_how_much_more_it_would_take() -> None:
    case = random_case(3, 5)
    free = _decided(case)
    assert free.portfolio is not None
    budget = 0.5 * float(case_cost(case, free.portfolio.chosen))
    decision = _decided(case, budget)
    assert decision.portfolio is not None
    kept_out = [i for i in range(5) if not decision.portfolio.chosen[i] and decision.marginal[i] > 0]
    assert kept_out
    spent = case_cost(case, decision.portfolio.chosen)
    for i in kept_out:
        why, needed = reason(decision, i)
        assert why == "the budget is used better"
        assert f"{spent + case.offers[i].plan_cost - budget:,.0f} larger" in needed


def case_cost(case: Case, chosen: np.ndarray) -> float:
    """One-off cost of a set, as the plan states it."""
    return float(sum(offer.plan_cost for offer, on in zip(case.offers, chosen, strict=True) if on))


def test_at_its_turning_cost_an_initiative_adds_nothing() -> None:
    fix = Fix(initiative="only", pain_point="dear", low=0.4, likely=0.6, high=0.8)
    case = case_of(one_plan(fix, cost=50_000.0))
    decision = _decided(case)
    why, needed = reason(decision, 0)
    assert "does not cover its cost" in why
    found = re.search(r"at most ([\d,]+) \(now 50,000\)", needed)
    assert found is not None
    most = float(found.group(1).replace(",", ""))
    assert most == pytest.approx(decision.ranking.max_cost[0], abs=1)
    below, above = (_decided(case_of(one_plan(fix, cost=cost))) for cost in (most - 1, most + 1))
    assert below.portfolio is not None and above.portfolio is not None
    assert (below.portfolio.chosen[0], above.portfolio.chosen[0]) == (1, 0)


def test_what_is_chosen_says_from_what_cost_it_falls_out() -> None:
    fix = Fix(initiative="only", pain_point="dear", low=0.4, likely=0.6, high=0.8)
    decision = _decided(case_of(one_plan(fix, cost=50.0)))
    why, needed = reason(decision, 0)
    assert why == "adds to the chosen set's net value"
    assert re.search(r"falls out at a cost (of )?above [\d,]+ \(now 50\)", needed)


def test_the_search_is_a_pass_where_every_set_was_valued_and_tells_its_gap_where_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def status(decision: Decision) -> dict[str, str]:
        return {check.code: check.status for check in decision_checks(decision)}

    assert status(_decided(random_case(3, 4)))["C420"] == "pass"
    monkeypatch.setattr("scenarios.portfolio.LIVE_SETS", 3)
    monkeypatch.setattr("scenarios.choice.LIVE_WAYS", 1)
    programmed = status(_decided(random_case(3, 4)))
    assert "C420" not in programmed
    assert "C600" in programmed
    assert "C420" not in status(_decided(random_case(3, 4), per_margin=None))


def test_a_fix_said_to_remove_nearly_all_is_a_review_that_names_it() -> None:
    bold = case_of(one_plan(Fix(initiative="only", pain_point="late", low=0.7, likely=0.85, high=0.95)))
    modest = case_of(one_plan(Fix(initiative="only", pain_point="late", low=0.2, likely=0.4, high=0.6)))
    seen = (Removed(share=0.85, se=0.05, pilot=True),)
    tried = Fix(initiative="only", pain_point="late", low=0.7, likely=0.85, high=0.95, measured=seen)
    cases = (bold, modest, case_of(one_plan(tried)))
    checks = [{check.code: check for check in decision_checks(_decided(case))}["C421"] for case in cases]
    assert (checks[0].status, checks[0].found) == ("review", "only")
    assert [check.status for check in checks[1:]] == ["pass", "pass"]


def test_a_plan_of_no_initiatives_is_decided_as_nothing() -> None:
    decision = _decided(case_of(Plan(initiatives=(), fixes=())))
    assert decision.verdicts() == ()
    assert decision.portfolio is not None
    assert not decision.portfolio.npv.any()
