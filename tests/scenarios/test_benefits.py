"""The benefits register: what was approved, paid and measured, and no more to book than the lower end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from impact.initiative import CostRow, Initiative, Plan
from impact.record import Record, read_records
from reports.tables_benefits import benefits_table
from scenarios.benefits import Measured, approved_benefit, benefits
from tests.impact.forecast_values import DISCOUNT, draft
from tests.impact.test_record import put

PLAN = Plan(
    initiatives=(
        Initiative(initiative="fleet", name="More vans", cost=50.0, owner="Ann", budget_line="6100", status="live"),
        Initiative(initiative="spares", name="Spare parts", cost=30.0),
    ),
    fixes=(),
)


@pytest.fixture
def records(tmp_path: Path) -> tuple[Record, ...]:
    """Two forecasts on record: the first chose the fleet, the second, with the fleet live, the spares."""
    put(tmp_path, draft("aaa"))
    put(tmp_path, draft("bbb", "2026Q4", chosen=("spares",)), "2027-01-05T00:00:00+00:00")
    return read_records(tmp_path)


def test_what_was_approved_is_the_discounted_mean_of_the_last_forecast_that_chose_it(
    records: tuple[Record, ...],
) -> None:
    fleet, spares = benefits(PLAN, records, {})
    assert fleet.approved_benefit == pytest.approx(100 * sum(DISCOUNT))
    assert (fleet.approved_cost, spares.approved_cost) == (50.0, 50.0)
    assert spares.approved_benefit == approved_benefit(records[1], "spares")
    assert approved_benefit(records[1], "fleet") is None


def test_nothing_approved_paid_or_measured_is_blank() -> None:
    for line in benefits(PLAN, (), {}):
        assert (line.approved_cost, line.actual_cost, line.approved_benefit) == (None, None, None)
        assert (line.measured_benefit, line.bookable) == (None, None)


def test_of_two_records_of_one_period_only_the_later_approved_is_read(tmp_path: Path) -> None:
    put(tmp_path, draft("aaa"))
    put(tmp_path, draft("bbb", chosen=("spares",)), "2026-12-05T00:00:00+00:00")
    fleet, spares = benefits(PLAN, read_records(tmp_path), {})
    assert (fleet.approved_benefit, spares.approved_cost) == (None, 50.0)


@pytest.mark.parametrize(("low", "bookable"), [(40.0, 40.0), (0.0, 0.0), (-15.0, 0.0)])
def test_no_more_is_bookable_than_the_lower_end_of_the_measured_range(low: float, bookable: float) -> None:
    line = benefits(PLAN, (), {"fleet": Measured(mean=90.0, low=low, high=140.0)})[0]
    assert (line.measured_benefit, line.bookable) == (90.0, bookable)


def test_the_cost_paid_is_the_plans_own_figure_or_its_actual_rows() -> None:
    rows = (
        CostRow(initiative="spares", period=8106, capex=20.0, opex=3.0, actual=True),
        CostRow(initiative="spares", period=8107, capex=15.0, opex=0.0, actual=True),
        CostRow(initiative="spares", period=8108, capex=99.0, opex=0.0),
        CostRow(initiative="fleet", period=8106, capex=7.0, opex=0.0, actual=True),
    )
    paid = replace(PLAN.initiatives[0], actual_cost=61.0)
    fleet, spares = benefits(replace(PLAN, initiatives=(paid, PLAN.initiatives[1]), costs=rows), (), {})
    assert (fleet.actual_cost, spares.actual_cost) == (61.0, 35.0)


def test_the_table_has_the_contracts_columns_with_owner_and_budget_line(records: tuple[Record, ...]) -> None:
    table = benefits_table(PLAN, records, {"fleet": Measured(mean=90.0, low=40.0, high=140.0)})
    assert list(table.columns) == [
        *("initiative", "name", "owner", "status", "approved_cost", "actual_cost", "approved_benefit"),
        *("measured_benefit", "bookable", "budget_line"),
    ]
    first = json.loads(table.to_json(orient="records"))[0]
    assert first | {"approved_benefit": 0} == {
        **{"initiative": "fleet", "name": "More vans", "owner": "Ann", "status": "live", "approved_cost": 50.0},
        **{"actual_cost": None, "approved_benefit": 0, "measured_benefit": 90.0, "bookable": 40.0},
        "budget_line": "6100",
    }
