"""Checks: what must hold for the live figures to be believed, each with its tolerance, and one light for all."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from reports.workbook.book import Book, Live, colour_words, open_sheet, put_header, set_widths
from reports.workbook.inputs import inputs_changed
from reports.workbook.layout import Layout, along, at
from reports.workbook.put import put_formula, put_text
from reports.workbook.ties import FAIL, OK, Tie, ties_of

SHEET = "Checks"
_COLUMNS = ("check", "found", "expected", "difference", "allowed difference", "status", "what it means")
_FOUND, _EXPECTED, _DIFFERENCE, _ALLOWED, _STATUS, _MEANING = range(1, 7)


def light_address(layout: Layout) -> str:
    """Where the one word for all checks stands."""
    return at(layout.top, 1, SHEET)


def light_now(book: Book, live: Live) -> str:
    """The word of the light as the file is delivered."""
    return FAIL if any(tie.status() == FAIL for tie in ties_of(book, live)) else OK


def write_checks(book: Book, live: Live) -> None:
    """Write the light, then a row a check, one formula a column."""
    layout, styles = live.layout, book.styles
    lead = "Every row must read OK. CHANGED means that an input is no longer as delivered; nothing is wrong."
    sheet = open_sheet(book, SHEET, "Checks", lead)
    set_widths(sheet, (44, live.money_width + 2, live.money_width + 2, 13, 13, 12, 66))
    ties = ties_of(book, live)
    header = layout.top + 2
    put_header(book, sheet, header, _COLUMNS, numbers=range(_FOUND, _STATUS))
    for row, tie in enumerate(ties, start=header + 1):
        _write_tie(book, sheet, live, (row, tie))
    area = (header + 1, _STATUS, header + len(ties), _STATUS)
    put_text(sheet, layout.top, 0, "All checks", styles.of("label"))
    light = f'=IF(COUNTIF({at(*area[:2])}:{at(*area[2:])},"{FAIL}")=0,"{OK}","{FAIL}")'
    put_formula(sheet, layout.top, 1, light, light_now(book, live), styles.of("label", "centre"))
    colour_words(book, sheet, area)
    colour_words(book, sheet, (layout.top, 1, layout.top, 1))
    sheet.freeze_panes(header + 1, 1)
    sheet.repeat_rows(0, header)


def _write_tie(book: Book, sheet: Worksheet, live: Live, place: tuple[int, Tie]) -> None:
    row, tie = place
    styles = book.styles
    found, expected, gap, allowed = (along(row, column) for column in (_FOUND, _EXPECTED, _DIFFERENCE, _ALLOWED))
    put_text(sheet, row, 0, tie.check, styles.of("wrap"))
    put_formula(sheet, row, _FOUND, *tie.found, styles.of("money", "right"))
    put_formula(sheet, row, _EXPECTED, *tie.expected, styles.of("money", "right"))
    put_formula(sheet, row, _DIFFERENCE, f"={found}-{expected}", tie.gap(), styles.of("precise", "right"))
    limit = f"=Tolerance*MAX(1,ABS({expected}))"
    put_formula(sheet, row, _ALLOWED, limit, tie.allowed(), styles.of("precise", "right"))
    otherwise = f'IF({inputs_changed(live.layout)}>0,"{tie.moved}","{FAIL}")'
    status = f'=IF(ABS({gap})<={allowed},"{OK}",{otherwise})'
    put_formula(sheet, row, _STATUS, status, tie.status(), styles.of("centre"))
    put_text(sheet, row, _MEANING, tie.meaning, styles.of("wrap", "indent"))
