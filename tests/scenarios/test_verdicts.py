"""Fund, pilot or park, and what is said of pilots and surveys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Pilot
from scenarios.decide import decide
from scenarios.decision import Decision, decision_checks
from scenarios.learning import Learning, customers_of, npv_alone, pilot_lesson
from scenarios.limits import Limits
from scenarios.pilots import conjugate_worth
from scenarios.verdicts import ASSUMED_COST, assumed_lesson, reason_to_learn, within_reach
from scenarios.worth import Case
from tests.scenarios.learning_case import learning, wide_case
from tests.scenarios.small_case import PERIODS

TELLING = Pilot(pilot="try", kind="pilot", target="act0", cost=50.0)
SURVEY = Pilot(pilot="ask", kind="survey", target="early", cost=10.0, n=2_000.0)
CENT = 0.01


def _decided(case: Case, learnt: Learning | None = None, budget: float | None = None) -> Decision:
    return decide(
        case,
        limits=Limits(budget=budget),
        periods_a_year=4,
        value_of_a_point=25_000.0,
        revenue_per_margin=2.5,
        score_now=3.8,
        learning=learnt,
    )


def _reason(decision: Decision, i: int) -> tuple[str, str]:
    assert decision.portfolio is not None
    found = reason_to_learn(decision.case, decision.portfolio.chosen, decision.information, i)
    assert found is not None
    return found


def _check(decision: Decision, code: str) -> tuple[str, str] | None:
    return next(((one.status, one.found) for one in decision_checks(decision) if one.code == code), None)


def test_a_chosen_pilot_makes_the_verdict_and_comes_in_place_of_its_initiative() -> None:
    decision = _decided(wide_case(8_000.0), learning(TELLING))
    assert decision.portfolio is not None and decision.portfolio.chosen.tolist() == [0, 1]
    assert decision.verdicts() == ("pilot", "")
    assert _reason(decision, 0)[0] == "try comes first: it is done if the result says so"
    assert _reason(decision, 1)[0] == "to know first is worth more than it costs"
    assert _check(decision, "C620") == ("pass", "all are")


def test_a_pilot_that_is_worth_less_than_it_costs_is_said_so() -> None:
    decision = _decided(wide_case(8_000.0), learning(replace(TELLING, n=2.0)))
    assert decision.verdicts() == ("park", "")
    assert _check(decision, "C620") == ("review", "try")
    why, needs = _reason(decision, 1)
    assert why.startswith("what it would tell is worth 0, it costs")
    assert needs == "it tells more, or the wait costs less"


def test_a_dear_pilot_says_at_what_cost_it_would_be_chosen() -> None:
    decision = _decided(wide_case(8_000.0), learning(replace(TELLING, cost=900.0)))
    assert decision.information is not None
    (lesson,) = decision.information.lessons
    assert _reason(decision, 1)[1] == f"it costs at most {lesson.evsi:,.0f} today"


def test_what_the_set_is_worth_includes_its_pilot() -> None:
    case = wide_case(8_000.0, 2_000.0)
    plain, learnt = _decided(case), _decided(case, learning(TELLING))
    assert plain.portfolio is not None and learnt.portfolio is not None and learnt.information is not None
    (lesson,) = learnt.information.lessons
    assert learnt.portfolio.npv.mean() > plain.portfolio.npv.mean()
    assert learnt.portfolio.npv.mean() - plain.portfolio.npv.mean() < lesson.net + CENT
    assert learnt.quarters[0].metrics["cash"].shape[1] == PERIODS


def test_ranks_are_among_initiatives_and_no_pilot_changes_them() -> None:
    case = wide_case(8_000.0, 2_000.0)
    plain, learnt = _decided(case), _decided(case, learning(TELLING, SURVEY))
    for name in ("rank", "rank_low", "rank_high", "p_top3", "regret", "evpi"):
        assert getattr(learnt.ranking, name)[:2] == pytest.approx(getattr(plain.ranking, name))
    assert set(learnt.ranking.rank[2:]) == {3, 4}


def test_what_everything_is_worth_is_told_of_initiatives_alone() -> None:
    case = wide_case(8_000.0, 2_000.0)
    plain, learnt = _decided(case), _decided(case, learning(TELLING, SURVEY))
    assert plain.information is not None and learnt.information is not None
    assert learnt.information.everything == pytest.approx(plain.information.everything)
    assert learnt.information.pain_points == pytest.approx(plain.information.pain_points)


def test_a_pilot_not_in_the_plan_is_taken_at_a_tenth_and_a_quarter_with_todays_doubt() -> None:
    case = wide_case(6_000.0)
    decision = _decided(case)
    assert decision.information is not None
    (lesson,) = decision.information.assumed
    then = npv_alone(case, replace(case, offers=case.offers).offers[0])
    assert lesson.cost == pytest.approx(ASSUMED_COST * 6_000 * case.base.discount[0])
    assert 0 < lesson.evsi < conjugate_worth(0.0, float(then.std()), 0.0)
    assert lesson.offer is None and decision.information.net_of("act0") == lesson.net


def test_assumed_pilots_and_pilots_of_no_size_are_owned_up_to() -> None:
    case = wide_case(8_000.0)
    assert _check(_decided(case, learning(TELLING)), "C422") == ("review", "act0 (no number of customers)")
    sized = _decided(case, learning(replace(TELLING, n=2_000.0)))
    assert _check(sized, "C422") is None


def test_more_customers_than_there_are_and_results_too_late_are_reviews() -> None:
    case = wide_case(8_000.0)
    assert _check(_decided(case, learning(replace(TELLING, n=1e9))), "C622") == ("review", "try")
    late = _decided(case, learning(replace(TELLING, duration=PERIODS)))
    assert _check(late, "C621") == ("review", "try")
    assert len(late.case.offers) == 1


def test_without_a_margin_nothing_is_learnt() -> None:
    decision = decide(
        wide_case(8_000.0),
        limits=Limits(),
        periods_a_year=4,
        value_of_a_point=0.0,
        revenue_per_margin=None,
        score_now=3.8,
        learning=learning(TELLING),
    )
    assert decision.information is None and decision.verdicts() == ("park",)


def test_the_budget_is_kept_with_the_pilot_and_all_that_may_follow() -> None:
    case = wide_case(8_000.0, 2_000.0)
    for budget in (2_000.0, 8_040.0, 10_040.0, 10_060.0):
        decision = _decided(case, learning(TELLING), budget)
        assert decision.portfolio is not None
        spent = sum(o.plan_cost for o, on in zip(decision.case.offers, decision.portfolio.chosen, strict=True) if on)
        assert spent <= budget
    assert np.array_equal(decision.portfolio.chosen, [0, 1, 1])


def test_no_result_is_worth_more_than_to_know_everything_before_the_choice_that_money_leaves() -> None:
    case = wide_case(8_000.0)
    poor = _decided(case, learning(), budget=500.0)
    assert poor.information is not None and poor.information.everything == 0
    assert [one.evsi for one in poor.information.assumed] == [0.0]
    assert poor.verdicts() == ("park",)


def test_an_assumed_pilot_tells_no_more_than_one_of_every_customer() -> None:
    case = wide_case(8_000.0)
    told = learning()
    free = replace(assumed_lesson(case, 0, npv_alone(case, case.offers[0])), cost=0.0, delay=0.0)
    found = within_reach(case, free, told)
    everybody = pilot_lesson(case, replace(found.pilot, n=customers_of(case)), told)
    assert everybody is not None and found.evsi <= everybody.evsi + CENT
