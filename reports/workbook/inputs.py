"""Inputs: everything a reader may change, and nothing else."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from reports.workbook.book import Book, Live, open_sheet, put_header, set_widths
from reports.workbook.layout import (
    CHANGED,
    COST,
    COST_DELIVERED,
    INCLUDE,
    INCLUDE_DELIVERED,
    OVERRUN,
    SCALARS,
    Layout,
    along,
    at,
    down,
)
from reports.workbook.put import put_formula, put_number, put_text, put_value
from reports.workbook.valuation import MID_PERIOD, TOLERANCE

SHEET = "Inputs"
NO_LIMIT = "no limit"
SCALAR_CHANGED = 3
_COLUMNS = (
    "initiative",
    "name",
    "owner",
    "include (0 or 1)",
    "one-off cost",
    "include as delivered",
    "cost as delivered",
    "mean cost over plan cost",
    "changed (0 or 1)",
)
_SCALAR_COLUMNS = (
    "assumption",
    "value",
    "value as delivered",
    "changed (0 or 1)",
    "name in formulas",
    "note",
    "",
    "",
    "",
)
_NOTES = {
    "DiscountRate": "a year; above -100%",
    "Budget": "caps the one-off cost of what is included, undiscounted; or the words: no limit",
    "PeriodsAYear": "periods of the ledger in a year; fixed by the study",
    "MidPeriod": "cash counts at the middle of its period; fixed by the study",
    "Tolerance": "largest relative difference that the sheet Checks lets pass",
}
_LABELS = {
    "DiscountRate": "Discount rate",
    "Budget": "Budget",
    "PeriodsAYear": "Periods a year",
    "MidPeriod": "Place in the period",
    "Tolerance": "Tolerance of the checks",
}


def write_inputs(book: Book, live: Live) -> None:
    """Write the scalars with their names and the initiatives with their costs and include flags."""
    lead = f"Change the blue figures on cream only. Money in {book.edition.currency}; costs are entered positive."
    sheet = open_sheet(book, SHEET, "Inputs", lead)
    owner, money = max(live.owner_width, live.money_width), live.money_width
    set_widths(sheet, (max(24, live.id_width), live.name_width, owner, 14, money + 2, 14, money + 2, 14, 14))
    _write_scalars(book, sheet, live)
    _write_initiatives(book, sheet, live)
    sheet.freeze_panes(live.layout.top, 0)
    sheet.repeat_rows(0, live.layout.top - 1)


def inputs_changed(layout: Layout) -> str:
    """A formula that counts the inputs whose value is no longer the delivered one; the budget moves no value."""
    flags = down(CHANGED, layout.inputs_row(0), layout.inputs_row(layout.initiatives - 1), SHEET)
    return f"SUM({flags})+{at(layout.scalar_row('DiscountRate'), SCALAR_CHANGED, SHEET)}"


def _write_scalars(book: Book, sheet: Worksheet, live: Live) -> None:
    cash, layout, styles = live.cash, live.layout, book.styles
    put_header(book, sheet, layout.top, _SCALAR_COLUMNS, numbers=range(1, 3))
    values = (cash.discount_rate, cash.budget, float(cash.periods_a_year), MID_PERIOD, TOLERANCE)
    looks = ("share", "money", "count", "ratio", "precise")
    for name, value, look in zip(SCALARS, values, looks, strict=True):
        row = layout.scalar_row(name)
        free = name in ("DiscountRate", "Budget")
        form = styles.of(*(("input", "unlocked") if free else ("given",)), look, "right")
        put_text(sheet, row, 0, _LABELS[name], styles.of("label"))
        put_value(sheet, row, 1, NO_LIMIT if value is None else value, form)
        put_value(sheet, row, 2, NO_LIMIT if value is None else value, styles.of("given", look, "right"))
        changed = f"=IF({along(row, 1)}={along(row, 2)},0,1)"
        put_formula(sheet, row, SCALAR_CHANGED, changed, 0, styles.of("count", "centre"))
        put_text(sheet, row, 4, name, styles.of("lead", "indent"))
        put_text(sheet, row, 5, _NOTES[name], styles.of("lead", "indent"))
        book.workbook.define_name(name, f"={at(row, 1, SHEET)}")
    _allow_scalars(sheet, live)


def _allow_scalars(sheet: Worksheet, live: Live) -> None:
    rate, budget = live.layout.scalar_row("DiscountRate"), live.layout.scalar_row("Budget")
    sheet.data_validation(
        rate,
        1,
        rate,
        1,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -0.99,
            "maximum": 10,
            "ignore_blank": False,
            "input_title": "Discount rate",
            "input_message": "A year, for example 10%.",
            "error_message": "Enter a rate above -99%, for example 10%.",
        },
    )
    place = at(budget, 1)
    sheet.data_validation(
        budget,
        1,
        budget,
        1,
        {
            "validate": "custom",
            "value": f'=IF(ISNUMBER({place}),{place}>=0,{place}="{NO_LIMIT}")',
            "ignore_blank": False,
            "input_title": "Budget",
            "input_message": "Money, 0 or more, or the words: no limit",
            "error_message": "Enter 0 or more, or the words: no limit",
        },
    )


def _write_initiatives(book: Book, sheet: Worksheet, live: Live) -> None:
    cash, layout, styles = live.cash, live.layout, book.styles
    put_header(book, sheet, layout.inputs_header(), _COLUMNS, numbers=range(INCLUDE, len(_COLUMNS)))
    for index, initiative in enumerate(cash.initiatives):
        row = layout.inputs_row(index)
        put_text(sheet, row, 0, initiative, styles.of())
        put_text(sheet, row, 1, live.names[index], styles.of("wrap", "indent"))
        put_text(sheet, row, 2, live.owners[index], styles.of("wrap", "indent"))
        put_number(sheet, row, INCLUDE, cash.chosen[index], styles.of("input", "unlocked", "count", "centre"))
        put_number(sheet, row, COST, cash.cost[index], styles.of("input", "unlocked", "money", "right"))
        put_number(sheet, row, INCLUDE_DELIVERED, cash.chosen[index], styles.of("given", "count", "centre"))
        put_number(sheet, row, COST_DELIVERED, cash.cost[index], styles.of("given", "money", "right"))
        put_number(sheet, row, OVERRUN, cash.overrun[index], styles.of("given", "ratio"))
        same = f"{along(row, INCLUDE)}={along(row, INCLUDE_DELIVERED)},{along(row, COST)}={along(row, COST_DELIVERED)}"
        put_formula(sheet, row, CHANGED, f"=IF(AND({same}),0,1)", 0, styles.of("count", "centre"))
    _allow_initiatives(sheet, live)


def _allow_initiatives(sheet: Worksheet, live: Live) -> None:
    first, last = live.layout.inputs_row(0), live.layout.inputs_row(live.layout.initiatives - 1)
    sheet.data_validation(
        first,
        INCLUDE,
        last,
        INCLUDE,
        {
            "validate": "list",
            "source": ["0", "1"],
            "ignore_blank": False,
            "input_title": "Include",
            "input_message": "1 includes the initiative, 0 leaves it out.",
            "error_message": "Enter 0 or 1.",
        },
    )
    sheet.data_validation(
        first,
        COST,
        last,
        COST,
        {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "ignore_blank": False,
            "input_title": "One-off cost",
            "input_message": "Money, 0 or more, as in the plan; overrun and timing are applied on Calc.",
            "error_message": "Enter a cost of 0 or more.",
        },
    )
