"""The contract's tables as they are, one a sheet, each an Excel table that carries the contract's name."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype
from xlsxwriter.worksheet import Worksheet

from reports.edition import Edition
from reports.style import column_kind
from reports.workbook.book import (
    LINE_HEIGHT,
    Book,
    colour_words,
    content_top,
    line_count,
    open_sheet,
    put_header,
    text_width,
)
from reports.workbook.certificate import certificate_lines, write_certificate
from reports.workbook.layout import down
from reports.workbook.put import cell_text, put_value

TABLE_SHEETS: dict[str, tuple[str, str]] = {
    "journey": ("Journey", "Stages in order: scores with their 90% range, emotion from -2 to +2, and value at stake."),
    "pain_points": ("Pain points", "What each pain point does to scores, retention and spend, and what it is worth."),
    "at_stake": ("At stake", "Values at stake, the most there is, and what was held likely before any data."),
    "carried": ("Carried on", "What pain points go with at their own stage, at later ones, and in later pain points."),
    "excellence": ("Good to excellent", "What better scores go with, a step at a time, and 1% of customers moved."),
    "initiatives": ("Initiatives", "What each initiative is worth alone, over all draws; ranges are 90%."),
    "portfolio": ("Delivered portfolio", "What the run chose, why, and what would have to be true for the rest."),
    "cashflow": ("Cashflow", "Mean cash by period: each initiative alone, then the chosen portfolio without overlap."),
    "ongoing": ("Ongoing", "What is still to come of what is live, and still to be paid, as far as the horizon goes."),
    "case_against": (
        "Case against",
        "What speaks against the choice, worst first; what is found stands beside a limit.",
    ),
    "frontier": ("Frontier", "What the best portfolio is worth at each budget."),
    "prices": ("Prices", "What more or less of a limit, or dropping a rule, does to the net value of the best set."),
    "delay": ("Delay", "What starting later does: to the chosen set's NPV, or alone if not chosen; ranges are 90%."),
    "scenarios": ("Scenarios", "Metrics by scenario, period and fiscal year; ranges are 90%."),
    "scenario_differences": (
        "Scenario differences",
        "Each scenario less base, draw by draw, so that what both share is in no range; ranges are 90%.",
    ),
    "tornado": ("Tornado", "What moves the chosen portfolio's mean NPV, widest first; ranges are 90%."),
    "break_even_levers": ("Lever break even", "How far one lever goes before NPV is 0, or another set is chosen."),
    "scenario_portfolios": ("Regret", "Portfolios in every scenario; regret is what the best allowed one has more."),
    "break_even": ("Break even", "What each initiative would have to reach for an NPV of 0."),
    "drivers": ("Drivers", "Share of explained variance by stage; it says what goes along, not what to fix."),
    "calibration": ("Calibration", "The certificate of every rate, then every regression with its method and grade."),
    "triangulation": (
        "Ways to the rate",
        "Own methods side by side, each over the headline; ranges are 90%.",
    ),
    "doubts": ("Doubts", "What would overturn a rate: five questions, and the tests behind each answer."),
    "point_values": ("Value of a point", "What one step of a score is worth, in parts; ranges are 90%."),
    "reconciliation": ("Reconciliation", "The ledger beside the books."),
    "outlook_gap": ("Outlook", "The company's outlook beside the ledger's customers going on; gap is over the model."),
    "benefits": ("Benefits", "What was approved and what was measured."),
    "coverage": ("Coverage", "What the plan names beside what was measured; blank where fewer than 5 persons."),
    "response_rates": ("Response rates", "Active customers with an answer, by persona and period."),
    "respondents": ("Who answers", "Those who answer beside the other customers of the same periods."),
    "transitions": ("Ways", "Which stage is seen after which; shares are of the steps shown from a stage."),
    "stage_flow": ("Stage flow", "Drop-off, repeats and returns by stage, and leaving after it was the last one seen."),
    "lifetime": ("Lifetime", "What a customer of today still brings without any fix, by each model; ranges are 90%."),
    "survival": ("Survival", "Share of customers still there by tenure in periods, as seen and by each model."),
    "revenue_kept": ("Revenue kept", "Revenue of a period's customers some periods later, as a share of it."),
    "predictive": ("Who leaves", "Leavers as predicted and as seen, by group; ranges are 90%."),
    "evidence": ("Evidence", "What was measured elsewhere: in words, as it is read, and as the model predicts it."),
    "haircut": ("Haircut", "The share of an observed effect that is kept, as signed and after evidence."),
    "information": ("Information", "What it is worth to know more before choosing, cost and wait taken off."),
    "naive": ("Raw estimates", "NPV beside what raw estimates would promise, and what they would choose."),
    "face_value": ("Face value", "NPV with no haircut, and the haircut at which it is 0."),
    "by_segment": (
        "By segment",
        "Every benefit by persona and by the columns of report_by; costs belong to no segment. Ranges are 90%.",
    ),
    "concentration": ("Largest customers", "Those that carry most of each value; blank where customers are persons."),
    "refresh": ("Refresh", "Net value then and now, and what moved it; rolled and learnt make up data."),
    "plan_changes": ("Plan changes", "What differs between the plan of the earlier forecast and today's."),
    "journey_over_time": ("Over time", "Every stage's score by period, with its 90% range, target and benchmark."),
    "monitoring": ("What has moved", "Last four quarters beside those before; limits allow for all series together."),
    "checks": ("Run checks", "Every check of the run, with what was found and what is allowed."),
}
_LONG = (
    "text",
    "sentence",
    "in_words",
    "why_not_used",
    "remedy",
    "reason",
    "note",
    "what_would_have_to_be_true",
    "description",
    "constraint",
)
_WHOLE = ("name", "owner")
_LONG_WIDTH, _WRAPPED_WIDTH, _NUMBER_WIDTH = 46, 34, 11
_MOST_LINES = 30


def write_tables(book: Book) -> None:
    """Write a sheet for every table of the contract that has rows, and one for the truth where it is known."""
    for table, (sheet_name, lead) in TABLE_SHEETS.items():
        frame = book.edition.tables.get(table)
        if frame is not None and len(frame):
            _write_table(book, (table, sheet_name, lead), frame)
    truth = book.edition.truth
    if truth is not None and len(truth):
        lead = "What the simulation put in (value_true) beside the estimate and its 90% range."
        _write_table(book, ("truth", "Truth", lead), truth)


def column_range(edition: Edition, table: str, column: str, top: int) -> str | None:
    """The cells of a table's column on its sheet, or None where it has no rows or no such column."""
    frame = edition.tables.get(table)
    if frame is None or not len(frame) or column not in frame.columns:
        return None
    place = list(frame.columns).index(column)
    return down(place, top + 1, top + len(frame), f"'{TABLE_SHEETS[table][0]}'")


def _write_table(book: Book, place: tuple[str, str, str], frame: pd.DataFrame) -> None:
    table, sheet_name, lead = place
    lines = certificate_lines(book.edition) if table == "calibration" else ()
    top = content_top(book.edition) + (len(lines) + 1 if lines else 0)
    columns = tuple(str(column) for column in frame.columns)
    if any(column_kind(table, column) == "money" for column in columns):
        lead = f"{lead} Money in {book.edition.currency}, as {book.edition.money_name}."
    sheet = open_sheet(book, sheet_name, sheet_name, lead)
    write_certificate(book, sheet, lines)
    numbers = {place for place in range(len(columns)) if is_numeric_dtype(frame.iloc[:, place])}
    names = [{"header": cell_text(column)} for column in columns]
    area = (top, 0, top + len(frame), len(columns) - 1)
    sheet.add_table(*area, {"name": table, "style": None, "columns": names})
    put_header(book, sheet, top, columns, numbers=numbers)
    for number, column in enumerate(columns):
        _write_column(book, sheet, (table, column, top, number), frame.iloc[:, number])
    _set_heights(sheet, top, frame)
    sheet.freeze_panes(top + 1, _frozen(columns))
    sheet.repeat_rows(0, top)
    if "status" in columns:
        status = columns.index("status")
        colour_words(book, sheet, (top + 1, status, top + len(frame), status))


def _write_column(book: Book, sheet: Worksheet, place: tuple[str, str, int, int], values: pd.Series[Any]) -> None:
    table, column, top, number = place
    numeric = is_numeric_dtype(values)
    kind = column_kind(table, column) if numeric else "text"
    words = book.styles.of("wrap", *(("indent",) if number else ()))
    figures = book.styles.of(kind if numeric else "mixed", "right")
    for row, value in enumerate(values.tolist(), start=top + 1):
        is_number = numeric or isinstance(value, int | float)
        put_value(sheet, row, number, value, figures if is_number else words)
    sheet.set_column(number, number, _width(column, values))


def _width(column: str, values: pd.Series[Any]) -> int:
    if is_numeric_dtype(values):
        largest = pd.to_numeric(values, errors="coerce").abs().replace(math.inf, math.nan).max()
        digits = 0 if pd.isna(largest) else len(f"{-largest:,.0f}") + 2
        return max(_NUMBER_WIDTH, min(len(column) + 3, 20), digits)
    if column in _LONG:
        return _LONG_WIDTH
    width = text_width([str(value) for value in values], max(len(column) + 4, 10))
    return width if column in _WHOLE else min(width, _WRAPPED_WIDTH)


def _set_heights(sheet: Worksheet, top: int, frame: pd.DataFrame) -> None:
    """Give every row the height its longest text needs, because not every reader fits rows on opening."""
    texts = [place for place in range(frame.shape[1]) if not is_numeric_dtype(frame.iloc[:, place])]
    widths = {place: _width(str(frame.columns[place]), frame.iloc[:, place]) for place in texts}
    for row in range(len(frame)):
        lines = [line_count(str(frame.iat[row, place]), widths[place]) for place in texts]
        if max(lines, default=1) > 1:
            sheet.set_row(top + 1 + row, LINE_HEIGHT * min(max(lines), _MOST_LINES))


def _frozen(columns: tuple[str, ...]) -> int:
    return 2 if columns[1:2] == ("name",) else 1
