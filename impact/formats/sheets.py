"""Rows of a workbook that somebody else wrote, read inside hard limits and never written back."""

from __future__ import annotations

import datetime
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_BYTES = 200_000_000
MOST_RATIO = 200
MOST_ENTRIES = 500
MOST_COLUMNS = 200
_RATIO_COUNTS_FROM = 1_000_000
_SHORTEST_PADDED = 3
_DECLARED_WITHIN = 4_000
# What openpyxl and the parsers below it raise on a workbook that is not as it should be.
_DAMAGE = (
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    SyntaxError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
)
_OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"


class SheetRefusedError(Exception):
    """A workbook or sheet is not read; the sentence says why. `code` is the finding's."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Uncomputed:
    """Stands for a cell whose formula has no stored result."""

    formula: str


def sheet_names(path: Path) -> tuple[str, ...]:
    """Names of a workbook's sheets in order.

    Raises:
        SheetRefusedError: the file is no workbook, or not one that is opened.
    """
    _guard(path)
    with _opened(path, data_only=True) as book:
        return tuple(book.sheetnames)


def sheet_rows(path: Path, sheet: str, most_rows: int) -> list[list[object]]:
    """Cell values of a sheet, row 1 first, blanks None, trailing blank rows dropped.

    A formula without a stored result is an `Uncomputed`.

    Raises:
        SheetRefusedError: the file is no workbook, the sheet is not there, or it has too many rows.
    """
    if sheet not in sheet_names(path):
        raise SheetRefusedError("P201", f"there is no sheet {sheet!r} in {path.name}")
    rows = _values(path, sheet, most_rows)
    if any(value is None for row in rows for value in row):
        _mark_uncomputed(path, sheet, rows)
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    if len(rows) > most_rows:
        raise SheetRefusedError("P202", f"{path.name} {sheet} has more than {most_rows:,} rows")
    return rows


def cell_text(value: object) -> str | None:
    """The text of a cell as a person reads it: 7 for 7.0, ISO dates, None for blank."""
    if value is None or isinstance(value, Uncomputed):
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    return str(value).strip() or None


def _values(path: Path, sheet: str, most_rows: int) -> list[list[object]]:
    with _opened(path, data_only=True) as book:
        cells = book[sheet].iter_rows(max_row=most_rows + 1, max_col=MOST_COLUMNS)
        return [[_shown(cell) for cell in row] for row in cells]


def _shown(cell: Any) -> object:  # noqa: ANN401
    """The cell's value; a number shown with zeros in front (a format such as 00000) as that text: it is an id."""
    value: object = cell.value
    if type(value) is int and value >= 0:
        form = str(cell.number_format)
        if len(form) >= _SHORTEST_PADDED and set(form) == {"0"}:
            return str(value).zfill(len(form))
    return value


def _mark_uncomputed(path: Path, sheet: str, rows: list[list[object]]) -> None:
    with _opened(path, data_only=False) as book:
        cells = book[sheet].iter_rows(max_row=len(rows), max_col=MOST_COLUMNS, values_only=True)
        for row, formulas in zip(rows, cells, strict=False):
            for place, formula in enumerate(formulas):
                if isinstance(formula, str) and formula.startswith("=") and row[place] is None:
                    row[place] = Uncomputed(formula)


@contextmanager
def _opened(path: Path, *, data_only: bool) -> Iterator[Any]:
    """The open workbook; whatever its reader stumbles over inside is told as a workbook that is damaged."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=data_only)
        try:
            yield book
        finally:
            book.close()
    except _DAMAGE as error:
        raise SheetRefusedError("P201", f"{path.name} is damaged inside and cannot be read") from error


def _guard(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) == _OLD_OR_ENCRYPTED:
            raise SheetRefusedError("P202", f"{path.name} has a password or is of the old .xls kind")
    try:
        with zipfile.ZipFile(path) as book:
            entries = book.infolist()
            workbook = next((book.read(e) for e in entries if e.filename == "xl/workbook.xml" and _small(e)), b"")
    except zipfile.BadZipFile:
        raise SheetRefusedError("P201", f"{path.name} is not a workbook") from None
    if any(entry.filename.endswith("vbaProject.bin") for entry in entries):
        raise SheetRefusedError("P202", f"{path.name} holds macros")
    unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    swollen = unpacked > _RATIO_COUNTS_FROM and unpacked > MOST_RATIO * max(packed, 1)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES or swollen:
        raise SheetRefusedError("P202", f"{path.name} unpacks to more than is opened")
    if not workbook:
        raise SheetRefusedError("P201", f"{path.name} is not a workbook")
    if _declares(path, entries):
        raise SheetRefusedError("P202", f"{path.name} declares entities")


def _declares(path: Path, entries: list[zipfile.ZipInfo]) -> bool:
    """Whether a part starts by declaring what its text may stand for: no spreadsheet program writes that."""
    with zipfile.ZipFile(path) as book:
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                with book.open(entry) as part:
                    if b"<!DOCTYPE" in part.read(_DECLARED_WITHIN):
                        return True
    return False


def _small(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size <= _RATIO_COUNTS_FROM
