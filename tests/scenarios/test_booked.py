"""Planned and actual rows of the costs table beside the last period with data."""

from __future__ import annotations

from impact.initiative import CostRow
from scenarios.booked import row_checks, rows_to_come
from tests.scenarios.small_case import one_plan

AS_OF = 8103


def _row(period: int, capex: float, *, actual: bool = False, initiative: str = "only") -> CostRow:
    return CostRow(initiative=initiative, period=period, capex=capex, opex=0.0, actual=actual)


def test_what_lies_up_to_the_last_period_with_data_is_no_longer_to_come() -> None:
    rows = (_row(8102, 1.0), _row(8103, 2.0, actual=True), _row(8104, 3.0), _row(8105, 4.0))
    assert [row.capex for row in rows_to_come(rows, AS_OF + 1)] == [3.0, 4.0]


def test_an_actual_row_in_the_future_counts_as_planned_and_never_beside_a_planned_one() -> None:
    rows = (_row(8104, 3.0), _row(8104, 5.0, actual=True), _row(8105, 7.0, actual=True))
    assert [row.capex for row in rows_to_come(rows, AS_OF + 1)] == [3.0, 7.0]
    others = (_row(8104, 3.0), _row(8104, 5.0, actual=True, initiative="other"))
    assert [row.capex for row in rows_to_come(others, AS_OF + 1)] == [3.0, 5.0]


def test_a_planned_row_of_the_past_is_named_unless_an_actual_row_stands_beside_it() -> None:
    paid = (_row(8102, 1.0), _row(8102, 1.2, actual=True))
    assert row_checks(one_plan(costs=paid), AS_OF, "quarter")[0].status == "pass"
    late = row_checks(one_plan(costs=(*paid, _row(8103, 2.0))), AS_OF, "quarter")[0]
    assert (late.code, late.status, late.found) == ("C641", "review", "planned in the past: only 2025Q4")


def test_an_actual_row_of_the_future_is_named() -> None:
    found = row_checks(one_plan(costs=(_row(8104, 3.0, actual=True),)), AS_OF, "quarter")[0]
    assert found.status == "review" and found.found == "actual in the future: only 2026Q1"


def test_a_plan_without_a_costs_table_has_nothing_to_say() -> None:
    assert row_checks(one_plan(), AS_OF, "quarter") == ()
