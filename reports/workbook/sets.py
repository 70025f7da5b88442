"""Sets: every subset of the initiatives with its joint benefit, so that overlap in a portfolio is exact."""

from __future__ import annotations

import numpy as np
from xlsxwriter.worksheet import Worksheet

from reports.workbook.book import LINE_HEIGHT, Book, Live, line_count, open_sheet, put_header, set_widths, text_width
from reports.workbook.calc import SHEET as CALC
from reports.workbook.inputs import SHEET as INPUTS
from reports.workbook.layout import (
    COST,
    PERIOD,
    RANK_COST,
    RANK_PV_COST,
    SET_ALLOWED,
    SET_COST,
    SET_KEY,
    SET_NAMES,
    SET_NPV,
    SET_STATUS,
    Layout,
    across,
    across_fixed,
    along,
    at,
)
from reports.workbook.put import ABSENT, put_formula, put_number, put_text
from reports.workbook.ranking import SHEET as RANKING
from reports.workbook.valuation import SetValuation

SHEET = "Sets"
_COLUMNS = ("key", "initiatives", "one-off cost", "allowed by the plan", "status", "NPV together")
_ABOVE = ("one-off cost", "present value of costs", "cost missing (0 or 1)")
NONE = "(none)"


def write_sets(book: Book, live: Live, sets: SetValuation) -> None:
    """Write the costs above their flags, then a row a set with its live NPV and status."""
    layout = live.layout
    lead = (
        f"Every combination of initiatives, money in {book.edition.currency}. The benefit by period is the engine's, "
        "overlap taken out; cost, status and NPV follow Inputs."
    )
    sheet = open_sheet(book, SHEET, "Sets", lead)
    _set_columns(sheet, live)
    _write_above(book, sheet, live)
    heads = (*_COLUMNS, *live.cash.periods, *live.cash.initiatives, "NPV where the status is ok")
    numbers = {SET_KEY, SET_COST, SET_ALLOWED} | set(range(SET_NPV, len(heads)))
    put_header(book, sheet, layout.sets_header(), heads, numbers=numbers)
    for index in range(layout.sets):
        _write_given(book, sheet, live, index)
        _write_set(book, sheet, live, (index, sets))
    sheet.freeze_panes(layout.sets_header() + 1, 2)
    sheet.repeat_rows(0, layout.sets_header())


def _set_columns(sheet: Worksheet, live: Live) -> None:
    layout = live.layout
    set_widths(sheet, (7, _members_width(live), live.money_width, 13, 15, live.money_width))
    sheet.set_column(PERIOD, layout.last_period, live.period_width)
    sheet.set_column(layout.flag_column(0), layout.counted_column() - 1, max(live.period_width, live.id_width))
    sheet.set_column(layout.counted_column(), layout.counted_column(), max(16, live.period_width))


def _members_width(live: Live) -> int:
    return text_width((" + ".join(live.cash.initiatives),), 16)


def _write_above(book: Book, sheet: Worksheet, live: Live) -> None:
    layout, styles = live.layout, book.styles
    missing = (~np.isfinite(live.cash.cost)).astype(float)
    for step, label in enumerate(_ABOVE):
        put_text(sheet, layout.top + step, layout.flag_column(0) - 1, label, styles.of("label", "right"))
    for index in range(layout.initiatives):
        column, ranked = layout.flag_column(index), layout.listed_row(index)
        cost, present = (f"={along(ranked, place, RANKING)}" for place in (RANK_COST, RANK_PV_COST))
        known = f"=IF(ISNUMBER({along(layout.inputs_row(index), COST, INPUTS)}),0,1)"
        put_formula(sheet, layout.top, column, cost, live.alone.one_off[index], styles.of("money"))
        put_formula(sheet, layout.top + 1, column, present, live.alone.pv_cost[index], styles.of("money"))
        put_formula(sheet, layout.top + 2, column, known, missing[index], styles.of("count"))


def _write_given(book: Book, sheet: Worksheet, live: Live, index: int) -> None:
    cash, layout, styles = live.cash, live.layout, book.styles
    if cash.sets is None or cash.set_benefit is None:
        return
    row, flags = layout.set_row(index), cash.sets[index]
    members = " + ".join(name for name, flag in zip(cash.initiatives, flags, strict=True) if flag) or NONE
    put_text(sheet, row, SET_NAMES, members, styles.of("wrap", "indent"))
    sheet.set_row(row, LINE_HEIGHT * line_count(members, _members_width(live)))
    for step in range(layout.periods):
        put_number(sheet, row, PERIOD + step, cash.set_benefit[index, step], styles.of("given", "money"))
    for place, flag in enumerate(flags):
        put_number(sheet, row, layout.flag_column(place), flag, styles.of("given", "count"))


def _write_set(book: Book, sheet: Worksheet, live: Live, place: tuple[int, SetValuation]) -> None:
    index, sets = place
    layout, styles = live.layout, book.styles
    row, first, last = layout.set_row(index), layout.flag_column(0), layout.counted_column() - 1
    flags = across(row, first, last)
    cost, present, missing = (across_fixed(layout.top + step, first, last) for step in range(3))
    factors = across_fixed(layout.discount_row(), PERIOD, layout.last_period, CALC)
    benefit = across(row, PERIOD, layout.last_period)
    put_number(sheet, row, SET_KEY, sets.key[index], styles.of("given", "count"))
    put_number(sheet, row, SET_ALLOWED, sets.allowed[index], styles.of("given", "count"))
    put_formula(sheet, row, SET_COST, f"=SUMPRODUCT({flags},{cost})", sets.one_off[index], styles.of("money"))
    status = (
        f'=IF(SUMPRODUCT({flags},{missing})>0,"no cost",IF({along(row, SET_ALLOWED)}=0,"not allowed",'
        f'IF({over_budget(along(row, SET_COST))},"over budget","ok")))'
    )
    put_formula(sheet, row, SET_STATUS, status, sets.status[index], styles.of("indent"))
    npv = f"=SUMPRODUCT({factors},{benefit})-SUMPRODUCT({flags},{present})"
    put_formula(sheet, row, SET_NPV, npv, sets.npv[index], styles.of("money", "label"))
    counted = f'=IF({along(row, SET_STATUS)}="ok",{along(row, SET_NPV)},"{ABSENT}")'
    put_formula(sheet, row, layout.counted_column(), counted, sets.counted[index], styles.of("money", "right"))


def over_budget(cost: str) -> str:
    """A condition that is true where a cost is above the budget; never where there is no limit."""
    return f"IF(ISNUMBER(Budget),{cost}>Budget*(1+Tolerance),FALSE)"


def column_of_sets(layout: Layout, column: int) -> str:
    """A fixed range over all sets, such as `Sets!$A$12:$A$43`."""
    return f"{SHEET}!{at(layout.set_row(0), column)}:{at(layout.set_row(layout.sets - 1), column)}"
