"""One plan table as rows with places, from a csv, parquet or xlsx file or from the study file itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from impact.formats.sheets import SheetRefusedError, sheet_names, sheet_rows

MOST_ROWS = 10_000
MOST_CSV_BYTES = 20_000_000
_HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One row: its values by column, and the place of each column in words."""

    values: Mapping[str, object]
    source: str
    number: int
    letters: Mapping[str, str]

    def place(self, column: str = "") -> str:
        """Where a value stands: `plan.xlsx initiatives!F9`, `fixes.csv row 3, low`."""
        if self.letters:
            letter = self.letters.get(column, next(iter(self.letters.values())))
            return f"{self.source}!{letter}{self.number}"
        return f"{self.source} row {self.number}" + (f", {column}" if column else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTable:
    """A plan table as it was found, columns in file order and not yet checked."""

    source: str
    columns: tuple[str, ...]
    rows: tuple[PlanRow, ...]


def inline_table(table: str, rows: Sequence[Mapping[str, object]]) -> PlanTable:
    """The table written as `[[plan.TABLE]]` rows in the study file."""
    source = f"study.toml: [[plan.{table}]]"
    columns = tuple(dict.fromkeys(_name(key) for row in rows for key in row))
    return PlanTable(
        source=source,
        columns=columns,
        rows=tuple(
            PlanRow(values={_name(key): value for key, value in row.items()}, source=source, number=number, letters={})
            for number, row in enumerate(rows, start=1)
        ),
    )


def read_plan_table(path: Path, sheet: str, key_column: str) -> PlanTable:
    """The plan table in a file; `key_column` tells the header from a title above it.

    Raises:
        SheetRefusedError: the file is not a table, or not one that is opened.
    """
    kind = path.suffix.casefold()
    if kind == ".csv":
        return _table(path.name, _csv_rows(path), key_column, ())
    if kind == ".parquet":
        return _table(path.name, _parquet_rows(path), key_column, ())
    if kind == ".xlsx":
        rows = sheet_rows(path, sheet, MOST_ROWS)
        return _table(f"{path.name} {sheet}", rows, key_column, _letters(max(map(len, rows), default=0)))
    if kind in {".xlsm", ".xltm", ".xls", ".xlsb"}:
        raise SheetRefusedError("P202", f"{path.name} may hold macros or is of an old kind")
    raise SheetRefusedError("P201", f"{path.name} is of no kind that is read")


def plan_sheets(path: Path) -> dict[str, str]:
    """Sheets of a plan workbook by table name as the plan writes it (`Pain points` is `pain_points`).

    Raises:
        SheetRefusedError: the file is no workbook, or not one that is opened.
    """
    if path.suffix.casefold() != ".xlsx":
        raise SheetRefusedError("P201", f"{path.name} is not an .xlsx workbook")
    return {_name(sheet): sheet for sheet in sheet_names(path)}


def _table(source: str, rows: list[list[object]], key_column: str, letters: Sequence[str]) -> PlanTable:
    header_at = next((i for i, row in enumerate(rows[:_HEADER_WITHIN]) if key_column in map(_name, row)), 0)
    header = [_name(cell) for cell in rows[header_at]] if rows else []
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise SheetRefusedError("P205", f"{source} has the column {doubled[0]} twice")
    places = {name: letters[at] for at, name in enumerate(header) if name and letters}
    numbered = enumerate((_named(header, row) for row in rows[header_at + 1 :]), start=header_at + 2)
    body = [
        PlanRow(values=values, source=source, number=number, letters=places)
        for number, values in numbered
        if any(value is not None for value in values.values())
    ]
    return PlanTable(source=source, columns=tuple(filter(None, header)), rows=tuple(body))


def _named(header: Sequence[str], row: Sequence[object]) -> dict[str, object]:
    return {name: _blank_to_none(value) for name, value in zip(header, row, strict=False) if name}


def _blank_to_none(value: object) -> object:
    if isinstance(value, str):
        return value.strip() or None
    return None if isinstance(value, float) and value != value else value


def _name(cell: object) -> str:
    return str(cell or "").strip().casefold().replace(" ", "_").replace("-", "_")


def _letters(count: int) -> list[str]:
    from openpyxl.utils import get_column_letter

    return [get_column_letter(number) for number in range(1, count + 1)]


def _csv_rows(path: Path) -> list[list[object]]:
    if path.stat().st_size > MOST_CSV_BYTES:
        raise SheetRefusedError("P202", f"{path.name} is larger than a plan table may be")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SheetRefusedError("P201", f"{path.name} is not text in UTF-8") from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows: list[list[object]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    if len(rows) > MOST_ROWS:
        raise SheetRefusedError("P202", f"{path.name} has more than {MOST_ROWS:,} rows")
    return rows


def _parquet_rows(path: Path) -> list[list[object]]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        if file.metadata.num_rows > MOST_ROWS:
            raise SheetRefusedError("P202", f"{path.name} has more than {MOST_ROWS:,} rows")
        table = file.read()
    except pyarrow.ArrowException:
        raise SheetRefusedError("P201", f"{path.name} is not a parquet file") from None
    return [list(table.column_names), *(list(row.values()) for row in table.to_pylist())]
