"""When an initiative is paid and live, on quarterly, monthly and yearly clocks."""

from __future__ import annotations

import numpy as np
import pytest

from impact.initiative import CostRow, Initiative
from scenarios.cashflow import Clock, schedule

QUARTERS = Clock(first=8104, periods=8, periods_a_year=4)
MONTHS = Clock(first=24312, periods=12, periods_a_year=12)
YEARS = Clock(first=2026, periods=3, periods_a_year=1)


def _item(**changes: object) -> Initiative:
    return Initiative(**{"initiative": "only", "name": "Only", "cost": 100.0, **changes})  # type: ignore[arg-type]


def test_an_initiative_without_dates_starts_at_once_and_is_live_in_the_period_it_is_paid() -> None:
    plan = schedule(_item(), (), QUARTERS)
    assert plan.start == 0
    assert plan.cost_share.tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert plan.live[0].tolist() == [1] * 8
    assert plan.quarters[0].tolist() == [1] * 8


def test_cost_is_spread_evenly_over_the_duration_and_the_fix_is_live_from_its_last_period() -> None:
    plan = schedule(_item(duration=4), (), QUARTERS)
    assert plan.cost_share.tolist() == [0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0]
    assert plan.live[0].tolist() == [0, 0, 0, 1, 1, 1, 1, 1]


def test_a_ramp_rises_in_equal_steps_to_all_of_the_fix() -> None:
    plan = schedule(_item(ramp=3), (), QUARTERS)
    assert plan.live[0].tolist() == [0.25, 0.5, 0.75, 1, 1, 1, 1, 1]


def test_the_start_moves_cost_and_fix_alike() -> None:
    at_once, later = schedule(_item(duration=2), (), QUARTERS), schedule(_item(duration=2, start=8106), (), QUARTERS)
    assert later.start == 2
    for name in ("cost_share", "live", "quarters"):
        moved = np.atleast_2d(getattr(later, name))[0]
        assert moved[:2].tolist() == [0, 0]
        assert moved[2:].tolist() == np.atleast_2d(getattr(at_once, name))[0, :-2].tolist()


def test_the_earliest_period_holds_where_no_start_is_given_and_the_start_where_both_are() -> None:
    assert schedule(_item(earliest=8107), (), QUARTERS).start == 3
    assert schedule(_item(earliest=8105, start=8107), (), QUARTERS).start == 3


def test_a_start_in_the_past_becomes_the_first_future_period() -> None:
    assert schedule(_item(start=8000), (), QUARTERS).start == 0


def test_a_start_after_the_horizon_costs_and_fixes_nothing() -> None:
    plan = schedule(_item(start=8120), (), QUARTERS)
    assert plan.cost_share.sum() == plan.live[0].sum() == plan.quarters[0].sum() == 0


def test_run_cost_is_paid_by_the_quarter_from_go_live() -> None:
    plan = schedule(_item(duration=3, run_cost=7.0), (), QUARTERS)
    assert plan.opex[0].tolist() == [0, 0, 7, 7, 7, 7, 7, 7]


def test_on_a_monthly_clock_a_quarter_is_three_months() -> None:
    plan = schedule(_item(duration=2, run_cost=9.0), (), MONTHS)
    assert plan.cost_share == pytest.approx([1 / 6] * 6 + [0] * 6)
    assert plan.live[0].tolist() == [0] * 5 + [1] * 7
    assert plan.opex[0] == pytest.approx([0] * 5 + [3.0] * 7)


def test_on_a_monthly_clock_a_ramp_of_one_quarter_takes_three_months_more() -> None:
    assert schedule(_item(duration=1, ramp=1), (), MONTHS).live[0, 2:7] == pytest.approx([0.25, 0.5, 0.75, 1, 1])


def test_on_a_yearly_clock_a_year_holds_four_quarters() -> None:
    plan = schedule(_item(duration=2, run_cost=10.0), (), YEARS)
    assert plan.cost_share.tolist() == [1, 0, 0]
    assert plan.live[0].tolist() == [0.75, 1, 1]
    assert plan.opex[0].tolist() == [30, 40, 40]


def test_on_a_yearly_clock_a_cost_of_six_quarters_falls_into_two_years() -> None:
    plan = schedule(_item(duration=6), (), YEARS)
    assert plan.cost_share == pytest.approx([4 / 6, 2 / 6, 0])
    assert plan.live[0].tolist() == [0, 0.75, 1]


@pytest.mark.parametrize("clock", [QUARTERS, MONTHS, YEARS], ids=["quarters", "months", "years"])
def test_a_cost_that_ends_within_the_horizon_is_paid_in_full(clock: Clock) -> None:
    assert schedule(_item(duration=3), (), clock).cost_share.sum() == pytest.approx(1)


def test_a_cost_that_goes_on_after_the_horizon_is_paid_in_part() -> None:
    assert schedule(_item(duration=16), (), QUARTERS).cost_share.sum() == pytest.approx(0.5)


def test_a_costs_table_replaces_spread_and_run_cost_and_leaves_the_fix_as_it_was() -> None:
    rows = (
        CostRow(initiative="only", period=8104, capex=30, opex=0),
        CostRow(initiative="only", period=8106, capex=50, opex=4),
        CostRow(initiative="only", period=8106, capex=5, opex=1),
        CostRow(initiative="other", period=8105, capex=999, opex=999),
    )
    plan = schedule(_item(duration=2, run_cost=7.0), rows, QUARTERS)
    assert plan.cost_share.sum() == 0
    assert plan.capex.tolist() == [30, 0, 55, 0, 0, 0, 0, 0]
    assert plan.opex[0].tolist() == [0, 0, 5, 0, 0, 0, 0, 0]
    assert np.array_equal(plan.live, schedule(_item(duration=2), (), QUARTERS).live)


def test_rows_of_a_costs_table_outside_the_horizon_are_left_out() -> None:
    rows = (
        CostRow(initiative="only", period=8100, capex=11, opex=0, actual=True),
        CostRow(initiative="only", period=8111, capex=30, opex=0),
        CostRow(initiative="only", period=8112, capex=99, opex=9),
    )
    plan = schedule(_item(), rows, QUARTERS)
    assert plan.capex.tolist() == [0, 0, 0, 0, 0, 0, 0, 30]
