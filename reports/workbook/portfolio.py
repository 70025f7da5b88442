"""Portfolio: what is included, what it costs, what it is worth together, and the best set under the budget."""

from __future__ import annotations

import math

import numpy as np
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from reports.workbook.book import Book, Live, colour_words, open_sheet, put_header, set_widths
from reports.workbook.calc import PRESENT, TOTAL
from reports.workbook.calc import SHEET as CALC
from reports.workbook.inputs import NO_LIMIT, inputs_changed
from reports.workbook.inputs import SHEET as INPUTS
from reports.workbook.layout import (
    FIGURE,
    FLOWS,
    INCLUDE,
    PERIOD,
    PICK_BEST,
    PICK_COST,
    PICK_DELIVERED,
    PICK_INCLUDE,
    PICK_NPV,
    PICK_WEIGHT,
    RANK_COST,
    RANK_NPV,
    SET_KEY,
    SET_STATUS,
    across,
    across_fixed,
    along,
    down,
)
from reports.workbook.put import ABSENT, put_formula, put_number, put_text
from reports.workbook.ranking import SHEET as RANKING
from reports.workbook.ranking import change_formula, change_now
from reports.workbook.sets import column_of_sets, over_budget
from reports.workbook.valuation import TOLERANCE, SetValuation

SHEET = "Portfolio"
RERUN = "run again"
_COLUMNS = (
    "initiative",
    "name",
    "include",
    "one-off cost",
    "NPV alone",
    "chosen as delivered",
    "in the best set",
    "weight in the key",
)
_NOTES = {
    "Row on Sets": "where the key stands in the list of sets",
    "Status of the set": "ok, over budget, not allowed by the plan, or no cost",
    "NPV together": "joint benefit of exactly this set, overlap taken out",
    "Overlap": "together minus alone; below 0 where initiatives fix the same thing",
    "Best NPV under the budget": "highest mean NPV of all sets with status ok",
    "Inputs changed": "count of changed inputs; the joint benefit of more than ten initiatives is not live",
}


def write_portfolio(book: Book, live: Live) -> None:
    """Write the included initiatives, the figures of the set, and its cash by period."""
    lead = f"What is included on Inputs, taken together; money in {book.edition.currency}."
    if live.sets is None:
        lead += " More than ten initiatives: the total is as delivered; run again to change it."
    sheet = open_sheet(book, SHEET, "Portfolio", lead)
    money = live.money_width
    set_widths(
        sheet, (max(26, live.id_width), live.name_width, money + 1, *(money,) * 3, *(max(11, live.period_width),) * 2)
    )
    sheet.set_column(8, max(8, live.layout.last_period), live.period_width)
    _write_picks(book, sheet, live)
    _write_figures(book, sheet, live)
    if live.sets is not None:
        _write_flows(book, sheet, live, live.sets)
    sheet.freeze_panes(live.layout.top + 1, 0)
    sheet.repeat_rows(0, live.layout.top - 2)


def delivered_total(book: Book) -> float:
    """The engine's joint mean NPV of the chosen portfolio, NaN where it gives none."""
    return math.nan if book.edition.worth is None else book.edition.worth.mean


def _write_picks(book: Book, sheet: Worksheet, live: Live) -> None:
    layout, styles = live.layout, book.styles
    put_header(book, sheet, layout.top, _COLUMNS if live.sets else _COLUMNS[:PICK_BEST], numbers=range(PICK_INCLUDE, 8))
    for index, initiative in enumerate(live.cash.initiatives):
        row = layout.listed_row(index)
        put_text(sheet, row, 0, initiative, styles.of())
        put_text(sheet, row, 1, live.names[index], styles.of("wrap", "indent"))
        include = f"={along(layout.inputs_row(index), INCLUDE, INPUTS)}"
        put_formula(sheet, row, PICK_INCLUDE, include, live.cash.chosen[index], styles.of("count"))
        cost = f"={along(row, RANK_COST, RANKING)}"
        put_formula(sheet, row, PICK_COST, cost, live.alone.one_off[index], styles.of("money"))
        npv = f"={along(row, RANK_NPV, RANKING)}"
        put_formula(sheet, row, PICK_NPV, npv, live.alone.npv[index], styles.of("money", "right"))
        put_number(sheet, row, PICK_DELIVERED, live.cash.chosen[index], styles.of("given", "count"))
        if live.sets is not None:
            _write_best(book, sheet, live, (index, live.sets))


def _write_best(book: Book, sheet: Worksheet, live: Live, place: tuple[int, SetValuation]) -> None:
    index, sets = place
    layout, row = live.layout, live.layout.listed_row(index)
    best_row = layout.figure("Row of the best set")
    flags = column_of_sets(layout, layout.flag_column(index))
    held = math.nan if sets.best is None or live.cash.sets is None else live.cash.sets[sets.best, index]
    formula = f'=IF(ISNUMBER({best_row}),INDEX({flags},{best_row}),"{ABSENT}")'
    put_formula(sheet, row, PICK_BEST, formula, held, book.styles.of("count", "right"))
    weight = f"=2^(ROWS({down(0, layout.listed_row(0), row).split(':')[0]}:{along(row, 0)})-1)"
    put_formula(sheet, row, PICK_WEIGHT, weight, 2.0**index, book.styles.of("count"))


def _write_figures(book: Book, sheet: Worksheet, live: Live) -> None:
    layout, styles = live.layout, book.styles
    formulas = _common_figures(book, live)
    formulas |= _set_figures(book, live, live.sets) if live.sets is not None else _delivered_figures(book, live)
    looks = {"Initiatives included": "count", "Key of the set": "count", "Row on Sets": "count"}
    looks |= {"Row of the best set": "count", "Inputs changed": "count"}
    for name in layout.figures:
        row, look = layout.figure_row(name), looks.get(name, "money")
        put_text(sheet, row, 0, name, styles.of("label"))
        put_text(sheet, row, FIGURE + 1, _NOTES.get(name, ""), styles.of("lead", "indent"))
        if name == "NPV as delivered":
            put_number(sheet, row, FIGURE, delivered_total(book), styles.of("given", "money", "right"))
            continue
        formula, value = formulas[name]
        put_formula(sheet, row, FIGURE, formula, value, styles.of(look, "right", "label"))
    colour_words(book, sheet, (layout.figure_row("Within the budget"), FIGURE) * 2)


def _common_figures(book: Book, live: Live) -> dict[str, tuple[str, object]]:
    layout, chosen, budget = live.layout, live.cash.chosen, live.cash.budget
    include, cost = (_picks(live, column) for column in (PICK_INCLUDE, PICK_COST))
    spent, limit = layout.figure("One-off cost"), layout.figure("Budget")
    held = float(chosen @ live.alone.one_off)
    return {
        "Initiatives included": (f"=SUM({include})", chosen.sum()),
        "One-off cost": (f"=SUMPRODUCT({include},{cost})", held),
        "Budget": ("=Budget", NO_LIMIT if budget is None else budget),
        "Budget left": (
            f'=IF(ISNUMBER({limit}),{limit}-{spent},"{ABSENT}")',
            math.nan if budget is None else budget - held,
        ),
        "Within the budget": (
            f'=IF({over_budget(spent)},"FAIL","OK")',
            "FAIL" if budget is not None and held > budget * (1 + TOLERANCE) else "OK",
        ),
    }


def _set_figures(book: Book, live: Live, sets: SetValuation) -> dict[str, tuple[str, object]]:
    layout = live.layout
    figure = layout.figure
    row, best = figure("Row on Sets"), figure("Best NPV under the budget")
    include, weight = _picks(live, PICK_INCLUDE), _picks(live, PICK_WEIGHT)
    counted = column_of_sets(layout, layout.counted_column())
    together, alone = float(sets.npv[sets.chosen]), _sum_alone(live)
    top = math.nan if sets.best is None else float(sets.npv[sets.best])
    flows = across_fixed(layout.flow_row("Net cash"), PERIOD, layout.last_period)
    factors = across_fixed(layout.discount_row(), PERIOD, layout.last_period, CALC)
    before, npv = figure("NPV as delivered"), figure("NPV together")
    return {
        "Key of the set": (f"=SUMPRODUCT({include},{weight})", sets.key[sets.chosen]),
        "Row on Sets": (f"=MATCH({figure('Key of the set')},{column_of_sets(layout, SET_KEY)},0)", sets.chosen + 1),
        "Status of the set": (f"=INDEX({column_of_sets(layout, SET_STATUS)},{row})", sets.status[sets.chosen]),
        "NPV together": (f"=SUMPRODUCT({factors},{flows})", together),
        "Sum of the NPVs alone": (f"=SUMPRODUCT({include},{_picks(live, PICK_NPV)})", alone),
        "Overlap": (f"={npv}-{figure('Sum of the NPVs alone')}", together - alone),
        "Change since delivery": (change_formula(npv, before), change_now(together, delivered_total(book))),
        "Best NPV under the budget": (f'=IF(COUNT({counted})=0,"{ABSENT}",MAX({counted}))', top),
        "Row of the best set": (
            f'=IF(ISNUMBER({best}),MATCH({best},{counted},0),"{ABSENT}")',
            math.nan if sets.best is None else sets.best + 1,
        ),
        "Given up against the best": (f'=IF(ISNUMBER({best}),{best}-{npv},"{ABSENT}")', top - together),
    }


def _delivered_figures(book: Book, live: Live) -> dict[str, tuple[str, object]]:
    layout = live.layout
    changed = f"={inputs_changed(layout)}"
    together = f'=IF({layout.figure("Inputs changed")}=0,{layout.figure("NPV as delivered")},"{RERUN}")'
    return {"Inputs changed": (changed, 0), "NPV together": (together, delivered_total(book))}


def _write_flows(book: Book, sheet: Worksheet, live: Live, sets: SetValuation) -> None:
    layout, styles = live.layout, book.styles
    if live.cash.set_benefit is None:
        return
    heads = ("line", "", "", "unit", "total", "present value", *live.cash.periods)
    put_header(book, sheet, layout.flows_header(), heads, numbers=range(TOTAL, len(heads)))
    benefit = live.cash.set_benefit[sets.chosen]
    cost = live.cash.chosen @ live.alone.cost
    values = (benefit, cost, benefit - cost, (benefit - cost).cumsum())
    for name, line in zip(FLOWS, values, strict=True):
        row = layout.flow_row(name)
        put_text(sheet, row, 0, name, styles.of("label"))
        put_text(sheet, row, 3, book.edition.currency, styles.of("indent"))
        for column in range(PERIOD, layout.last_period + 1):
            value = line[column - PERIOD]
            put_formula(sheet, row, column, _flow_formula(live, name, column), value, styles.of("money"))
        if name != FLOWS[-1]:
            _write_sums(book, sheet, live, (row, line))


def _write_sums(book: Book, sheet: Worksheet, live: Live, place: tuple[int, np.ndarray]) -> None:
    row, line = place
    layout, look = live.layout, book.styles.of("money", "label")
    cells = across(row, PERIOD, layout.last_period)
    factors = across_fixed(layout.discount_row(), PERIOD, layout.last_period, CALC)
    put_formula(sheet, row, TOTAL, f"=SUM({cells})", line.sum(), look)
    put_formula(sheet, row, PRESENT, f"=SUMPRODUCT({factors},{cells})", line @ live.alone.discount, look)


def _flow_formula(live: Live, name: str, column: int) -> str:
    layout = live.layout
    letter = xl_col_to_name(column)
    benefit, cost, net, _ = (along(layout.flow_row(line), column) for line in FLOWS)
    first, last = layout.set_row(0) + 1, layout.set_row(layout.sets - 1) + 1
    costs = [layout.calc_row("cost", index) + 1 for index in (0, layout.initiatives - 1)]
    start = f"${along(layout.flow_row('Net cash'), PERIOD)}"
    return {
        "Joint benefit": f"=INDEX(Sets!{letter}${first}:{letter}${last},{layout.figure('Row on Sets')})",
        "Cost": f"=SUMPRODUCT({_picks(live, PICK_INCLUDE)},{CALC}!{letter}${costs[0]}:{letter}${costs[1]})",
        "Net cash": f"={benefit}-{cost}",
        "Cumulative net cash": f"=SUM({start}:{net})",
    }[name]


def _picks(live: Live, column: int) -> str:
    return down(column, live.layout.listed_row(0), live.layout.listed_row(live.layout.initiatives - 1))


def _sum_alone(live: Live) -> float:
    return float(live.cash.chosen @ np.nan_to_num(live.alone.npv))
