"""What is live or done: in the baseline as far as it works today, and valued for what is still to come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import CostRow, Fix, Initiative, Plan
from models.value import Course, look_at_today, value_draws
from scenarios.effect import Ongoing, make_offers, make_ongoing
from scenarios.limits import Limits
from scenarios.ongoing import find_to_come, left_for_new, ongoing_checks
from scenarios.portfolio import choose_portfolio
from scenarios.quarters import plan_quarters
from scenarios.scenario import World
from scenarios.worth import Case, costs_by_period, joint_value, npv_draws, set_value
from tests.scenarios.small_case import CLOCK, DRAWS, PAINS, PERIODS, PERSONAS, small_base, small_posterior

# Two ways of summing a few thousand terms in double precision.
SUMMED = 1e-9
AS_OF = CLOCK.first - 1
NEW = Initiative(initiative="new", name="New", cost=1_000.0, cost_low=900.0, cost_high=1_200.0, run_cost=20.0)
FIXES = tuple(
    Fix(initiative=who, pain_point=pain, low=0.2, likely=0.4, high=0.6)
    for who, pain in (("new", "late"), ("begun", "late"), ("begun", "dear"))
)


def _begun(**changes: object) -> Initiative:
    plain = {"initiative": "begun", "name": "Begun", "cost": 8_000.0, "status": "live", "actual_start": AS_OF}
    return Initiative(**{**plain, **changes})  # type: ignore[arg-type]


def _case(begun: Initiative, costs: tuple[CostRow, ...] = ()) -> Case:
    plan = Plan(initiatives=(NEW, begun), fixes=FIXES, costs=costs)
    base, posterior = small_base(1), small_posterior(1)
    return Case(
        base=base,
        posterior=posterior,
        today=look_at_today(base, posterior),
        offers=make_offers(plan, PAINS, PERSONAS, CLOCK, DRAWS, 1),
        clock=CLOCK,
        ongoing=make_ongoing(plan, PAINS, PERSONAS, CLOCK, DRAWS, 1),
    )


def _only(case: Case) -> Ongoing:
    (one,) = case.ongoing
    return one


def test_a_live_initiative_is_as_far_as_its_ramp_has_come_since_its_actual_start() -> None:
    one = _only(_case(_begun(ramp=3.0, actual_start=AS_OF - 1, start=AS_OF - 9)))
    assert one.live_now.tolist() == [0.5]
    assert one.offer.schedule.live[0].tolist() == [0.75, 1, 1, 1, 1, 1]


def test_what_is_fully_at_work_and_does_not_wear_off_has_nothing_to_come() -> None:
    case = _case(_begun(actual_start=AS_OF - 3))
    (to_come,) = find_to_come(case)
    assert to_come.live_now == 1.0
    assert not to_come.value.any()
    assert not joint_value(case, ()).gained().any()


def test_only_the_ramp_still_to_come_is_valued_draw_by_draw() -> None:
    case = _case(_begun(ramp=3.0, actual_start=AS_OF - 1))
    one = _only(case)
    effect = one.offer.effectiveness
    left = [(1 - live * effect) / (1 - 0.5 * effect) for live in (0.75, 1.0)]
    course = Course(levels=np.stack([1 - share for share in left], axis=1), at=np.array([0, 1, 1, 1, 1, 1]))
    expected = value_draws(case.base, case.today, course).discounted(case.base.discount)
    assert find_to_come(case)[0].value == pytest.approx(expected, rel=SUMMED)


def test_what_is_done_and_wears_off_is_worth_less_than_nothing_from_today() -> None:
    case = _case(_begun(status="done", actual_start=AS_OF - 4, decay=0.4))
    harm = replace(
        case.posterior, leaving=np.abs(case.posterior.leaving) + 0.01, spend=-np.abs(case.posterior.spend) - 0.001
    )
    case = replace(case, posterior=harm, today=look_at_today(case.base, harm))
    assert _only(case).live_now == pytest.approx([0.6])
    assert (find_to_come(case)[0].value < 0).all()


def test_a_new_initiative_adds_to_what_is_ongoing_by_independent_action_draw_by_draw() -> None:
    case = _case(_begun(ramp=2.0))
    one, new = _only(case), case.offers[0]
    now, live = float(one.live_now[0]), one.offer.schedule.live[0]
    begun = [(1 - live[h] * one.offer.effectiveness) / (1 - now * one.offer.effectiveness) for h in range(PERIODS)]
    both = [share * (1 - new.schedule.live[0, h] * new.effectiveness) for h, share in enumerate(begun)]
    values = [
        value_draws(
            case.base, case.today, Course(levels=np.stack([1 - one for one in left], axis=1), at=np.arange(PERIODS))
        )
        for left in (both, begun)
    ]
    expected = values[0].gained() - values[1].gained()
    assert set_value(case, [0]).gained() == pytest.approx(expected, rel=SUMMED, abs=1e-8)


def test_a_twin_of_what_removes_everything_still_to_come_adds_nothing() -> None:
    whole = tuple(replace(fix, low=1.0, likely=1.0, high=1.0) for fix in FIXES[:2])
    plan = Plan(initiatives=(NEW, _begun(actual_start=CLOCK.first)), fixes=whole)
    ongoing = make_ongoing(plan, PAINS, PERSONAS, CLOCK, DRAWS, 1)
    case = replace(_case(_begun()), offers=make_offers(plan, PAINS, PERSONAS, CLOCK, DRAWS, 1), ongoing=ongoing)
    assert ongoing[0].live_now.tolist() == [0.0]
    assert set_value(case, [0]).gained() == pytest.approx(np.zeros((DRAWS, PERIODS)), abs=1e-6)


def test_what_removes_everything_today_and_goes_on_changes_nothing() -> None:
    whole = tuple(replace(fix, low=1.0, likely=1.0, high=1.0) for fix in FIXES)
    plan = Plan(initiatives=(_begun(actual_start=AS_OF - 3),), fixes=whole)
    case = replace(_case(_begun()), ongoing=make_ongoing(plan, PAINS, PERSONAS, CLOCK, DRAWS, 1))
    assert not find_to_come(case)[0].value.any()


def test_sunk_cost_is_out_and_what_is_still_to_be_built_is_to_come() -> None:
    half = find_to_come(_case(_begun(duration=4, actual_start=AS_OF - 1, run_cost=10.0)))[0]
    assert half.one_off == pytest.approx(8_000 * 2 / 4)
    assert half.live_now == 0.0
    assert half.running == pytest.approx(10.0 * (PERIODS - 1))
    done = find_to_come(_case(_begun(duration=4, actual_start=AS_OF - 1, status="done")))[0]
    assert done.one_off == 0.0


def test_rows_of_the_costs_table_still_to_come_are_what_is_committed() -> None:
    rows = tuple(
        CostRow(initiative="begun", period=AS_OF + h, capex=100.0 * (h + 2), opex=0.0, actual=h <= 0)
        for h in (-1, 0, 1, 2)
    )
    assert find_to_come(_case(_begun(actual_cost=900.0), rows))[0].one_off == pytest.approx(300 + 400)


def test_no_new_initiative_is_charged_for_what_is_ongoing() -> None:
    with_it, without = _case(_begun(duration=6)), replace(_case(_begun()), ongoing=())
    value = set_value(with_it, [0])
    spent = value.discounted(with_it.base.discount) - npv_draws(with_it, [0], value)
    assert spent == pytest.approx(costs_by_period(without.offers[0]) @ without.base.discount, rel=SUMMED)


def test_what_is_not_at_work_yet_may_still_fail_and_what_works_has_been_delivered() -> None:
    building = _only(_case(_begun(duration=3, delivery=0.5, delay_low=0.0, delay_high=2.0)))
    assert building.offer.fate.delivered is not None and building.offer.fate.late is not None
    working = _only(_case(_begun(delivery=0.5, delay_low=0.0, delay_high=2.0)))
    assert working.offer.fate.delivered is None and working.offer.fate.late is None


def test_teams_that_still_build_what_is_live_are_not_free_for_others() -> None:
    case = _case(_begun(duration=3, capacity={"it": 2.0}))
    limits = Limits(capacity={"it": np.array([3.0, 1.0, 3.0, 3.0, 3.0, 3.0]), "shop": np.ones(6)})
    left = left_for_new(limits, case.ongoing)
    assert left.capacity["it"].tolist() == [1.0, 0.0, 3.0, 3.0, 3.0, 3.0]
    assert left.capacity["shop"].tolist() == [1.0] * 6
    plan = Plan(initiatives=(NEW, _begun()), fixes=FIXES)
    short = ongoing_checks(plan, case, limits, "EUR")[0]
    assert (short.code, short.status) == ("C642", "review") and "it short" in short.found


def test_committed_spending_stands_beside_the_budget_and_is_said() -> None:
    case = _case(_begun(duration=4, actual_start=AS_OF - 1))
    plan = Plan(initiatives=(NEW, _begun()), fixes=FIXES)
    said = ongoing_checks(plan, case, Limits(budget=1_000.0), "EUR")[0]
    assert said.status == "review" and said.found.startswith("4,000 EUR")
    assert choose_portfolio(case, Limits(budget=1_000.0)).cost.max() <= 1_000.0
    assert ongoing_checks(plan, case, Limits(), "EUR")[0].status == "pass"


def test_what_is_live_since_nobody_knows_when_is_named_and_taken_as_it_is() -> None:
    begun = _begun(actual_start=None)
    case = _case(begun)
    assert case.ongoing == ()
    (said,) = ongoing_checks(Plan(initiatives=(NEW, begun), fixes=FIXES), case, Limits(), "EUR")
    assert (said.code, said.status, said.found) == ("C644", "review", "begun")


def test_a_plan_with_nothing_begun_has_nothing_to_say() -> None:
    case = replace(_case(_begun()), ongoing=())
    assert ongoing_checks(Plan(initiatives=(NEW,), fixes=FIXES[:1]), case, Limits(budget=1.0), "EUR") == ()


def test_what_is_ongoing_goes_on_in_both_scenarios_and_their_difference_is_the_npv() -> None:
    case = _case(_begun(ramp=3.0, duration=2, run_cost=30.0))
    world = World(name="base", case=case, limits=Limits(), revenue_per_margin=2.0)
    funded, idle = (plan_quarters(world, members, {"overall": 3.5}) for members in ([0], []))
    difference = (funded.metrics["cash"] - idle.metrics["cash"]) @ case.base.discount
    assert difference == pytest.approx(npv_draws(case, [0], set_value(case, [0])), rel=SUMMED, abs=1e-6)
    alone = joint_value(case, ()).gained() - costs_by_period(_only(case).offer)
    nothing = plan_quarters(replace(world, case=replace(case, ongoing=())), [], {"overall": 3.5})
    assert idle.metrics["cash"] - nothing.metrics["cash"] == pytest.approx(alone, rel=SUMMED, abs=1e-6)
