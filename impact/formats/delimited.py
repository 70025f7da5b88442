"""Text tables that somebody else exported: their encoding, their header rows, and chosen columns as text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from impact.errors import Finding, InputError

if TYPE_CHECKING:
    import pyarrow

MOST_BYTES = 4_000_000_000
MOST_HEADER_BYTES = 4_000_000
LONGEST_RECORD = 16_000_000
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_TEXT = "not a text file (UTF-8, or UTF-16 with its mark)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a text table is written: encoding, what divides cells, and its first rows."""

    file: str
    path: Path
    encoding: str
    delimiter: str
    top: tuple[tuple[str, ...], ...]


def unreadable(file: str, found: str) -> InputError:
    """The error of an export that cannot be read."""
    return InputError(
        [
            Finding(
                code="D410",
                place=file,
                found=found,
                allowed=f"a text table in UTF-8 or UTF-16, every row as wide as the first, up to "
                f"{MOST_BYTES // 10**9} GB",
                remedy="export it again and bring the file as it comes, not opened and saved by another program",
            )
        ]
    )


def read_layout(path: Path, file: str, rows: int) -> Layout:
    """The layout of a text table with up to `rows` of its first rows that are not blank.

    Raises:
        InputError: the file is empty, too large or no text.
    """
    if path.stat().st_size > MOST_BYTES:
        raise unreadable(file, "the file is larger than is read")
    with path.open("rb") as stream:
        start = stream.read(MOST_HEADER_BYTES)
    if not start.strip():
        raise unreadable(file, "the file is empty")
    encoding = next((name for mark, name in _MARKS if start.startswith(mark)), "utf-8")
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeDecodeError:
        raise unreadable(file, _NOT_TEXT) from None
    if "\x00" in text:
        raise unreadable(file, _NOT_TEXT)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return Layout(file=file, path=path, encoding=encoding, delimiter=delimiter, top=_top(text, delimiter, rows, file))


def _top(text: str, delimiter: str, most: int, file: str) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                found.append(tuple(cell.strip() for cell in row))
            if len(found) == most:
                break
    except csv.Error:
        raise unreadable(file, "the first rows cannot be told apart into cells") from None
    return tuple(found)


def read_columns(layout: Layout, places: Mapping[str, int], header_rows: int) -> pyarrow.Table:
    """The chosen columns below the header rows, as text without blanks around it, blank cells null.

    `places` holds each column's place from 0; no other column is decoded.

    Raises:
        InputError: a row is of another width than the first, or no text.
    """
    import pyarrow
    import pyarrow.compute as pc

    read = _cells(layout, sorted(set(places.values()))).slice(header_rows)
    trimmed = {place: pc.utf8_trim_whitespace(read[f"c{place}"]) for place in set(places.values())}
    plain = {place: pc.if_else(pc.equal(cells, ""), None, cells) for place, cells in trimmed.items()}
    return pyarrow.table({name: plain[place] for name, place in places.items()})


def _cells(layout: Layout, places: Sequence[int]) -> pyarrow.Table:
    """The chosen columns of every row, the header rows among them."""
    import pyarrow
    from pyarrow import csv as arrow_csv

    width = len(layout.top[0])
    names = [f"c{place}" for place in range(width)]
    try:
        return arrow_csv.read_csv(
            str(layout.path),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, column_names=names, encoding=layout.encoding, block_size=LONGEST_RECORD
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=[f"c{place}" for place in places],
                column_types=dict.fromkeys(names, pyarrow.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except (pyarrow.ArrowException, UnicodeError, OSError) as error:
        # The reader's own words may hold cells of the file, which must not be printed.
        raise unreadable(layout.file, _reason(str(error))) from None


def _reason(error: str) -> str:
    ragged = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", error)
    if ragged:
        row, expected, found = ragged.groups()
        return f"row {row} has {found} {'cell' if found == '1' else 'cells'}, the first {expected}"
    if "straddl" in error:
        return "a quotation mark is opened and never closed, or one row is longer than is read"
    return _NOT_TEXT if "utf" in error.casefold() or "codec" in error else "its rows cannot be told apart into cells"
