"""What a page is set from: sections, each with finished charts and at most one table of finished texts."""

from __future__ import annotations

from dataclasses import dataclass

from reports import sentences
from reports.edition import Edition
from reports.figures import money
from reports.records import Row, number


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of finished texts; the first `words` columns are text, the rest figures.

    `strong` are the places of the rows above the line; `ties` brackets rows that are one decision: `first`, `inner`,
    `last` or empty by row, nothing where none is.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    strong: int = 0
    ties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section: its title, a note on how to read it, finished SVG charts and a table.

    `holds_money` marks a section whose figures must not be used when the run is not fit for use.
    """

    anchor: str
    title: str
    note: str = ""
    charts: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    table: Table | None = None
    holds_money: bool = True


def horizon_title(edition: Edition) -> str:
    """The part of a title that says currency and horizon."""
    return f"{edition.currency} / {sentences.horizon(edition)} after {edition.as_of}"


def figures_of(row: Row, *columns: str) -> tuple[str, ...]:
    """The money in some columns of a row, as texts."""
    return tuple(money(number(row, column)) for column in columns)
