"""The workbook as LibreOffice computes it: the same figures as delivered, and the right ones after an edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook import Workbook
from spreadsheet import column_values, edited, figure, recalculated, row_of

from reports.edition import CashModel, Edition
from reports.workbook.write import write_workbook

pytestmark = pytest.mark.verify

EXACT = 1e-9  # two programs add up the same terms in their own order
RATE, COST, BUDGET = 0.17, 31_500.0, 260_000.0


def _recalculated(edition: Edition, folder: Path, changes: dict[tuple[str, str], float | str]) -> Workbook:
    source = folder / "impact.xlsx"
    write_workbook(edition, source)
    if changes:
        source = edited(source, folder / "edited.xlsx", changes)
    return openpyxl.load_workbook(recalculated(source, folder), data_only=True)


def _npv(cash: CashModel, flags: np.ndarray) -> tuple[np.ndarray, float]:
    """NPV alone and of the flagged set together, from the definition on the cash model."""
    assert cash.sets is not None
    assert cash.set_benefit is not None
    steps = np.arange(1, len(cash.periods) + 1)
    factor = (1 + cash.discount_rate) ** (-(steps - 0.5) / cash.periods_a_year)
    benefit = cash.retention + cash.spend + cash.service_saving + cash.other_benefit
    cost = cash.overrun[:, None] * (cash.cost[:, None] * cash.cost_share + cash.capex_extra) + cash.opex
    row = int(np.flatnonzero((cash.sets == flags).all(axis=1))[0])
    return (benefit - cost) @ factor, float(cash.set_benefit[row] @ factor - flags @ cost @ factor)


def _faults(book: Workbook) -> list[str]:
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    return [f"{cell.parent.title}!{cell.coordinate}" for cell in cells if cell.data_type == "e"]


def _light(book: Workbook) -> object:
    return book["Checks"].cell(row_of(book["Checks"], "All checks"), 2).value


def test_recalculated_as_delivered_every_cell_keeps_its_value(edition: Edition, tmp_path: Path) -> None:
    book = _recalculated(edition, tmp_path, {})
    written = openpyxl.load_workbook(tmp_path / "impact.xlsx", data_only=True)
    assert _faults(book) == []
    for sheet in written:
        for row in sheet.iter_rows():
            for cell in row:
                value = book[sheet.title][cell.coordinate].value
                if isinstance(cell.value, int | float):
                    assert value == pytest.approx(cell.value, rel=EXACT, abs=EXACT), (sheet.title, cell.coordinate)
                else:
                    assert (value or None) == cell.value, (sheet.title, cell.coordinate)


def test_recalculated_npv_rank_and_total_are_those_of_the_tables(edition: Edition, tmp_path: Path) -> None:
    book = _recalculated(edition, tmp_path, {})
    table = edition.tables["initiatives"]
    assert edition.worth is not None
    np.testing.assert_allclose(column_values(book["Ranking"], "NPV", 5), table["npv"], rtol=EXACT)
    assert column_values(book["Ranking"], "rank", 5) == table["rank"].tolist()
    assert figure(book, "NPV together") == pytest.approx(edition.worth.mean, rel=EXACT)
    assert column_values(book["Portfolio"], "in the best set", 5) == edition.tables["portfolio"]["chosen"].tolist()
    assert _light(book) == "OK"


def test_an_edited_cost_include_flag_and_discount_rate_move_npv_rank_and_total(
    edition: Edition, tmp_path: Path
) -> None:
    changes: dict[tuple[str, str], float | str] = {
        ("i3", "one-off cost"): COST,
        ("i1", "include (0 or 1)"): 0,
        ("i3", "include (0 or 1)"): 1,
        ("Discount rate", "value"): RATE,
    }
    book = _recalculated(edition, tmp_path, changes)
    assert edition.cash is not None
    cost = edition.cash.cost.copy()
    cost[2] = COST
    alone, together = _npv(replace(edition.cash, cost=cost, discount_rate=RATE), np.array([0, 1, 1, 0, 0]))
    assert _faults(book) == []
    np.testing.assert_allclose(column_values(book["Ranking"], "NPV", 5), alone, rtol=EXACT)
    assert column_values(book["Ranking"], "rank", 5) == (np.argsort(np.argsort(-alone)) + 1).tolist()
    assert figure(book, "NPV together") == pytest.approx(together, rel=EXACT)
    status = {row[0].value: row[5].value for row in book["Checks"].iter_rows()}
    assert status["Portfolio NPV as delivered"] == "CHANGED"
    assert _light(book) == "OK"


def test_a_larger_budget_finds_the_best_set_that_it_buys(edition: Edition, tmp_path: Path) -> None:
    book = _recalculated(edition, tmp_path, {("Budget", "value"): BUDGET})
    assert edition.cash is not None
    assert edition.cash.sets is not None
    one_off = edition.cash.cost + edition.cash.capex_extra.sum(axis=1)
    worth = [_npv(edition.cash, flags)[1] if flags @ one_off <= BUDGET else -np.inf for flags in edition.cash.sets]
    assert figure(book, "Best NPV under the budget") == pytest.approx(max(worth), rel=EXACT)
    best = edition.cash.sets[int(np.argmax(worth))]
    assert column_values(book["Portfolio"], "in the best set", 5) == best.tolist()


def test_spending_above_the_budget_turns_the_light_to_fail(edition: Edition, tmp_path: Path) -> None:
    changes: dict[tuple[str, str], float | str] = {("i3", "include (0 or 1)"): 1}
    book = _recalculated(edition, tmp_path, changes)
    assert figure(book, "Within the budget") == "FAIL"
    assert _light(book) == "FAIL"


def test_no_limit_and_an_unknown_cost_leave_no_error_cell(edition: Edition, tmp_path: Path) -> None:
    assert edition.cash is not None
    cost = np.where(np.arange(5) == 4, np.nan, edition.cash.cost)
    book = _recalculated(replace(edition, cash=replace(edition.cash, cost=cost, budget=None)), tmp_path, {})
    assert _faults(book) == []
    assert column_values(book["Ranking"], "NPV", 5)[4] == "n/a"
    assert figure(book, "Budget left") == "n/a"


def test_above_ten_initiatives_a_changed_input_asks_for_a_new_run(
    make_edition: Callable[..., Edition], tmp_path: Path
) -> None:
    book = _recalculated(make_edition(12), tmp_path, {("i3", "one-off cost"): COST})
    assert _faults(book) == []
    assert figure(book, "NPV together") == "run again"
