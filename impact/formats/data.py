"""What a data file needs before the engine can read it: its delimiter, a sheet as text columns, its periods."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from impact.formats.sheets import SheetRefusedError, Uncomputed, cell_text, sheet_names, sheet_rows
from impact.periods import PeriodKind, parse_period

if TYPE_CHECKING:
    import pyarrow

MOST_SHEET_ROWS = 1_048_575
MOST_HEADER_BYTES = 1_000_000
MOST_ROW_BYTES = 2_000_000
NOT_TEXT = "not a text file (UTF-8)"


class SheetMissingError(SheetRefusedError):
    """The workbook has no sheet of the name asked for; `sheets` are those it has."""

    def __init__(self, sentence: str, sheets: tuple[str, ...]) -> None:
        self.sheets = sheets
        super().__init__("D301", sentence)


def csv_header(path: Path) -> tuple[str, tuple[str, ...]]:
    """The character that divides the columns of a csv file, and their names, told from its first line.

    Raises:
        SheetRefusedError: the file is empty or no text, there is no header, or a column name stands twice.
    """
    header = _first_line(path)
    _refuse_endless(path)
    if any(unicodedata.category(letter) == "Cc" for letter in header.rstrip("\r\n") if letter not in "\t\r"):
        raise SheetRefusedError("D301", NOT_TEXT)
    delimiter = max(",;\t|", key=header.count)
    cells = next(csv.reader([header], delimiter=delimiter), [])
    names = tuple(cell.strip() or f"unnamed_{place}" for place, cell in enumerate(cells, start=1))
    if not any(cells) or len({name.casefold() for name in names}) < len(names):
        raise SheetRefusedError("D301", f"{path.name} has no header row, or a column name twice")
    return delimiter, names


def _first_line(path: Path) -> str:
    """The first line of a text, however its lines end, read no further than a header may be long."""
    try:
        with path.open("rb") as file:
            start = file.read(MOST_HEADER_BYTES + 1)
    except OSError as error:
        raise SheetRefusedError("D301", f"{path.name} cannot be opened: {error.strerror}") from None
    if not start:
        raise SheetRefusedError("D301", f"{path.name} is empty")
    first = start.splitlines()[0]
    if len(first) > MOST_HEADER_BYTES:
        raise SheetRefusedError("D301", f"the first row of {path.name} is longer than {MOST_HEADER_BYTES:,} bytes")
    try:
        return first.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetRefusedError("D301", NOT_TEXT) from None


def _refuse_endless(path: Path) -> None:
    """Nothing, where the file's last row ends within the length that is read.

    The engine passes over a last row that is longer than its buffer without a word.
    """
    size = path.stat().st_size
    if size <= MOST_ROW_BYTES:
        return
    with path.open("rb") as file:
        file.seek(size - MOST_ROW_BYTES)
        tail = file.read().rstrip(b"\r\n")
    if b"\n" not in tail and b"\r" not in tail:
        raise SheetRefusedError("D301", f"the last row of {path.name} is longer than {MOST_ROW_BYTES:,} bytes")


def sheet_as_text(path: Path, sheet: str) -> pyarrow.Table:
    """A sheet's rows below its header, every column as text, blanks null.

    Raises:
        SheetRefusedError: the file is no workbook, the sheet is not there, or its header is not usable.
    """
    import pyarrow

    sheets = sheet_names(path)
    if sheet and sheet not in sheets:
        raise SheetMissingError(f"there is no sheet {sheet!r} in {path.name}", sheets)
    rows = _sheet_rows(path, sheet, sheets)
    header = [cell_text(cell) for cell in rows[0]] if rows else []
    _refuse_merged(path, header, rows)
    named = [(place, name) for place, name in enumerate(header) if name]
    if not named or len({name for _, name in named}) < len(named):
        raise SheetRefusedError("D301", f"{path.name} has no header row, or a column name twice")
    body = rows[1:]
    columns = {name: [_text_or_formula(row[place]) for row in body] for place, name in named}
    return pyarrow.table({name: pyarrow.array(cells, type=pyarrow.string()) for name, cells in columns.items()})


def _sheet_rows(path: Path, sheet: str, sheets: tuple[str, ...]) -> list[list[object]]:
    """The rows of the sheet named, or of the only one that has any."""
    if sheet or len(sheets) == 1:
        return sheet_rows(path, sheet or sheets[0], MOST_SHEET_ROWS)
    filled = {name: rows for name in sheets if (rows := sheet_rows(path, name, MOST_SHEET_ROWS))}
    if len(filled) > 1:
        raise SheetMissingError(f"{path.name} has {len(filled)} sheets with rows and none is named", sheets)
    return next(iter(filled.values()), [])


def _refuse_merged(path: Path, header: list[str | None], rows: list[list[object]]) -> None:
    """Raise where cells stand below a blank heading: a merged heading or a title, whose columns would be lost."""
    for place, name in enumerate(header):
        first = next((number for number, row in enumerate(rows[1:], start=2) if row[place] is not None), 0)
        if not name and first:
            raise SheetRefusedError(
                "D301",
                f"row {first} of {path.name} has a cell in column {place + 1} below a blank heading; "
                "headings stand in row 1, unmerged and below no title",
            )


def _text_or_formula(cell: object) -> str | None:
    """The text of a cell; of a formula without a result the formula, so that it is found where it is read."""
    return cell.formula if isinstance(cell, Uncomputed) else cell_text(cell)


def found_columns(asked: Iterable[str], mapping: Mapping[str, str], columns: Iterable[str]) -> dict[str, str]:
    """The file's own column for each asked name that it has, by the study's mapping or by the name itself."""
    folded = {column.strip().casefold(): column for column in columns}
    found = {name: folded.get(mapping.get(name, name).strip().casefold()) for name in asked}
    return {name: column for name, column in found.items() if column is not None}


def period_ordinals(
    texts: Iterable[str], kind: PeriodKind, parse: Callable[[str, PeriodKind], int] = parse_period
) -> dict[str, int | None]:
    """The ordinal of each period text as `parse` reads it, None where it cannot be read."""
    found: dict[str, int | None] = {}
    for text in texts:
        try:
            found[text] = parse(text, kind)
        except ValueError:
            found[text] = None
    return found
