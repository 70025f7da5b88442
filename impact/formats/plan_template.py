"""A plan workbook to fill in: a sheet a table, a note on every heading, a list where the choice is fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impact.plan_columns import LEVERS

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Rows = Sequence[Mapping[str, Any]]

LAST_ROW = 200
A4 = 9
SHARE = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
HEADING = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "border": 1}
ENTRY = {"bg_color": "#FFF9E5", "font_color": "#0000FF", "border": 1, "border_color": "#D9D9D9"}
AMOUNT = {"validate": "decimal", "criteria": ">=", "value": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A heading of a sheet: what its note says, and what its cells may hold.

    `among` is a fixed list; `ids_of` names the sheet whose first column holds the allowed ids.
    """

    name: str
    note: str
    among: tuple[str, ...] = ()
    ids_of: str = ""
    number: Mapping[str, Any] | None = None
    width: int = 16

    def rule(self) -> dict[str, Any] | None:
        """The data validation of the cells below the heading, or None where any text is right."""
        if self.among:
            return {"validate": "list", "source": list(self.among)}
        if self.ids_of:
            return {"validate": "list", "source": f"={self.ids_of}!$A$2:$A${LAST_ROW}"}
        return dict(self.number) if self.number else None


def _id(name: str, note: str) -> Column:
    return Column(name=name, note=f"{note} A short, stable id: letters, digits and _ only. Required.")


def _text(name: str, note: str, width: int = 28) -> Column:
    return Column(name=name, note=note, width=width)


OWNER = _text("owner", "Who answers for it: a role or a person. Optional.", 20)
WAS = _text("was", "Ids it went by earlier, parted by ; so that their rows count for it. Optional.", 16)

SHEETS: dict[str, tuple[Column, ...]] = {
    "stages": (
        _id("stage", "A step of the journey that is scored; the survey names it in its stage column."),
        _text("name", "What pages call it. Required."),
        Column(name="order", note="Its place in the journey: 1, 2, 3 and so on. Optional.", number=AMOUNT, width=8),
        OWNER,
        _text("description", "What the customer wants to get done here. Optional.", 44),
        WAS,
    ),
    "touchpoints": (
        _id("touchpoint", "A place where a stage is met."),
        Column(name="stage", note="The stage it belongs to. Required.", ids_of="stages"),
        _text("name", "What pages call it. Required."),
        _text("channel", "web, app, phone, shop, post and so on. Required.", 14),
        OWNER,
    ),
    "personas": (
        _id("persona", "A group of customers; customers.csv names it in its persona column."),
        _text("name", "What pages call it. Required."),
        _text("needs", "What they need. Optional.", 36),
        _text("goals", "What they are after. Optional.", 36),
        _text("thinks", "What they think. Optional.", 36),
        _text("feels", "What they feel. Optional.", 36),
        _text("says", "What they say. Optional.", 36),
        _text("does", "What they do. Optional.", 36),
    ),
    "pain_points": (
        _id("pain_point", "Something that goes wrong; incidents.csv names it in its pain_point column."),
        Column(name="stage", note="The stage where it happens. Required.", ids_of="stages"),
        _text("name", "What pages call it. Required."),
        Column(name="touchpoint", note="Where it happens. Optional.", ids_of="touchpoints"),
        OWNER,
        Column(name="kind", note="pain hurts, delight helps. Blank is pain.", among=("pain", "delight")),
        Column(
            name="source",
            note="operations: counted in incidents. survey: named in answers. Blank is operations.",
            among=("operations", "survey"),
        ),
        Column(
            name="measure",
            note="How a period's incidents count: any (0 or 1), count, or level (mean of amount). Blank is any.",
            among=("any", "count", "level"),
        ),
        WAS,
    ),
    "initiatives": (
        _id("initiative", "Something that could be funded."),
        _text("name", "What pages call it. Required."),
        Column(name="cost", note="One-off cash, in the study's currency, undiscounted. Required.", number=AMOUNT),
        Column(name="cost_low", note="The cost it has one chance in ten to stay under. Optional.", number=AMOUNT),
        Column(name="cost_high", note="The cost it has one chance in ten to exceed. Optional.", number=AMOUNT),
        Column(name="run_cost", note="Cash a quarter, from go-live. Blank is 0.", number=AMOUNT),
        OWNER,
        _text("earliest", "The first period it could start in, such as 2026Q4. Blank: the first one.", 10),
        _text("start", "The period it starts in, where that is settled. Blank: chosen with the set.", 10),
        Column(
            name="duration", note="Quarters from start to go-live; cost is spread over them. Blank is 1.", number=AMOUNT
        ),
        Column(name="ramp", note="Quarters from go-live to full effect. Blank is 0.", number=AMOUNT),
        Column(
            name="status",
            note="Where it stands. Blank is proposed.",
            among=("proposed", "approved", "live", "done", "stopped"),
        ),
        _text("actual_start", "The period it went live in, once its status is live or done.", 12),
        Column(name="actual_cost", note="One-off cash paid for it so far. Optional.", number=AMOUNT),
        Column(name="cashable", note="Share of saved service cost that is cash, 0 to 1. Blank is 1.", number=SHARE),
        Column(name="other_benefit", note="Cash a quarter that it brings beside the journey. Blank is 0."),
        _text("requires", "Ids of initiatives that must have started by then, separated by ;. Optional.", 18),
        _text("excludes", "Ids of initiatives that cannot be done beside it, separated by ;. Optional.", 18),
        Column(name="mandatory", note="yes where it is done whatever it brings. Blank is no.", among=("yes", "no")),
        Column(name="delivery", note="Chance that it is delivered at all, 0 to 1. Blank is 1.", number=SHARE),
        Column(name="delay_low", note="Quarters late: one chance in ten to be less. Optional.", number=AMOUNT),
        Column(name="delay_high", note="Quarters late: one chance in ten to be more. Optional.", number=AMOUNT),
        Column(name="decay", note="Share of the fix that is lost a year, 0 to 1. Blank is 0.", number=SHARE),
        _text("budget_line", "The line of the budget that its benefit is booked in. Optional.", 18),
    ),
    "fixes": (
        Column(name="initiative", note="What is done. Required.", ids_of="initiatives"),
        Column(name="pain_point", note="What it makes rarer. Required.", ids_of="pain_points"),
        Column(name="low", note="Share of occurrences removed, 0 to 1: 1 chance in 20 of less.", number=SHARE),
        Column(name="likely", note="Share of occurrences removed, 0 to 1: as likely more as less.", number=SHARE),
        Column(name="high", note="Share of occurrences removed, 0 to 1: 1 chance in 20 of more.", number=SHARE),
        Column(name="persona", note="Only for this group. Blank: for all.", ids_of="personas"),
    ),
    "rollouts": (
        Column(name="initiative", note="What went live. Required.", ids_of="initiatives"),
        _text("column", "The column of ledger or customers that tells who got it, such as region. Required.", 16),
        _text("value", "A value of it that got the initiative; what no row names never got it. Required.", 16),
        _text("from", "The first period with it, such as 2026Q4. Required.", 10),
        Column(name="randomised", note="yes where chance decided who got it. Blank is no.", among=("yes", "no")),
    ),
    "pilots": (
        _id("pilot", "Something to find out before deciding."),
        Column(name="kind", note="pilot of an initiative, or survey of a stage. Required.", among=("pilot", "survey")),
        _text("target", "The initiative to try, or the stage to ask more about. Required.", 18),
        Column(name="cost", note="Cash, in the study's currency. Required.", number=AMOUNT),
        Column(
            name="n", note="Customers that take part, half with the fix; or answers added. Optional.", number=AMOUNT
        ),
        _text("name", "What pages call it. Optional."),
        OWNER,
        Column(name="duration", note="Quarters until the result is known. Blank is 1.", number=AMOUNT),
    ),
    "scenarios": (
        Column(name="scenario", note="What its rows together are called; the base needs no row. Required."),
        _text("lever", f"What is moved: {', '.join(LEVERS)}, prevalence:PAIN, capacity:TEAM, mix:PERSONA.", 22),
        Column(name="value", note="A factor (1.1 is a tenth more), or as how says. Required."),
        Column(
            name="how",
            note="multiply by the value, add it, or set it. Blank is multiply; of delay, add.",
            among=("multiply", "add", "set"),
        ),
        _text("from", "The first future period it holds in, such as 2026Q4. Blank: the first one.", 10),
        _text("to", "The last period it holds in. Blank: the last one.", 10),
        Column(name="persona", note="Only for this group. Blank: for all.", ids_of="personas"),
    ),
}


def write_plan_template(path: Path, tables: Mapping[str, Rows]) -> None:
    """Nothing; writes the workbook at `path`; `tables` holds the first rows by sheet and column."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as workbook:
        heading = workbook.add_format(HEADING)
        entry = workbook.add_format(ENTRY)
        for name, columns in SHEETS.items():
            _write_sheet(workbook.add_worksheet(name), columns, tables.get(name, ()), (heading, entry))


def _write_sheet(sheet: Worksheet, columns: Sequence[Column], rows: Rows, formats: tuple[Format, Format]) -> None:
    heading, entry = formats
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.name, heading)
        sheet.write_comment(0, place, column.note, {"x_scale": 2, "y_scale": 1})
        rule = column.rule()
        if rule:
            sheet.data_validation(1, place, LAST_ROW - 1, place, rule | _message(column))
    for number, row in enumerate(rows, start=1):
        _write_row(sheet, number, [row.get(column.name) for column in columns], entry)


def _write_row(sheet: Worksheet, number: int, values: Sequence[object], entry: Format) -> None:
    for place, value in enumerate(values):
        if isinstance(value, int | float):
            sheet.write_number(number, place, value, entry)
        elif value is None:
            sheet.write_blank(number, place, None, entry)
        else:
            sheet.write_string(number, place, str(value), entry)


def _message(column: Column) -> dict[str, str]:
    return {"error_title": column.name, "error_message": column.note[:255], "error_type": "stop"}
