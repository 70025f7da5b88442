"""Delivery, lateness, ramp, decay and overruns: each draw is the arithmetic written out, on the joint draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import CostRow, Fix, Initiative
from scenarios.cashflow import Clock, Fate, schedule
from scenarios.effect import Offer, draw_fate, make_offers, moved
from scenarios.flows import cash_flow
from scenarios.worth import Case, at_starts, costs_by_period, npv_draws, other_benefit, set_value
from tests.scenarios.small_case import CLOCK, DRAWS, PAINS, PERIODS, PERSONAS, case_of, one_plan

# Two ways of summing a few thousand terms in double precision.
SUMMED = 1e-9
CENT = 0.005
MANY = 20_000
# Percentiles of draws taken one from each of 20,000 parts miss by a part at most.
ONE_PART = 1e-3
FIX = Fix(initiative="only", pain_point="late", low=0.2, likely=0.4, high=0.6)
DOUBTFUL = {
    "cost": 6_000.0,
    "cost_low": 5_000.0,
    "cost_high": 9_000.0,
    "run_cost": 100.0,
    "other_benefit": 60.0,
    "duration": 2,
    "ramp": 2.0,
    "delivery": 0.7,
    "delay_low": 0.0,
    "delay_high": 3.0,
    "decay": 0.3,
}


def _live(item: Initiative, late: float, delivered: float, period: int) -> float:
    """Share of the fix at work in a period of a quarterly plan that starts at once."""
    since = period - (item.duration - 1) - late
    ramp = min(max((since + 1) / (item.ramp + 1), 0.0), 1.0)
    worn = (1 - item.decay) ** (max(since, 0.0) / 4)
    return delivered * ramp * worn


def _runs(item: Initiative, late: float, delivered: float, period: int) -> float:
    """Share of a quarter in which it runs."""
    return delivered * min(max(period - (item.duration - 1) - late + 1, 0.0), 1.0)


def _doubtful(**changes: object) -> Case:
    return case_of(one_plan(FIX, **{**DOUBTFUL, **changes}))


def test_draws_of_lateness_have_the_stated_p10_and_p90_and_those_of_delivery_the_stated_share() -> None:
    item = Initiative(initiative="only", name="", cost=1.0, delivery=0.85, delay_low=1.0, delay_high=3.0)
    fate = draw_fate(item, MANY, 1)
    assert fate.late is not None and fate.delivered is not None
    assert np.percentile(fate.late, [10, 50, 90]) == pytest.approx([1.0, 2.0, 3.0], abs=ONE_PART)
    assert fate.delivered.mean() == pytest.approx(0.85, abs=1 / MANY)
    assert abs(np.corrcoef(fate.late, fate.delivered)[0, 1]) < 4 / MANY**0.5


def test_nothing_is_ever_early_and_what_is_certain_has_no_draws() -> None:
    early = draw_fate(Initiative(initiative="only", name="", cost=1.0, delay_low=0.0, delay_high=2.0), MANY, 1)
    assert early.late is not None and early.late.min() == 0 and early.delivered is None
    certain = draw_fate(Initiative(initiative="only", name="", cost=1.0), MANY, 1)
    assert certain == Fate()


def test_live_and_running_are_ramp_lateness_decay_and_delivery_written_out_draw_by_draw() -> None:
    (offer,) = _doubtful().offers
    late, delivered = offer.fate.late, offer.fate.delivered
    assert late is not None and delivered is not None and 0 < delivered.mean() < 1
    live = [[_live(offer.item, late[d], delivered[d], h) for h in range(PERIODS)] for d in range(DRAWS)]
    runs = [[_runs(offer.item, late[d], delivered[d], h) for h in range(PERIODS)] for d in range(DRAWS)]
    assert offer.schedule.live == pytest.approx(np.array(live), abs=SUMMED)
    assert offer.schedule.quarters == pytest.approx(np.array(runs), abs=SUMMED)


def test_what_is_not_delivered_is_paid_once_runs_never_and_brings_nothing() -> None:
    case = _doubtful()
    (offer,) = case.offers
    assert offer.fate.delivered is not None and offer.cost is not None
    failed = offer.fate.delivered == 0
    assert not set_value(case, [0]).gained()[failed].any()
    assert not other_benefit(offer)[failed].any()
    once = offer.cost[:, None] * offer.schedule.cost_share
    assert costs_by_period(offer)[failed] == pytest.approx(once[failed], rel=SUMMED)
    npv = npv_draws(case, [0], set_value(case, [0]))
    assert npv[failed] == pytest.approx(-(once @ case.base.discount)[failed], rel=SUMMED)


def test_cost_is_paid_as_planned_however_late_and_running_cost_from_actual_go_live() -> None:
    (offer,) = _doubtful(delivery=1.0).offers
    assert offer.cost is not None and offer.fate.late is not None
    for d in range(DRAWS):
        runs = np.array([_runs(offer.item, offer.fate.late[d], 1.0, h) for h in range(PERIODS)])
        paid = offer.cost[d] * np.array([0.5, 0.5, 0, 0, 0, 0])
        assert costs_by_period(offer)[d] == pytest.approx(paid + 100.0 * runs, rel=SUMMED)
        assert other_benefit(offer)[d] == pytest.approx(60.0 * runs, abs=SUMMED)


def test_a_fix_that_wears_off_keeps_the_stated_share_a_year_after_go_live() -> None:
    item = Initiative(initiative="only", name="", cost=1.0, decay=0.3)
    months = Clock(first=24312, periods=25, periods_a_year=12)
    years = Clock(first=2026, periods=3, periods_a_year=1)
    assert schedule(item, (), CLOCK).live[0, :5] == pytest.approx(0.7 ** (np.arange(5) / 4))
    assert schedule(replace(item, duration=1), (), months).live[0, 14] == pytest.approx(0.7)
    assert schedule(item, (), years).live[0, 1] == pytest.approx(0.7 * schedule(item, (), years).live[0, 0])


def test_a_certain_lateness_of_a_quarter_is_a_quarter_later_and_half_of_one_half_a_step() -> None:
    item = Initiative(initiative="only", name="", cost=1.0, ramp=1.0)
    on_time = schedule(item, (), CLOCK).live[0]
    late = schedule(item, (), CLOCK, fate=Fate(late=np.array([1.0, 0.5]))).live
    assert late[0, 1:] == pytest.approx(on_time[:-1]) and late[0, 0] == 0
    assert late[1] == pytest.approx([0.25, 0.75, 1, 1, 1, 1])


def test_an_offer_started_elsewhere_keeps_its_fate() -> None:
    (offer,) = _doubtful(duration=1).offers
    later = moved(offer, 2, CLOCK)
    assert later.schedule.live[:, 2:] == pytest.approx(offer.schedule.live[:, :-2])
    assert later.fate is offer.fate and later.cost is offer.cost
    assert at_starts(_doubtful(duration=1), np.array([2])).offers[0].schedule.start == 2


ROWS = (
    CostRow(initiative="only", period=8104, capex=2_000.0, opex=50.0),
    CostRow(initiative="only", period=8105, capex=1_000.0, opex=0.0),
    CostRow(initiative="only", period=8106, capex=0.0, opex=200.0),
    CostRow(initiative="only", period=8109, capex=0.0, opex=300.0),
)


def _of_rows(**changes: object) -> Offer:
    plan = one_plan(FIX, costs=ROWS, **{**DOUBTFUL, **changes})
    return make_offers(plan, PAINS, PERSONAS, CLOCK, DRAWS, 1)[0]


def test_rows_of_the_costs_table_overrun_as_the_cost_does_and_run_only_where_delivered() -> None:
    offer = _of_rows(cost=3_000.0, cost_low=2_500.0, cost_high=4_500.0, delay_low=None, delay_high=None)
    assert offer.cost is not None and offer.fate.delivered is not None
    for d in range(DRAWS):
        over, there = offer.cost[d] / 3_000.0, offer.fate.delivered[d]
        once = over * np.array([2_000.0, 1_000.0, 0, 0, 0, 0])
        running = np.array([50.0, 0.0, 200.0 * there, 0, 0, 300.0 * there])
        assert costs_by_period(offer)[d] == pytest.approx(once + running, rel=SUMMED)
    assert offer.plan_cost == 3_000.0


def test_running_cost_of_a_late_initiative_is_paid_from_when_it_runs() -> None:
    offer = _of_rows(delivery=1.0)
    assert offer.fate.late is not None
    for d in range(DRAWS):
        runs = [_runs(offer.item, offer.fate.late[d], 1.0, h) for h in (2, 5)]
        assert offer.schedule.opex[d, [0, 2, 5]] == pytest.approx([50.0, 200.0 * runs[0], 300.0 * runs[1]], abs=SUMMED)


def test_rows_move_with_the_start() -> None:
    later = moved(_of_rows(delivery=1.0, delay_low=None, delay_high=None), 2, CLOCK)
    assert later.schedule.capex.tolist() == [0, 0, 2_000.0, 1_000.0, 0, 0]
    assert later.schedule.opex[0].tolist() == [0, 0, 50.0, 0, 200.0, 0]


@pytest.mark.parametrize("fixes", [0, 1])
def test_cash_flows_discounted_sum_to_the_npv_to_the_cent(fixes: int) -> None:
    plan = one_plan(*([FIX] * fixes), costs=ROWS, **DOUBTFUL)
    for case in (_doubtful(), case_of(plan)):
        value = set_value(case, [0])
        flow = cash_flow(case, [0], value)
        npv = npv_draws(case, [0], value).mean()
        assert flow.net @ case.base.discount == pytest.approx(npv, abs=CENT)


def test_with_no_effect_and_every_doubt_the_npv_is_minus_the_cost_exactly() -> None:
    plan = one_plan(**{**DOUBTFUL, "other_benefit": 0.0})
    case = case_of(plan)
    npv = npv_draws(case, [0], set_value(case, [0]))
    assert np.array_equal(npv, -costs_by_period(case.offers[0]) @ case.base.discount)
