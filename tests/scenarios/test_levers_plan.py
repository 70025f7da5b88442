"""The levers on the plan: what fixes remove, what they cost, when they come, and what limits them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import CostRow, Fix, Initiative, Plan
from models.value import discount_factors
from scenarios.cashflow import Clock
from scenarios.effect import make_ongoing
from scenarios.levers_plan import limits_in
from scenarios.limits import Limits, YearLimit
from scenarios.worth import at_starts, costs_by_period, other_benefit, set_value
from tests.scenarios.small_case import CLOCK, DRAWS, PAINS, PERIODS, PERSONAS, RATE, case_of, one_plan
from tests.scenarios.worlds_example import CLOSE, base_world, change, moved_world

FIX = Fix(initiative="only", pain_point="late", low=0.2, likely=0.4, high=0.6)
BASE = base_world()


def test_a_weaker_effect_is_that_much_less_removed_and_costs_the_same() -> None:
    case = moved_world(BASE, change("effectiveness", 0.8)).case
    weaker = replace(
        BASE.case,
        offers=tuple(replace(one, effectiveness=0.8 * one.effectiveness) for one in BASE.case.offers),
    )
    np.testing.assert_allclose(set_value(case, [0, 1]).gained(), set_value(weaker, [0, 1]).gained(), rtol=1e-9)
    for one, now in zip(case.offers, BASE.case.offers, strict=True):
        assert (costs_by_period(one) == costs_by_period(now)).all()


def test_a_stronger_effect_removes_at_most_everything() -> None:
    base = base_world(case_of(one_plan(replace(FIX, low=0.6, likely=0.7, high=0.8))))
    everywhere = moved_world(base, change("effectiveness", 10)).case
    one_persona = moved_world(base, change("effectiveness", 10, persona="home")).case
    whole = replace(base.case.offers[0], effectiveness=np.ceil(base.case.offers[0].effectiveness))
    np.testing.assert_allclose(
        set_value(everywhere, [0]).gained(), set_value(replace(base.case, offers=(whole,)), [0]).gained(), rtol=1e-9
    )
    assert one_persona.offers[0].effectiveness.max() == 1


def test_an_effect_on_one_persona_leaves_the_other_as_it_was() -> None:
    base = base_world(case_of(one_plan(FIX)))
    offer = moved_world(base, change("effectiveness", 0.5, persona="home")).case.offers[0]
    assert (offer.effectiveness[0] == base.case.offers[0].effectiveness[0]).all()
    assert (offer.effectiveness[1] == 0.5 * base.case.offers[0].effectiveness[0]).all()
    assert offer.schedule is base.case.offers[0].schedule


def test_a_tenth_more_cost_is_a_tenth_more_of_every_payment_and_changes_no_customer() -> None:
    rows = (CostRow(initiative="only", period=CLOCK.first + 1, capex=500, opex=20),)
    for base in (BASE, base_world(case_of(one_plan(FIX, costs=rows, run_cost=10)))):
        case = moved_world(base, change("cost", 1.1)).case
        for i, offer in enumerate(case.offers):
            np.testing.assert_allclose(costs_by_period(offer), 1.1 * costs_by_period(base.case.offers[i]), rtol=CLOSE)
            assert (set_value(case, [i]).gained() == set_value(base.case, [i]).gained()).all()
            assert (other_benefit(offer) == other_benefit(base.case.offers[i])).all()
        assert case.base.personas is base.case.base.personas


def test_cost_rises_in_the_periods_it_names() -> None:
    base = base_world(case_of(one_plan(FIX, duration=4)))
    case = moved_world(base, change("cost", 0.5, how="add", first=CLOCK.first + 2, last=CLOCK.first + 2)).case
    np.testing.assert_allclose(costs_by_period(case.offers[0])[0], [2_500, 2_500, 3_750, 2_500, 0, 0], rtol=CLOSE)


def test_two_quarters_late_shifts_what_is_live_and_nothing_that_is_paid_once() -> None:
    base = base_world(case_of(one_plan(FIX, ramp=2.0, run_cost=30)))
    now, late = base.case.offers[0].schedule, moved_world(base, change("delay", 2, how="add")).case.offers[0].schedule
    assert (late.live[:, 2:] == now.live[:, :-2]).all()
    assert not late.live[:, :2].any()
    assert (late.opex[:, 2:] == now.opex[:, :-2]).all()
    assert (late.cost_share == now.cost_share).all()


def test_a_delay_comes_on_top_of_the_plans_own_and_set_takes_its_place() -> None:
    base = base_world(case_of(one_plan(FIX, delay_low=0.5, delay_high=3.0)))
    own = base.case.offers[0].fate.late
    added, told = (moved_world(base, change("delay", 2, how=how)).case.offers[0].fate.late for how in ("add", "set"))
    assert own is not None
    assert (added == own + 2).all()
    assert (told == 2).all()


def test_an_offer_keeps_the_start_it_was_given() -> None:
    starts = np.array([2, 1, 0, 3])
    base = base_world(at_starts(BASE.case, starts))
    case = moved_world(base, change("cost", 2), change("delay", 1, how="add")).case
    assert [offer.schedule.start for offer in case.offers] == starts.tolist()
    np.testing.assert_allclose(case.offers[0].schedule.cost_share, 2 * base.case.offers[0].schedule.cost_share)


def _begun(status: str, start: int) -> Plan:
    item = Initiative(
        initiative="only", name="Only", cost=400, run_cost=5, duration=2, ramp=3.0, status=status, actual_start=start
    )  # type: ignore[arg-type]
    return Plan(initiatives=(item,), fixes=(FIX,))


@pytest.mark.parametrize(("start", "touched"), [(-4, ""), (-1, "touched")])
def test_what_is_at_work_today_goes_on_as_it_does_and_what_is_not_is_late_and_weaker(start: int, touched: str) -> None:
    ongoing = make_ongoing(_begun("live", CLOCK.first + start), PAINS, PERSONAS, CLOCK, DRAWS, 1)
    base = base_world(replace(case_of(one_plan(FIX)), ongoing=ongoing))
    world = moved_world(base, change("delay", 1, how="add"), change("effectiveness", 0.5), change("cost", 3))
    now, then = ongoing[0].offer.schedule, world.case.ongoing[0].offer.schedule
    expected = np.concatenate([[0], 0.5 * now.live[0, :-1]]) if touched else now.live[0]
    np.testing.assert_allclose(then.live[0], expected)
    np.testing.assert_allclose(then.cost_share, 3 * now.cost_share)
    if not touched:
        np.testing.assert_allclose(then.opex, 3 * now.opex)


def test_what_is_done_has_nothing_left_to_pay_once_in_any_world() -> None:
    ongoing = make_ongoing(_begun("done", CLOCK.first - 1), PAINS, PERSONAS, CLOCK, DRAWS, 1)
    base = base_world(replace(case_of(one_plan(FIX)), ongoing=ongoing))
    plan = moved_world(base, change("cost", 3)).case.ongoing[0].offer.schedule
    assert plan.cost_share.sum() == plan.building.sum() == 0


def test_a_budget_is_multiplied_added_to_and_set_in_all_or_by_year() -> None:
    base = base_world(limits=Limits(budget=1_000.0))
    for how, value, expected in (("multiply", 0.5, 500), ("add", 200, 1_200), ("set", 50, 50), ("add", -2_000, 0)):
        assert moved_world(base, change("budget", value, how=how)).limits.budget == expected
    first = np.arange(PERIODS) < 2
    years = (
        YearLimit(label="2026", periods=first, capex=100.0, opex=10.0),
        YearLimit(label="2027", periods=~first, capex=300.0, opex=None),
    )
    base = base_world(limits=Limits(years=years))
    found = moved_world(base, change("budget", 2, first=CLOCK.first + 2)).limits.years
    assert [(year.capex, year.opex) for year in found] == [(100, 10), (600, None)]
    found = moved_world(base, change("budget", 50, how="add")).limits.years
    assert [(year.capex, year.opex) for year in found] == [(150, 10), (350, None)]


def test_a_teams_capacity_moves_with_what_is_ongoing_taken_off_after() -> None:
    team = {"engineering": np.array([4.0, 4, 4, 4, 4, 4]), "design": np.ones(6)}
    base = base_world(limits=Limits(capacity=team))
    found = moved_world(base, change("capacity:engineering", 0.5, first=CLOCK.first + 1, last=CLOCK.first + 2)).limits
    assert found.capacity["engineering"].tolist() == [4, 2, 2, 4, 4, 4]
    assert found.capacity["design"] is team["design"]
    item = Initiative(
        initiative="only", name="Only", cost=1, duration=2, capacity={"engineering": 3.0}, status="live",
        actual_start=CLOCK.first - 1,
    )  # fmt: skip
    ongoing = make_ongoing(Plan(initiatives=(item,), fixes=()), PAINS, PERSONAS, CLOCK, DRAWS, 1)
    left = Limits(capacity={"engineering": np.array([1.0, 4, 4, 4, 4, 4])})  # of 4, three are still building
    found = limits_in(left, [change("capacity:engineering", 1.5)], CLOCK, ongoing)
    assert found.capacity["engineering"].tolist() == [3, 6, 6, 6, 6, 6]


@pytest.mark.parametrize(
    ("a_year", "periods", "expected"), [(12, 6, [4, 8]), (1, 2, [4, 4, 4, 4, 8, 8, 8, 8]), (4, 2, [4, 8])]
)
def test_capacity_is_by_quarter_whatever_the_ledgers_step(a_year: int, periods: int, expected: list[float]) -> None:
    clock = Clock(first=100, periods=periods, periods_a_year=a_year)
    limits = Limits(capacity={"team": np.full(clock.quarters, 4.0)})
    found = limits_in(limits, [change("capacity:team", 2, first=100 + periods // 2)], clock, ())
    assert found.capacity["team"].tolist() == expected


def test_a_discount_rate_is_that_of_every_period_it_holds_in() -> None:
    whole = moved_world(BASE, change("discount_rate", 0.02, how="add")).case.base.discount
    np.testing.assert_allclose(whole, discount_factors(RATE + 0.02, PERIODS, 4), rtol=CLOSE)
    late = moved_world(BASE, change("discount_rate", 0.2, how="set", first=CLOCK.first + 2)).case.base.discount
    np.testing.assert_allclose(late[:2], discount_factors(RATE, PERIODS, 4)[:2], rtol=CLOSE)
    np.testing.assert_allclose(late[2], 1.1**-0.5 * 1.2**-0.125, rtol=CLOSE)
    np.testing.assert_allclose(late[3], 1.1**-0.5 * 1.2**-0.375, rtol=CLOSE)
