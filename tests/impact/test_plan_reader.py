"""Plan tables from csv, parquet, xlsx and the study file: places, limits, refusals."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from impact.formats.plan import inline_table, plan_sheets, read_plan_table
from impact.formats.sheets import MOST_ENTRIES, SheetRefusedError, Uncomputed


def workbook(path: Path, sheet: str, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def test_a_csv_cell_is_placed_by_file_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "fixes.csv"
    path.write_text("initiative;pain_point;low\nfleet;slow;0.2\n\nfleet;late;0.3\n", encoding="utf-8-sig")
    table = read_plan_table(path, "", "initiative")
    assert table.columns == ("initiative", "pain_point", "low")
    assert [row.place("low") for row in table.rows] == ["fixes.csv row 2, low", "fixes.csv row 4, low"]


def test_a_sheet_cell_is_placed_by_its_address(tmp_path: Path) -> None:
    rows: list[list[object]] = [["What we could do"], ["Initiative", "Name", "Run cost"], ["fleet", "More vans", 7]]
    table = read_plan_table(workbook(tmp_path / "plan.xlsx", "initiatives", rows), "initiatives", "initiative")
    assert table.columns == ("initiative", "name", "run_cost")
    assert table.rows[0].place("run_cost") == "plan.xlsx initiatives!C3"
    assert table.rows[0].values["run_cost"] == 7


def test_a_parquet_table_reads_like_a_csv(tmp_path: Path) -> None:
    pd.DataFrame({"stage": ["buy"], "name": ["Buying"], "order": [float("nan")]}).to_parquet(tmp_path / "s.parquet")
    table = read_plan_table(tmp_path / "s.parquet", "", "stage")
    assert dict(table.rows[0].values) == {"stage": "buy", "name": "Buying", "order": None}


def test_inline_rows_keep_their_number() -> None:
    table = inline_table("stages", [{"stage": "buy"}, {"stage": "use", "name": "Using"}])
    assert table.columns == ("stage", "name")
    assert table.rows[1].place("name") == "study.toml: [[plan.stages]] row 2, name"


def test_sheets_are_known_by_the_tables_name_however_written(tmp_path: Path) -> None:
    path = workbook(tmp_path / "plan.xlsx", "Pain points", [["pain_point"]])
    assert plan_sheets(path) == {"pain_points": "Pain points"}


def test_a_formula_without_a_stored_result_is_not_taken_for_blank(tmp_path: Path) -> None:
    path = workbook(tmp_path / "plan.xlsx", "initiatives", [["initiative", "cost"], ["fleet", "=2*250"]])
    table = read_plan_table(path, "initiatives", "initiative")
    assert table.rows[0].values["cost"] == Uncomputed("=2*250")


def test_a_workbook_with_macros_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "plan.xlsx", "stages", [["stage"]])
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/vbaProject.bin", b"code")
    with pytest.raises(SheetRefusedError, match="macros"):
        read_plan_table(path, "stages", "stage")


def test_a_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    with pytest.raises(SheetRefusedError, match="password"):
        read_plan_table(path, "stages", "stage")


def test_a_workbook_that_swells_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "plan.xlsx", "stages", [["stage"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/media/zeros", bytes(30_000_000))
    with pytest.raises(SheetRefusedError, match="unpacks to more"):
        read_plan_table(path, "stages", "stage")


def test_a_workbook_of_too_many_parts_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "plan.xlsx", "stages", [["stage"]])
    with zipfile.ZipFile(path, "a") as book:
        for number in range(MOST_ENTRIES):
            book.writestr(f"xl/media/{number}", b"")
    with pytest.raises(SheetRefusedError, match="unpacks to more"):
        read_plan_table(path, "stages", "stage")


def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "b">]><workbook/>')
    with pytest.raises(SheetRefusedError, match="entities"):
        read_plan_table(path, "stages", "stage")


@pytest.mark.parametrize("name", ["plan.xlsm", "plan.xls", "plan.ods", "plan.xlsx", "plan.parquet"])
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(SheetRefusedError, match=name):
        read_plan_table(tmp_path / name, "stages", "stage")


def test_a_csv_of_another_encoding_and_a_doubled_column_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "stages.csv"
    path.write_bytes("stage,name\nbuy,Käufe\n".encode("latin-1"))
    with pytest.raises(SheetRefusedError, match="UTF-8"):
        read_plan_table(path, "", "stage")
    path.write_text("stage,name,Name\n", encoding="utf-8")
    with pytest.raises(SheetRefusedError, match="twice"):
        read_plan_table(path, "", "stage")


def test_a_missing_sheet_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "plan.xlsx", "stages", [["stage"]])
    with pytest.raises(SheetRefusedError, match="no sheet 'fixes'"):
        read_plan_table(path, "fixes", "initiative")
