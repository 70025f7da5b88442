"""The plan as rows: what was read, and the same plan when it is read from them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl

from impact.case import Case, load_case
from impact.plan_columns import PLAN_TABLES
from impact.starter import write_starter
from impact.study import load_study
from tests.tiny_study import write_tiny_study


def _read_again(folder: Path, case: Case) -> Case:
    """The case of a study whose plan is what the rows say, through JSON and inline."""
    study = load_study(folder)
    rows = json.loads(json.dumps(case.tables, allow_nan=False))
    inline = study.plan.model_copy(update={"journey": None, **dict.fromkeys(PLAN_TABLES), **rows})
    return load_case(replace(study, plan=inline))


def test_a_plan_written_as_rows_reads_back_as_the_same_plan(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    (folder / "costs.csv").write_text("initiative,period,capex,opex\nfleet,2026Q4,300,10\nfleet,2027Q1,150,\n")
    case = load_case(load_study(folder))
    again = _read_again(folder, case)
    assert (again.plan, again.journey, again.tables) == (case.plan, case.journey, case.tables)


def test_the_starters_workbook_does_so_too_with_what_its_sheets_leave_blank(tmp_path: Path) -> None:
    write_starter(tmp_path / "study")
    book = openpyxl.load_workbook(tmp_path / "study" / "plan.xlsx")
    fixes = book["fixes"]
    heads = [cell.value for cell in fixes[1]]
    for column in ("low", "likely", "high"):
        fixes.cell(2, heads.index(column) + 1).value = None  # assumed, and written as blank again
    book.save(tmp_path / "study" / "plan.xlsx")
    case = load_case(load_study(tmp_path / "study"))
    assert case.plan.fixes[0].assumed
    assert "likely" not in case.tables["fixes"][0]
    again = _read_again(tmp_path / "study", case)
    assert (again.plan, again.journey) == (case.plan, case.journey)


def test_periods_are_labels_and_blank_cells_are_left_out(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    (folder / "costs.csv").write_text("initiative,period,capex,opex\nfleet,2026Q4,300,10\n")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text.replace("[plan]", '[plan]\ncosts = "costs.csv"'), encoding="utf-8")
    tables = load_case(load_study(folder)).tables
    assert tables["costs"] == ({"initiative": "fleet", "period": "2026Q4", "capex": 300.0, "opex": 10.0, "actual": 0},)
    assert all(value not in (None, "") for rows in tables.values() for row in rows for value in row.values())
    assert "evidence" not in tables
