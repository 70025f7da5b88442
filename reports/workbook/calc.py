"""Basis and Calc: the engine's mean cash by initiative and period, and the arithmetic from it to present values."""

from __future__ import annotations

import numpy as np
from xlsxwriter.worksheet import Worksheet

from reports.workbook.book import Book, Live, open_sheet, put_header, set_widths
from reports.workbook.inputs import SHEET as INPUTS
from reports.workbook.layout import BENEFIT_LINES, BLOCKS, COST, LINES, OVERRUN, PERIOD, across, across_fixed, along, at
from reports.workbook.put import put_formula, put_number, put_text

BASIS, SHEET = "Basis", "Calc"
TOTAL, PRESENT = 4, 5
_FLAGS = ("started", "paid back")
_VALUED = ("benefit", "cost", "net")


def write_basis(book: Book, live: Live) -> None:
    """Write the engine's figures as they are: undiscounted means over the draws, each initiative alone."""
    cash, layout, styles = live.cash, live.layout, book.styles
    lead = "The engine's mean cash, each initiative alone, undiscounted. Fixed: a new run changes it. Calc starts here."
    sheet = open_sheet(book, BASIS, "Basis", lead)
    _set_columns(sheet, live)
    put_header(
        book, sheet, layout.top, ("initiative", "name", "line", "unit", "", "", *cash.periods), numbers=_numbers(live)
    )
    arrays = (
        cash.retention,
        cash.spend,
        cash.service_saving,
        cash.other_benefit,
        cash.cost_share,
        cash.capex_extra,
        cash.opex,
    )
    for line, array in zip(LINES, arrays, strict=True):
        unit, look = ("share", "share") if line == "cost share" else (book.edition.currency, "money")
        for index in range(layout.initiatives):
            row = layout.basis_row(line, index)
            _put_labels(book, sheet, row, (cash.initiatives[index], live.names[index], line, unit))
            for step in range(layout.periods):
                put_number(sheet, row, PERIOD + step, array[index, step], styles.of("given", look))
    _finish(sheet, layout.top)


def write_calc(book: Book, live: Live) -> None:
    """Write period numbers, discount factors and the six blocks, one formula a row, the same columns throughout."""
    layout = live.layout
    lead = (
        "Worked out from Inputs and Basis, each initiative alone. Benefits and costs positive; net is benefit - cost."
    )
    sheet = open_sheet(book, SHEET, "Calc", lead)
    _set_columns(sheet, live)
    heads = ("initiative", "name", "line", "unit", "total", "present value")
    put_header(book, sheet, layout.top, (*heads, *live.cash.periods), numbers=_numbers(live))
    _write_discount(book, sheet, live)
    for block in BLOCKS:
        for index in range(layout.initiatives):
            _write_row(book, sheet, live, (block, index))
    _finish(sheet, layout.top)


def _write_discount(book: Book, sheet: Worksheet, live: Live) -> None:
    layout, styles = live.layout, book.styles
    numbers, factors = layout.discount_row() - 1, layout.discount_row()
    _put_labels(book, sheet, numbers, ("", "", "period number", ""))
    _put_labels(book, sheet, factors, ("", "", "discount factor", ""))
    for step in range(layout.periods):
        column = PERIOD + step
        count = f"=COLUMNS({at(numbers, PERIOD)}:{along(numbers, column)})"
        put_formula(sheet, numbers, column, count, step + 1, styles.of("count"))
        factor = f"=(1+DiscountRate)^(-({along(numbers, column)}-MidPeriod)/PeriodsAYear)"
        put_formula(sheet, factors, column, factor, live.alone.discount[step], styles.of("factor"))


def _write_row(book: Book, sheet: Worksheet, live: Live, place: tuple[str, int]) -> None:
    block, index = place
    layout, styles = live.layout, book.styles
    row = layout.calc_row(block, index)
    unit, look = ("0 or 1", "count") if block in _FLAGS else (book.edition.currency, "money")
    _put_labels(book, sheet, row, (live.cash.initiatives[index], live.names[index], block, unit))
    values = _block_values(live, block)[index]
    for step in range(layout.periods):
        put_formula(sheet, row, PERIOD + step, _formula(live, place, PERIOD + step), values[step], styles.of(look))
    if block in _VALUED:
        cells = across(row, PERIOD, layout.last_period)
        factors = across_fixed(layout.discount_row(), PERIOD, layout.last_period)
        put_formula(sheet, row, TOTAL, f"=SUM({cells})", values.sum(), styles.of("money", "label"))
        present = float(values @ live.alone.discount)
        put_formula(sheet, row, PRESENT, f"=SUMPRODUCT({factors},{cells})", present, styles.of("money", "label"))


def _formula(live: Live, place: tuple[str, int], column: int) -> str:
    block, index = place
    layout = live.layout

    def basis(line: str) -> str:
        return along(layout.basis_row(line, index), column, BASIS)

    def here(other: str) -> str:
        return along(layout.calc_row(other, index), column)

    def so_far(other: str) -> str:
        row = layout.calc_row(other, index)
        return f"SUM(${along(row, PERIOD)}:{along(row, column)})"

    inputs = layout.inputs_row(index)
    one_off = f"N({at(inputs, COST, INPUTS)})*{basis('cost share')}+{basis('extra capital')}"
    formulas = {
        "benefit": "=" + "+".join(basis(line) for line in BENEFIT_LINES),
        "cost": f"=({one_off})*{at(inputs, OVERRUN, INPUTS)}+{basis('running cost')}",
        "net": f"={here('benefit')}-{here('cost')}",
        "cumulative": f"={so_far('net')}",
        "started": f"=IF({so_far('cost')}>0,1,0)",
        "paid back": f"=IF(AND({here('started')}=1,{here('cumulative')}>=0),1,0)",
    }
    return formulas[block]


def _block_values(live: Live, block: str) -> np.ndarray:
    alone = live.alone
    arrays = (alone.benefit, alone.cost, alone.net, alone.cumulative, alone.started, alone.paid)
    return dict(zip(BLOCKS, arrays, strict=True))[block]


def _numbers(live: Live) -> range:
    return range(TOTAL, live.layout.last_period + 1)


def _put_labels(book: Book, sheet: Worksheet, row: int, labels: tuple[str, ...]) -> None:
    for column, label in enumerate(labels):
        put_text(sheet, row, column, label, book.styles.of(*(("indent",) if column else ())))


def _set_columns(sheet: Worksheet, live: Live) -> None:
    set_widths(sheet, (live.id_width, live.name_width, 16, 8, live.money_width, live.money_width))
    sheet.set_column(PERIOD, live.layout.last_period, live.period_width)


def _finish(sheet: Worksheet, header: int) -> None:
    sheet.freeze_panes(header + 1, 2)
    sheet.repeat_rows(0, header)
