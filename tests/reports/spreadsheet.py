"""Reading a finished workbook: its Excel tables, its inputs, and what LibreOffice makes of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

RECALCULATE_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
SECONDS = 120


def table_of(book: Workbook, name: str) -> pd.DataFrame:
    """The values of the Excel table of that name, on whichever sheet it lies."""
    sheet = next(sheet for sheet in book if name in sheet.tables)
    rows = [[cell.value for cell in row] for row in sheet[sheet.tables[name].ref]]
    return pd.DataFrame(rows[1:], columns=rows[0])


def row_of(sheet: Worksheet, label: str) -> int:
    """The row whose first cell reads `label`."""
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == label)


def column_of(sheet: Worksheet, header_row: int, label: str) -> int:
    """The column whose header reads `label`."""
    return next(column for column in range(1, sheet.max_column + 1) if sheet.cell(header_row, column).value == label)


def column_values(sheet: Worksheet, label: str, count: int) -> list[object]:
    """The first `count` values below `label` in the list of initiatives on a sheet."""
    header = row_of(sheet, "initiative")
    column = column_of(sheet, header, label)
    return [sheet.cell(header + step, column).value for step in range(1, count + 1)]


def figure(book: Workbook, label: str) -> object:
    """A figure of the portfolio."""
    sheet = book["Portfolio"]
    return sheet.cell(row_of(sheet, label), 3).value


def recalculated(source: Path, folder: Path) -> Path:
    """The workbook as LibreOffice computes it afresh, every formula anew."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE_ALWAYS, encoding="utf-8")
    out = folder / "recalculated"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={profile.as_uri()}",
            *("--headless", "--convert-to", "xlsx", "--outdir", str(out), str(source)),
        ],
        check=True,
        timeout=SECONDS,
        capture_output=True,
    )
    return out / source.name


def edited(source: Path, target: Path, changes: dict[tuple[str, str], float | str]) -> Path:
    """A copy whose Inputs hold `changes`: (row label, header) of an initiative, or (label, "value") of a scalar."""
    book = openpyxl.load_workbook(source)
    sheet = book["Inputs"]
    for (label, header), value in changes.items():
        above = row_of(sheet, "assumption" if header == "value" else "initiative")
        sheet.cell(row_of(sheet, label), column_of(sheet, above, header)).value = value
    book.save(target)
    return target
