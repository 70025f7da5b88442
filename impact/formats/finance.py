"""Small tables of finance (rates, control totals): every row with its place, and every fault of theirs at once."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from impact.errors import Finding
from impact.formats.data import csv_header, sheet_as_text
from impact.formats.sheets import SheetRefusedError, cell_text
from impact.periods import PeriodKind, parse_period

MOST_ROWS = 1_000_000
_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceColumns:
    """What a table of finance must hold: `period`, texts that must be filled, one number, texts that may be blank.

    `more` are columns of numbers that must be there and whose cells may be blank.
    """

    texts: tuple[str, ...]
    number: str
    optional: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that must be there."""
        return ("period", *self.texts, self.number, *self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceRow:
    """One row: where it stands in its file, its period's ordinal, its texts by column, its number, and `more`."""

    number: int
    t: int
    texts: Mapping[str, str]
    amount: float
    more: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What may stand once: the period and all texts."""
        return (self.t, *self.texts.values())


def read_finance(
    path: Path, sheet: str, columns: FinanceColumns, kind: PeriodKind
) -> tuple[tuple[FinanceRow, ...], tuple[Finding, ...]]:
    """The rows of a table of finance, and what is wrong with it."""
    try:
        names, cells = _cells(path, sheet)
    except SheetRefusedError as error:
        allowed = "a .csv (UTF-8), .parquet or .xlsx table with a header row"
        return (), (_unread(path.name, str(error), allowed, "save it as such"),)
    lost = [name for name in columns.required if name not in names]
    if lost:
        which = f"column{'s' if len(lost) > 1 else ''} {', '.join(lost)}"
        said = f"the {which} {'are' if len(lost) > 1 else 'is'} missing; the file has {', '.join(names[:20])}"
        allowed = ", ".join(columns.required)
        return (), (_unread(path.name, said, allowed, f"add or rename the {which}"),)
    rows, faults = [], []
    for number, row in enumerate(cells, start=1 if path.suffix.casefold() == ".parquet" else 2):
        if any(row.values()):
            read = _row(number, row, columns, kind)
            if isinstance(read, FinanceRow):
                rows.append(read)
            else:
                faults += read
    return tuple(rows), (*_grouped(path.name, faults), *_doubled(path.name, rows, columns))


def _row(
    number: int, row: Mapping[str, str | None], columns: FinanceColumns, kind: PeriodKind
) -> FinanceRow | list[tuple[str, str, str]]:
    faults = [("", name, f"row {number}") for name in columns.texts if not row[name]]
    t, amount = None, _number(row[columns.number])
    try:
        t = parse_period(row["period"] or "", kind)
    except ValueError:
        faults.append(("2026Q3, 2026-09, 2026 or a date", "period", f"row {number}: {row['period'] or 'blank'}"))
    if amount is None:
        faults.append(("a number", columns.number, f"row {number}: {row[columns.number] or 'blank'}"))
    filled = {name: _number(row[name]) for name in columns.more if row[name]}
    faults += [("a number, or blank", name, f"row {number}: {row[name]}") for name in filled if filled[name] is None]
    if t is None or amount is None or faults:
        return faults
    texts = {name: row.get(name) or "" for name in (*columns.texts, *columns.optional)}
    more = {name: value for name, value in filled.items() if value is not None}
    return FinanceRow(number=number, t=t, texts=texts, amount=amount, more=more)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _grouped(file: str, faults: Iterable[tuple[str, str, str]]) -> list[Finding]:
    """A finding for each column with cells at fault."""
    by_column: dict[tuple[str, str], list[str]] = {}
    for allowed, column, place in faults:
        by_column.setdefault((column, allowed), []).append(place)
    return [
        Finding(
            code="D381",
            place=f"{file} {column}",
            found=f"{len(places):,} {'row' if len(places) == 1 else 'rows'} {'not read' if allowed else 'blank'}",
            allowed=allowed or "a value in each row",
            remedy="correct the cells",
            rows=tuple(places[:_EXAMPLES]),
        )
        for (column, allowed), places in by_column.items()
    ]


def _doubled(file: str, rows: Iterable[FinanceRow], columns: FinanceColumns) -> list[Finding]:
    first: dict[tuple[object, ...], int] = {}
    again = []
    for row in rows:
        if first.setdefault(row.key, row.number) != row.number:
            again.append(f"row {row.number} as row {first[row.key]}")
    if not again:
        return []
    key = ", ".join(("period", *columns.texts, *columns.optional))
    found = Finding(
        code="D382",
        place=file,
        found=f"{len(again):,} {'row stands' if len(again) == 1 else 'rows stand'} twice",
        allowed=f"one row for each {key}, in the ledger's own periods",
        remedy="keep one; of finer periods give the ledger's period its mean rate or its sum",
        rows=tuple(again[:_EXAMPLES]),
    )
    return [found]


def _unread(file: str, found: str, allowed: str, remedy: str) -> Finding:
    return Finding(code="D380", place=file, found=found, allowed=allowed, remedy=remedy)


def _cells(path: Path, sheet: str) -> tuple[tuple[str, ...], list[dict[str, str | None]]]:
    """Column names, folded, and every cell as text."""
    kind = path.suffix.casefold()
    if kind == ".csv":
        rows = _csv_rows(path)
    elif kind == ".parquet":
        rows = _parquet_rows(path)
    elif kind == ".xlsx":
        rows = sheet_as_text(path, sheet).to_pylist()
    else:
        raise SheetRefusedError("D380", f"{path.name} is of no kind that is read")
    if len(rows) > MOST_ROWS:
        raise SheetRefusedError("D380", f"{path.name} has more than {MOST_ROWS:,} rows")
    if not rows:
        raise SheetRefusedError("D380", f"{path.name} has no rows")
    named = [{str(name).strip().casefold(): cell_text(cell) for name, cell in row.items() if name} for row in rows]
    return tuple(named[0]), named


def _csv_rows(path: Path) -> list[dict[str, object]]:
    delimiter, names = csv_header(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=delimiter))[1:]
    except UnicodeDecodeError:
        raise SheetRefusedError("D380", f"{path.name} is not text in UTF-8") from None
    uneven = next((n for n, row in enumerate(rows, start=2) if row and len(row) != len(names)), None)
    if uneven is not None:
        said = f"row {uneven} has {len(rows[uneven - 2])} cells, the header {len(names)}"
        raise SheetRefusedError("D380", f"{path.name}: {said}")
    # a blank line keeps its place, so that the rows after it are numbered as the file shows them
    filled = (row or [""] * len(names) for row in rows)
    return [{name: cell.strip() or None for name, cell in zip(names, row, strict=True)} for row in filled]


def _parquet_rows(path: Path) -> list[dict[str, object]]:
    import pyarrow
    import pyarrow.parquet

    try:
        rows: list[dict[str, object]] = pyarrow.parquet.ParquetFile(path).read().to_pylist()
    except pyarrow.ArrowException:
        raise SheetRefusedError("D380", f"{path.name} is not a parquet file") from None
    return rows
