"""What workbooks do to tables: merged headings, date serials, lost zeros, several sheets."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from impact.errors import Finding, InputError
from impact.intake import take_in
from impact.periods import parse_period
from tests.exports import write_export_study

DATA = 'responses = "book.xlsx"\nledger = "ledger.csv"\n'
HEADER = ["customer_id", "responded_at", "stage", "score"]


def book(tmp_path: Path, fill: Callable[[Worksheet], None], *sheets: str) -> Path:
    folder = write_export_study(tmp_path, DATA)
    workbook = openpyxl.Workbook()
    fill(workbook.active)
    for name in sheets:
        fill(workbook.create_sheet(name))
    workbook.save(folder / "book.xlsx")
    return folder


def refused(folder: Path, *overrides: str) -> Finding:
    with pytest.raises(InputError) as caught:
        take_in(folder, overrides)
    (found,) = caught.value.findings
    return found


def answers(*rows: list[object], header: list[str] | None = None) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for row in [header or HEADER, *rows]:
            sheet.append(row)

    return fill


def test_a_number_shown_with_zeros_in_front_is_the_id_that_is_shown(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        answers([1, "2026-02-03", "buy", 4], ["0002", "2026-02-03", "buy", 4])(sheet)
        sheet["A2"].number_format = "0000"

    source = take_in(book(tmp_path, fill)).source
    assert source.responses is not None
    assert sorted(source.responses.customer_id.execute()) == ["0001", "0002"]


def test_ids_that_lost_their_zeros_are_said_beside_those_of_the_ledger(tmp_path: Path) -> None:
    found = refused(book(tmp_path, answers([1, "2026-02-03", "buy", 4], [2, "2026-02-03", "buy", 4])))
    assert (found.code, "'1', '2'" in found.found, "leading zeros" in found.remedy) == ("D320", True, True)


def test_cells_that_are_dates_read_as_dates(tmp_path: Path) -> None:
    days = [datetime.date(2026, 2, 3), datetime.datetime(2026, 5, 3, 10, 30)]
    source = take_in(book(tmp_path, answers(*(["0001", day, "buy", 4] for day in days)))).source
    assert source.responses is not None
    assert sorted(source.responses.t.execute()) == [parse_period(text, "quarter") for text in ("2026Q1", "2026Q2")]


def test_a_date_left_as_its_serial_number_is_named_as_such(tmp_path: Path) -> None:
    found = refused(book(tmp_path, answers(["0001", 46056, "buy", 4], ["0002", 46056.5, "buy", 4])))
    assert (found.code, "number behind a date" in found.found, found.found.startswith("2 rows")) == ("D304", True, True)


def test_a_merged_heading_is_refused_rather_than_its_columns_lost(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        answers(["0001", "2026-02-03", "buy", 4, "x", "y"], header=[*HEADER, "channel", ""])(sheet)
        sheet.merge_cells("E1:F1")

    found = refused(book(tmp_path, fill))
    assert (found.code, "column 6 below a blank heading" in found.found) == ("D301", True)


def test_a_title_above_the_headings_is_refused(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Answers of the year"])
        answers(["0001", "2026-02-03", "buy", 4])(sheet)
        sheet.merge_cells("A1:D1")

    assert refused(book(tmp_path, fill)).code == "D301"


def test_several_sheets_with_rows_are_not_guessed_among(tmp_path: Path) -> None:
    folder = book(tmp_path, answers(["0001", "2026-02-03", "buy", 4]), "Second")
    found = refused(folder)
    assert (found.code, found.allowed) == ("D301", "Sheet, Second")
    assert take_in(folder, ["data.responses=book.xlsx#Second"]).source.responses is not None


def test_empty_sheets_beside_the_table_do_no_harm(tmp_path: Path) -> None:
    folder = book(tmp_path, answers(["0001", "2026-02-03", "buy", 4]))
    workbook = openpyxl.load_workbook(folder / "book.xlsx")
    workbook.create_sheet("Sheet2", 0)
    workbook.save(folder / "book.xlsx")
    assert take_in(folder).source.responses is not None
