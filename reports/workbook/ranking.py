"""Ranking: each initiative alone, its live NPV, ROI, payback and rank beside what was delivered."""

from __future__ import annotations

import math

import numpy as np
from xlsxwriter.worksheet import Worksheet

from reports.workbook.book import Book, Live, open_sheet, put_header, set_widths
from reports.workbook.calc import BASIS, PRESENT
from reports.workbook.calc import SHEET as CALC
from reports.workbook.inputs import SHEET as INPUTS
from reports.workbook.layout import (
    COST,
    INCLUDE,
    PERIOD,
    RANK,
    RANK_BASIS,
    RANK_CHANCE,
    RANK_CHANGE,
    RANK_COST,
    RANK_DELIVERED,
    RANK_INCLUDE,
    RANK_NPV,
    RANK_NPV_DELIVERED,
    RANK_PAYBACK,
    RANK_PV_COST,
    RANK_ROI,
    RANK_VERDICT,
    across,
    along,
    at,
    down,
)
from reports.workbook.put import ABSENT, put_formula, put_text, put_value
from reports.workbook.valuation import QUARTERS_A_YEAR, RANK_DECIMALS, TOLERANCE

SHEET = "Ranking"
_COLUMNS = (
    "initiative",
    "name",
    "include",
    "one-off cost",
    "present value of costs",
    "NPV",
    "ROI",
    "payback, quarters",
    "rank",
    "NPV as delivered",
    "rank as delivered",
    "change in NPV",
    "chance of NPV above 0, as delivered",
    "verdict, as delivered",
    "ranked by",
)


def write_ranking(book: Book, live: Live) -> None:
    """Write one row an initiative, one formula a column."""
    layout = live.layout
    lead = (
        f"Each initiative alone, money in {book.edition.currency}. ROI is NPV over the present value of all costs; "
        "rank 1 is the highest NPV, ties in plan order; without a cost it ranks as if free."
    )
    sheet = open_sheet(book, SHEET, "Ranking", lead)
    money = live.money_width
    set_widths(sheet, (live.id_width, live.name_width, 9, *(money,) * 3, 9, 10, 8, money, 11, money, 14, 12, money))
    put_header(book, sheet, layout.top, _COLUMNS, numbers=range(RANK_INCLUDE, len(_COLUMNS)))
    sheet.set_row(layout.top, 42)
    for index in range(layout.initiatives):
        _write_live(book, sheet, live, index)
        _write_delivered(book, sheet, live, index)
    sheet.freeze_panes(layout.top + 1, 2)
    sheet.repeat_rows(0, layout.top)


def _write_live(book: Book, sheet: Worksheet, live: Live, index: int) -> None:
    layout, styles, alone = live.layout, book.styles, live.alone
    row = layout.listed_row(index)
    put_text(sheet, row, 0, live.cash.initiatives[index], styles.of())
    put_text(sheet, row, 1, live.names[index], styles.of("wrap", "indent"))
    written = (
        (RANK_INCLUDE, live.cash.chosen[index], "count"),
        (RANK_COST, alone.one_off[index], "money"),
        (RANK_PV_COST, alone.pv_cost[index], "money"),
        (RANK_NPV, alone.npv[index], "money"),
        (RANK_ROI, alone.roi[index], "ratio"),
        (RANK_PAYBACK, alone.payback[index], "quarters"),
        (RANK, alone.rank[index], "count"),
        (RANK_BASIS, alone.ranked_by[index], "money"),
    )
    for column, value, look in written:
        put_formula(sheet, row, column, _formula(live, index, column), value, styles.of(look, "right"))


def _formula(live: Live, index: int, column: int) -> str:
    layout = live.layout
    row, inputs = layout.listed_row(index), layout.inputs_row(index)
    npv, spent = along(row, RANK_NPV), along(row, RANK_PV_COST)
    started, paid = (
        across(layout.calc_row(block, index), PERIOD, layout.last_period, CALC) for block in ("started", "paid back")
    )
    cost = along(inputs, COST, INPUTS)
    share, extra = (
        across(layout.basis_row(line, index), PERIOD, layout.last_period, BASIS)
        for line in ("cost share", "extra capital")
    )
    present = {block: along(layout.calc_row(block, index), PRESENT, CALC) for block in ("cost", "net")}
    first, value = layout.listed_row(0), along(row, RANK_BASIS)
    every = down(RANK_BASIS, first, layout.listed_row(layout.initiatives - 1))
    above = f"{at(first, RANK_BASIS)}:{value}"
    wait = f"(MATCH(1,{paid},0)-MATCH(1,{started},0)+1)*{QUARTERS_A_YEAR}/PeriodsAYear"
    return {
        RANK_INCLUDE: f"={along(inputs, INCLUDE, INPUTS)}",
        RANK_COST: f"=N({cost})*SUM({share})+SUM({extra})",
        RANK_PV_COST: f"={present['cost']}",
        RANK_NPV: f'=IF(ISNUMBER({cost}),{present["net"]},"{ABSENT}")',
        RANK_ROI: f'=IF(ISNUMBER({npv}),IF({spent}>0,{npv}/{spent},"{ABSENT}"),"{ABSENT}")',
        RANK_PAYBACK: f'=IF(SUM({started})=0,0,IF(SUM({paid})=0,"{ABSENT}",{wait}))',
        RANK: f"=RANK({value},{every})+COUNTIF({above},{value})-1",
        RANK_BASIS: f"=ROUND({present['net']},{RANK_DECIMALS})",
    }[column]


def _write_delivered(book: Book, sheet: Worksheet, live: Live, index: int) -> None:
    row, styles = live.layout.listed_row(index), book.styles
    for column, name, look in (
        (RANK_NPV_DELIVERED, "npv", "money"),
        (RANK_DELIVERED, "rank", "count"),
        (RANK_CHANCE, "p_npv_positive", "share"),
        (RANK_VERDICT, "verdict", "text"),
    ):
        put_value(sheet, row, column, delivered_value(book, live, index, name), styles.of("given", look, "right"))
    npv, then = along(row, RANK_NPV), along(row, RANK_NPV_DELIVERED)
    change = change_now(live.alone.npv[index], delivered_values(book, live, "npv")[index])
    put_formula(sheet, row, RANK_CHANGE, change_formula(npv, then), change, styles.of("money", "right"))


def change_formula(now: str, before: str) -> str:
    """A formula for what changed since delivery; rounding of the last digits is no change."""
    same = f"ABS({now}-{before})<=Tolerance*MAX(1,ABS({before}))"
    return f'=IF(AND(ISNUMBER({now}),ISNUMBER({before})),IF({same},0,{now}-{before}),"{ABSENT}")'


def change_now(now: float, before: float) -> float:
    """What `change_formula` gives as delivered; NaN where one of the two is not known."""
    return 0.0 if abs(now - before) <= TOLERANCE * max(1.0, abs(before)) else now - before


def delivered_value(book: Book, live: Live, index: int, column: str) -> float | str:
    """A figure of the run's own initiatives table; NaN where the table does not give it."""
    table = book.edition.tables["initiatives"]
    if column not in table.columns:
        return math.nan
    found = table.loc[table["initiative"] == live.cash.initiatives[index], column]
    if found.empty:
        return math.nan
    value = found.iloc[0]
    return str(value) if isinstance(value, str) else float(value)


def delivered_values(book: Book, live: Live, column: str) -> np.ndarray:
    """A figure of the run's own initiatives table for every initiative of the cash model, NaN where not given."""
    return np.array(
        [delivered_value(book, live, index, column) for index in range(live.layout.initiatives)], dtype=float
    )
