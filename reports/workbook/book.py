"""The workbook being written, and how each of its sheets begins, prints and is protected."""

from __future__ import annotations

import textwrap
from collections.abc import Container, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reports import style
from reports.edition import CashModel, Edition
from reports.workbook.layout import Layout
from reports.workbook.put import put_text
from reports.workbook.styles import Styles
from reports.workbook.valuation import SetValuation, Valuation

LINE_LENGTH = 105
A4 = 9
BANNER_COLUMNS = 6
HEADER_HEIGHT, LINE_HEIGHT = 30, 13.5
_FILLED, _AIR, MOST_WIDTH = 0.87, 1.1, 48
_ALARM = "NOT FIT FOR USE: no money figure of this workbook may be used. The sheet Run checks says why."
_ALLOWED = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What the live sheets are written from: the cash, where each cell lies and what each formula is worth now."""

    cash: CashModel
    layout: Layout
    alone: Valuation
    sets: SetValuation | None
    names: tuple[str, ...]
    owners: tuple[str, ...]

    @property
    def period_width(self) -> int:
        """Width in characters that holds any money figure of a period."""
        largest = float(abs(self.alone.benefit).sum() + self.alone.cost.sum())
        return max(9, len(f"{-largest:,.0f}") + 1)

    @property
    def money_width(self) -> int:
        """Width that holds any sum of money, and a header of two words."""
        return max(14, self.period_width + 1)

    @property
    def id_width(self) -> int:
        """Width that holds the longest initiative id."""
        return text_width(self.cash.initiatives, 16)

    @property
    def name_width(self) -> int:
        """Width that holds the longest name of an initiative, up to what a page can bear."""
        return text_width(self.names, 26)

    @property
    def owner_width(self) -> int:
        """Width that holds the longest owner, up to what a page can bear."""
        return text_width(self.owners, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The open file, its formats, and the edition it tells. `live` is None where there is no cash to value."""

    workbook: xlsxwriter.Workbook
    styles: Styles
    edition: Edition
    live: Live | None


def text_width(texts: Sequence[str], least: int) -> int:
    """Width in characters that holds the longest of the texts with some air, at least `least`."""
    longest = max((len(text) for text in texts), default=0)
    return max(least, min(int(longest * _AIR) + 3, MOST_WIDTH))


def set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    """Set the widths of the columns from the first on."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def notice_lines(edition: Edition) -> tuple[tuple[str, str], ...]:
    """Style and text of each line that stands on top of every sheet, the alarm first."""
    alarm = (("alarm", _ALARM),) if edition.fitness != "fit" else ()
    lines = [line for notice in edition.notices for line in textwrap.wrap(notice, LINE_LENGTH)]
    return (*alarm, *(("notice", line) for line in lines))


def content_top(edition: Edition) -> int:
    """The first row below title, reading hint, notices and an empty row."""
    return 3 + len(notice_lines(edition))


def open_sheet(book: Book, name: str, title: str, lead: str) -> Worksheet:
    """A new sheet with its title, how to read it, and the notices; landscape A4, one page wide, protected."""
    sheet = book.workbook.add_worksheet(name)
    put_text(sheet, 0, 0, title, book.styles.of("title"))
    put_text(sheet, 1, 0, lead, book.styles.of("lead"))
    for row, (kind, line) in enumerate(notice_lines(book.edition), start=2):
        put_text(sheet, row, 0, line, book.styles.of(kind))
        for column in range(1, BANNER_COLUMNS):
            sheet.write_blank(row, column, None, book.styles.of(kind))
    sheet.set_row(0, 21)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&8Run {_footer_text(book.edition.run_id)}&C&8&A&R&8Page &P of &N")
    sheet.protect("", _ALLOWED)
    return sheet


def put_header(
    book: Book, sheet: Worksheet, row: int, names: tuple[str, ...], numbers: Container[int] = frozenset()
) -> None:
    """Write a header row; the names over columns of `numbers` stand to the right, as the numbers do."""
    for column, name in enumerate(names):
        side = ("right",) if column in numbers else ("indent",) if column else ()
        put_text(sheet, row, column, name, book.styles.of("header", *side))
    sheet.set_row(row, HEADER_HEIGHT)


def line_count(text: str, width: int) -> int:
    """How many lines a text takes; one line fits nearly the width, words that wrap leave more of it unused."""
    return 1 if len(text) <= width - 2 else len(textwrap.wrap(text, int(width * _FILLED)))


def colour_words(book: Book, sheet: Worksheet, area: tuple[int, int, int, int]) -> None:
    """Colour the status words of an area; the word itself carries the meaning."""
    for word, ink in style.STATUS_INKS.items():
        look = book.workbook.add_format({"font_color": ink, "bg_color": style.STATUS_FILLS[word], "bold": True})
        sheet.conditional_format(*area, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look})


def _footer_text(text: str) -> str:
    return text.replace("&", "&&")[:80]
