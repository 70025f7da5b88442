"""Pilots and surveys as rows of the choice: what they cost, what they bring, what they stand in place of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import CostRow, Pilot
from models.value import look_at_today
from scenarios.effect import moved
from scenarios.information import actions_of
from scenarios.learning import Lesson, later_offer, npv_alone, pilot_lesson, shift_of, survey_lesson, with_lessons
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.verdicts import find_lessons
from scenarios.worth import Case, costs_by_period, npv_draws, set_value
from tests.scenarios.learning_case import DRAWS, learning, wide_case
from tests.scenarios.small_case import CLOCK, PERIODS

CENT = 0.01
ENOUGH = 2_600.0
PILOT = Pilot(pilot="try", kind="pilot", target="act0", cost=50.0, n=ENOUGH, duration=1)
TELLING = replace(PILOT, n=None)
SURVEY = Pilot(pilot="ask", kind="survey", target="early", cost=10.0, n=2_000.0)


def _lesson(case: Case, pilot: Pilot = PILOT) -> Lesson:
    found = pilot_lesson(case, pilot, learning(pilot))
    assert found is not None
    return found


def _asked(case: Case, survey: Pilot = SURVEY) -> Lesson:
    portfolio = choose_portfolio(case, Limits())
    alone = np.array([npv_alone(case, offer) for offer in case.offers])
    return survey_lesson(case, survey, learning(survey), actions_of(case, portfolio, alone))


@pytest.mark.parametrize("cost", [2_000.0, 8_000.0])
def test_the_worth_of_a_row_is_what_its_lesson_adds_up_to(cost: float) -> None:
    case = wide_case(cost)
    lesson = _lesson(case)
    assert lesson.offer is not None
    now = max(npv_alone(case, case.offers[0]).mean(), 0.0)
    assert npv_alone(case, lesson.offer).mean() == pytest.approx(now + lesson.net, abs=CENT)


def test_in_draws_without_a_go_only_the_pilot_is_paid() -> None:
    case = wide_case(8_000.0)
    offer = _lesson(case, TELLING).offer
    assert offer is not None and offer.cost is not None
    stopped = offer.cost == 0
    assert 0 < stopped.mean() < 1
    paid = 50.0 * case.base.discount[0]
    assert npv_alone(case, offer)[stopped] == pytest.approx(np.full(stopped.sum(), -paid))
    later = later_offer(case.offers[0], 1, CLOCK)
    assert later is not None
    assert npv_alone(case, offer)[~stopped] == pytest.approx(npv_alone(case, later)[~stopped] - paid)


def test_all_of_the_cost_is_planned_for_whatever_the_result() -> None:
    case = wide_case(8_000.0)
    offer = _lesson(case).offer
    assert offer is not None and offer.cost is not None
    assert offer.plan_cost == pytest.approx(8_050.0)
    assert offer.cost.mean() < 8_000


def test_a_table_of_costs_is_paid_only_where_it_goes_on() -> None:
    case = wide_case(0.0)
    row = CostRow(initiative="act0", period=CLOCK.first, capex=8_000.0, opex=30.0)
    first = replace(case.offers[0], rows=(row,))
    case = replace(case, offers=(moved(moved(first, 1, CLOCK), 0, CLOCK),))
    offer = _lesson(case, TELLING).offer
    assert offer is not None and offer.cost is not None
    spent, gone = costs_by_period(offer), offer.cost > 0
    assert 0 < gone.mean() < 1
    assert spent[gone].sum(axis=1) == pytest.approx(np.full(gone.sum(), 8_080.0))
    assert spent[~gone].sum(axis=1) == pytest.approx(np.full((~gone).sum(), 50.0))
    assert offer.plan_cost == pytest.approx(8_050.0)


def test_the_wait_costs_what_starting_later_loses() -> None:
    case = wide_case(2_000.0)
    later = later_offer(case.offers[0], 1, CLOCK)
    assert later is not None
    lost = npv_alone(case, case.offers[0]).mean() - npv_alone(case, later).mean()
    assert _lesson(case).delay == pytest.approx(lost) and lost > 0
    assert _lesson(wide_case(9_500.0)).delay == 0


def test_a_result_that_comes_too_late_is_worth_nothing_and_is_no_row() -> None:
    case = wide_case(2_000.0)
    lesson = _lesson(case, replace(PILOT, duration=PERIODS))
    assert (lesson.evsi, lesson.in_time, lesson.offer) == (0, 0, None)
    assert with_lessons(case, (lesson,)).offers == case.offers


def test_a_pilot_starts_now_or_never_and_its_initiative_after_it() -> None:
    case = wide_case(8_000.0)
    offer = _lesson(case, replace(PILOT, duration=2)).offer
    assert offer is not None
    assert moved(offer, 3, CLOCK) is offer
    assert offer.schedule.start == 0
    assert offer.schedule.opex[0, :3].tolist() == [25, 25, 0]
    assert np.flatnonzero(offer.schedule.cost_share).tolist() == [2]


def test_a_wait_takes_whole_periods_of_the_ledger() -> None:
    yearly, monthly = replace(CLOCK, periods_a_year=1), replace(CLOCK, periods_a_year=12)
    assert [shift_of(q, yearly) for q in (1, 4, 5)] == [1, 1, 2]
    assert [shift_of(q, monthly) for q in (1, 2)] == [3, 6]


def test_a_pilot_stands_in_place_of_its_initiative_and_of_other_pilots_of_it() -> None:
    case = wide_case(8_000.0, 3_000.0)
    other = replace(case.offers[1], item=replace(case.offers[1].item, excludes=("act0",)))
    case = replace(case, offers=(case.offers[0], other))
    again = replace(PILOT, pilot="again")
    whole = with_lessons(case, (_lesson(case), _lesson(case, again)))
    assert whole.offers[2].item.excludes == ("act0", "act1", "again")
    assert whole.offers[3].item.excludes == ("act0", "act1", "try")
    assert [offer.kind for offer in whole.offers] == ["initiative", "initiative", "pilot", "pilot"]


def test_a_pilot_worth_its_cost_is_chosen_in_place_of_a_doubtful_initiative() -> None:
    case = wide_case(8_000.0)
    lesson = _lesson(case, TELLING)
    assert lesson.net > 0
    found = choose_portfolio(with_lessons(case, (lesson,)), Limits())
    assert found.chosen.tolist() == [0, 1]
    assert found.npv.mean() == pytest.approx(lesson.net)


def test_a_useless_pilot_is_never_chosen() -> None:
    case = wide_case(8_000.0)
    lesson = _lesson(case, replace(PILOT, n=2.0))
    assert lesson.net == pytest.approx(-50.0 * case.base.discount[0])
    assert choose_portfolio(with_lessons(case, (lesson,)), Limits()).chosen.tolist() == [0, 0]


def test_the_budget_holds_back_all_of_the_cost_and_the_pilot() -> None:
    case = wide_case(8_000.0)
    whole = with_lessons(case, (_lesson(case, TELLING),))
    assert choose_portfolio(whole, Limits(budget=8_049.0)).chosen.tolist() == [0, 0]
    assert choose_portfolio(whole, Limits(budget=8_051.0)).chosen.tolist() == [0, 1]


def test_no_pilot_is_valued_of_what_is_not_open_or_has_no_price() -> None:
    case = wide_case(8_000.0)
    assert pilot_lesson(case, replace(PILOT, target="gone"), learning()) is None
    free = replace(case, offers=(replace(case.offers[0], cost=None),))
    assert pilot_lesson(free, PILOT, learning()) is None


def test_no_more_customers_take_part_than_there_are() -> None:
    case = wide_case(8_000.0)
    customers = sum(p.customers.sum() for p in case.base.personas)
    all_of_them, more = (_lesson(case, replace(PILOT, n=n)) for n in (customers, 10 * customers))
    assert more.se == all_of_them.se and more.evsi == all_of_them.evsi


def test_a_row_of_answers_brings_what_its_lesson_leaves() -> None:
    case = wide_case(8_000.0, 6_000.0)
    lesson = _asked(case)
    assert lesson.offer is not None
    assert npv_alone(case, lesson.offer) == pytest.approx(np.full(DRAWS, lesson.net))
    assert lesson.waits == ("act0", "act1")


def test_answers_on_what_is_independent_of_money_are_worth_nothing() -> None:
    case = wide_case(8_000.0, 6_000.0)
    assert _asked(case).evsi == pytest.approx(0, abs=5)


def test_answers_are_worth_more_the_more_they_are_where_scores_tell_of_money() -> None:
    case = wide_case(8_000.0, 6_000.0)
    posterior = case.posterior
    told = replace(case, posterior=replace(posterior, score=-posterior.leaving))
    few, some, many = (_asked(told, replace(SURVEY, n=n)).evsi for n in (1.0, 300.0, 1e6))
    assert few < some < many


def test_one_survey_at_most_is_counted_and_no_pilot_of_what_waits_for_it() -> None:
    case = wide_case(8_000.0, 6_000.0, 5_000.0)
    free = replace(PILOT, pilot="free", target="act2")
    lessons = (_lesson(case), _lesson(case, free), _asked(case), _asked(case, replace(SURVEY, pilot="ask2")))
    whole = with_lessons(case, lessons)
    assert [offer.item.excludes for offer in whole.offers[5:]] == [("ask2", "try"), ("ask", "try")]


def test_a_set_with_a_survey_is_worth_what_both_are() -> None:
    case = wide_case(8_000.0, 3_000.0)
    lesson = _asked(case)
    whole = with_lessons(case, (lesson,))
    both = npv_draws(whole, [1, 2], set_value(whole, [1, 2]))
    assert both.mean() == pytest.approx(npv_alone(case, case.offers[1]).mean() + lesson.net)


def test_a_survey_that_leaves_no_money_for_what_it_informs_is_worth_nothing() -> None:
    case = wide_case(8_000.0, 8_000.0)
    turned = replace(case.posterior, score=-case.posterior.leaving)
    case = replace(case, posterior=turned, today=look_at_today(case.base, turned))
    survey = Pilot(pilot="ask", kind="survey", target="early", cost=50.0, n=1e9)
    for budget, worth in ((8_000.0, False), (8_050.0, True)):
        (lesson,) = find_lessons(case, Limits(budget=budget), learning(survey))
        assert (lesson.evsi > 0) == worth


def test_a_survey_before_what_cannot_wait_comes_too_late() -> None:
    case = wide_case(8_000.0, 8_000.0)
    offers = tuple(
        replace(offer, item=replace(offer.item, mandatory=place == 0, duration=PERIODS))
        for place, offer in enumerate(case.offers)
    )
    (lesson,) = find_lessons(
        replace(case, offers=offers),
        Limits(),
        learning(Pilot(pilot="ask", kind="survey", target="early", cost=50.0, n=1e9)),
    )
    assert (lesson.in_time, lesson.offer) == (0.0, None)
