"""Dashboard: the decision and its worth, what is included, and whether the checks hold."""

from __future__ import annotations

import math
import textwrap

import numpy as np
from xlsxwriter.worksheet import Worksheet

from reports import sentences, style
from reports.workbook.book import LINE_LENGTH, Book, Live, colour_words, content_top, open_sheet, put_header, set_widths
from reports.workbook.checks import light_address, light_now
from reports.workbook.inputs import NO_LIMIT
from reports.workbook.layout import (
    PERIOD,
    RANK,
    RANK_CHANCE,
    RANK_COST,
    RANK_INCLUDE,
    RANK_NPV,
    RANK_VERDICT,
    along,
    at,
    down,
)
from reports.workbook.portfolio import SHEET as PORTFOLIO
from reports.workbook.portfolio import delivered_total
from reports.workbook.put import put_formula, put_number, put_text
from reports.workbook.ranking import SHEET as RANKING
from reports.workbook.ranking import delivered_value

SHEET = "Dashboard"
_COLUMNS = (
    "rank",
    "initiative",
    "name",
    "included",
    "one-off cost",
    "NPV",
    "chance of NPV above 0",
    "verdict, as delivered",
)
_NO_NPV = (
    "No net present value: the study gives no cost or no margin. "
    "On the sheet Initiatives max_cost says what each may cost at most."
)
_TOO_FEW_UNITS = (
    "No effect is estimated from so few units. On the sheet Break even each initiative has what it would have to bring."
)
_VALUE = 3
_FIGURES = 8
_PIXELS_A_CHARACTER, _LEAST_HEIGHT, _HEIGHT_OF_BAR = 7, 300, 32


def write_dashboard(book: Book) -> None:
    """Write the headline, and where there is cash to value the live figures, the ranked list and two charts."""
    lead = f"Money in {book.edition.currency}; ranges are 90%. Live where Inputs can change it."
    subject = "what to fund" if book.edition.fitness == "fit" else "not fit for use"
    without = _TOO_FEW_UNITS if sentences.too_few_units(book.edition) else _NO_NPV
    sheet = open_sheet(book, SHEET, f"{book.edition.name}: {subject}", lead if book.live else without)
    if book.live is not None:
        set_widths(sheet, _widths(book.live))
    row = _write_sentences(book, sheet)
    if book.live is None:
        return
    _write_figures(book, sheet, book.live, row)
    header = row + _FIGURES + 1
    _write_ranked(book, sheet, book.live, header)
    _insert_charts(book, sheet, book.live, header)
    sheet.repeat_rows(0, content_top(book.edition) - 1)


def _widths(live: Live) -> tuple[int, ...]:
    return (9, live.id_width, live.name_width + 4, *(live.money_width,) * 3, 14, 14)


def _write_sentences(book: Book, sheet: Worksheet) -> int:
    """Write the run's sentences, the first one large, and return the next free row."""
    row = content_top(book.edition)
    for number, sentence in enumerate(book.edition.sentences):
        look = book.styles.of("headline" if number == 0 else "plain")
        for line in textwrap.wrap(sentence, LINE_LENGTH):
            put_text(sheet, row, 0, line, look)
            row += 1
    return row + 1


def _write_figures(book: Book, sheet: Worksheet, live: Live, first: int) -> None:
    layout, styles, worth = live.layout, book.styles, book.edition.worth
    put_text(sheet, first, 0, "All checks", styles.of("label"))
    light = f"={light_address(layout)}"
    put_formula(sheet, first, _VALUE, light, light_now(book, live), styles.of("label", "right"))
    colour_words(book, sheet, (first, _VALUE, first, _VALUE))
    figures = _live_figures(book, live)
    for row, (name, label, value) in enumerate(figures, start=first + 1):
        put_text(sheet, row, 0, label, styles.of("label"))
        put_formula(
            sheet, row, _VALUE, f"={layout.figure(name, PORTFOLIO)}", value, styles.of("money", "label", "right")
        )
    row = first + 1 + len(figures)
    given = (
        ("As delivered: lowest of the 90% range", math.nan if worth is None else worth.p05, "money"),
        ("As delivered: highest of the 90% range", math.nan if worth is None else worth.p95, "money"),
        ("As delivered: chance of an NPV above 0", math.nan if worth is None else worth.p_positive, "share"),
    )
    for place, (label, number, look) in enumerate(given, start=row):
        put_text(sheet, place, 0, label, styles.of("label"))
        put_number(sheet, place, _VALUE, number, styles.of("given", look, "right"))


def _live_figures(book: Book, live: Live) -> tuple[tuple[str, str, object], ...]:
    cash, spent = live.cash, float(live.cash.chosen @ live.alone.one_off)
    together = delivered_total(book) if live.sets is None else float(live.sets.npv[live.sets.chosen])
    word = "NPV of what is included, together" if live.sets is not None else "NPV of the portfolio, as delivered"
    return (
        ("NPV together", word, together),
        ("One-off cost", "One-off cost of what is included", spent),
        ("Budget", "Budget", NO_LIMIT if cash.budget is None else cash.budget),
        ("Budget left", "Budget left", math.nan if cash.budget is None else cash.budget - spent),
    )


def _write_ranked(book: Book, sheet: Worksheet, live: Live, header: int) -> None:
    put_header(book, sheet, header, _COLUMNS, numbers=range(_VALUE, len(_COLUMNS)))
    for step, index in enumerate(np.argsort(live.alone.rank)):
        row = header + 1 + step
        number = f"=ROWS({at(header + 1, 0)}:{along(row, 0)})"
        put_formula(sheet, row, 0, number, step + 1, book.styles.of("count", "centre"))
        for column, source, value, look in _ranked_cells(book, live, int(index)):
            formula = _looked_up(live, along(row, 0), source)
            if column == _VALUE:
                formula = f'=IF({formula[1:]}=1,"yes","no")'
            put_formula(
                sheet, row, column, formula, value, book.styles.of(look, "right" if column >= _VALUE else "indent")
            )


def _ranked_cells(book: Book, live: Live, index: int) -> tuple[tuple[int, int, object, str], ...]:
    cash, alone = live.cash, live.alone
    return (
        (1, 0, cash.initiatives[index], "text"),
        (2, 1, live.names[index], "wrap"),
        (3, RANK_INCLUDE, "yes" if cash.chosen[index] else "no", "text"),
        (4, RANK_COST, alone.one_off[index], "money"),
        (5, RANK_NPV, alone.npv[index], "money"),
        (6, RANK_CHANCE, delivered_value(book, live, index, "p_npv_positive"), "share"),
        (7, RANK_VERDICT, delivered_value(book, live, index, "verdict"), "text"),
    )


def _looked_up(live: Live, rank: str, column: int) -> str:
    layout = live.layout
    rows = (layout.listed_row(0), layout.listed_row(layout.initiatives - 1))
    ranks, values = down(RANK, *rows, RANKING), down(column, *rows, RANKING)
    return f"=INDEX({values},MATCH({rank},{ranks},0))"


def _insert_charts(book: Book, sheet: Worksheet, live: Live, header: int) -> None:
    count = live.layout.initiatives
    below = header + count + 2
    chart = book.workbook.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "NPV",
            "categories": [SHEET, header + 1, 2, header + count, 2],
            "values": [SHEET, header + 1, 5, header + count, 5],
            "fill": {"color": style.ACCENT},
            "invert_if_negative": True,
            "invert_if_negative_color": style.BAD,
            "gap": 60,
        }
    )
    chart.set_title(
        {"name": f"NPV by initiative, alone ({book.edition.currency})", "name_font": {"size": 11}, "overlay": False}
    )
    chart.set_y_axis({"reverse": True, "label_position": "low", "major_gridlines": {"visible": False}})
    chart.set_x_axis(
        {
            "num_format": "#,##0",
            "label_position": "high",
            "major_gridlines": {"visible": True, "line": {"color": style.LINE}},
        }
    )
    chart.set_legend({"none": True})
    chart.set_size(
        {
            "width": _PIXELS_A_CHARACTER * sum(_widths(live)[: _VALUE + 1]),
            "height": max(_LEAST_HEIGHT, 60 + _HEIGHT_OF_BAR * count),
        }
    )
    alt = "Bars: net present value of each initiative alone, highest first; the figures stand in the table above."
    sheet.insert_chart(below, 0, chart, {"description": alt, "object_position": 2})
    if live.sets is not None:
        _insert_cumulative(book, sheet, live, below)


def _insert_cumulative(book: Book, sheet: Worksheet, live: Live, row: int) -> None:
    layout = live.layout
    chart = book.workbook.add_chart({"type": "line"})
    flow, header = layout.flow_row("Cumulative net cash"), layout.flows_header()
    chart.add_series(
        {
            "name": "Cumulative net cash",
            "categories": [PORTFOLIO, header, PERIOD, header, layout.last_period],
            "values": [PORTFOLIO, flow, PERIOD, flow, layout.last_period],
            "line": {"color": style.ACCENT, "width": 2.25},
            "marker": {"type": "circle", "size": 5, "fill": {"color": style.ACCENT}, "border": {"color": style.ACCENT}},
        }
    )
    chart.set_title(
        {"name": f"Cumulative net cash of what is included ({book.edition.currency})", "name_font": {"size": 11}}
    )
    chart.set_x_axis({"label_position": "low", "num_font": {"rotation": -45}})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": style.LINE}}})
    chart.set_legend({"none": True})
    chart.set_size({"width": _PIXELS_A_CHARACTER * sum(_widths(live)[_VALUE + 1 :]), "height": _LEAST_HEIGHT})
    alt = "Line: net cash so far of what is included, period by period, undiscounted; figures on the sheet Portfolio."
    sheet.insert_chart(row, 4, chart, {"description": alt, "object_position": 2, "x_offset": 10})
