"""The certificate of every rate, in lines above the regressions it rests on."""

from __future__ import annotations

import textwrap

from xlsxwriter.worksheet import Worksheet

from reports.edition import Edition
from reports.rate_page import RatePage
from reports.records import printable
from reports.workbook.book import LINE_LENGTH, Book, content_top
from reports.workbook.put import put_text

Line = tuple[str, str, str]
_TEXT = 1


def certificate_lines(edition: Edition) -> tuple[Line, ...]:
    """Style, label and text of each line: a block a rate, as its page has it."""
    return tuple(line for page in edition.rates for line in _block(page))


def _block(page: RatePage) -> list[Line]:
    answers = (f"{one.mark} {one.question} {one.verdict}. {one.text}" for one in page.answers)
    said = [
        *(("Standing", page.standing), *(("Grade", sentence) for sentence in page.grade)),
        *(("Worth", sentence) for sentence in page.heading.worth),
        *page.facts,
        *(("Planning rate", sentence) for sentence in page.planning),
        *(("Five questions", answer) for answer in answers),
        *(("Hidden cause", page.hidden_cause), *(("Published", sentence) for sentence in page.published)),
        *(("Equation", page.written.equation), ("statsmodels", page.written.call)),
    ]
    lines: list[Line] = [("heading", "", part) for part in textwrap.wrap(printable(page.title), LINE_LENGTH)]
    before = ""
    for label, text in said:
        for part in textwrap.wrap(printable(text), LINE_LENGTH) or [""]:
            lines.append(("", "" if label == before else label, part))
            before = label
    return [*lines, ("", "", "")]


def write_certificate(book: Book, sheet: Worksheet, lines: tuple[Line, ...]) -> None:
    """Write the lines from the first free row on: labels in the first column, texts across the others."""
    for row, (kind, label, text) in enumerate(lines, start=content_top(book.edition)):
        if kind:
            put_text(sheet, row, 0, text, book.styles.of(kind))
            continue
        if label:
            put_text(sheet, row, 0, label, book.styles.of("label"))
        if text:
            put_text(sheet, row, _TEXT, text, book.styles.of())
