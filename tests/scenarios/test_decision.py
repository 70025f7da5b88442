"""The whole choice: verdicts, reasons, and what would have to be true for the other answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from impact.initiative import Fix, Plan, Removed
from scenarios.decide import decide
from scenarios.decision import Decision, decision_checks
from scenarios.explained import explain
from scenarios.limits import Limits
from scenarios.worth import Case
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
    assert explain(decision) is None


def test_without_a_margin_nothing_is_chosen_and_all_is_parked() -> None:
    decision = _decided(random_case(3, 3), per_margin=None)
    assert decision.portfolio is None
    assert decision.verdicts() == ("park",) * 3
    assert decision.frontier == ()
    _goes_on_as_it_is(decision)


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
