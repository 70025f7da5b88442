"""Rows of the finished tables as plain values: a missing number is None, a text is safe to set on any page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.edition import Edition

Row = Mapping[str, object]

# Characters that XML forbids, and those that turn the direction of the text around them.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def records(edition: Edition, table: str) -> list[Row]:
    """The rows of a table in its own order; none where the run did not make it."""
    frame = edition.tables.get(table)
    if frame is None:
        return []
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def number(row: Row, column: str) -> float | None:
    """The finite number in a cell; None where it is blank, missing, infinite or no number."""
    try:
        value = float(str(row.get(column)))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def is_on(row: Row, column: str) -> bool:
    """Whether a 0/1 cell is 1."""
    return number(row, column) == 1.0 or row.get(column) is True


def text(row: Row, column: str) -> str:
    """The text in a cell with unprintable characters taken out; empty where it is blank."""
    value = row.get(column)
    # Only a missing value differs from itself.
    if value is None or value != value:
        return ""
    return printable(str(value))


def printable(words: str) -> str:
    """The words on one line, without control, surrogate and direction-turning characters."""
    return " ".join(_UNPRINTABLE.sub(" ", words).split())


def label(row: Row, column: str) -> str:
    """What a reader calls the row: its name, or its id where no name is given."""
    return text(row, "name") or text(row, column)


def listing(names: list[str]) -> str:
    """Names in a sentence: `A`, `A and B`, `A, B and C`."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""
