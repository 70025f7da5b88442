"""Plan tables as typed rows: each cell read by its column's kind, every fault kept with its place."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from impact.errors import Finding
from impact.formats.plan import PlanRow, PlanTable
from impact.formats.sheets import Uncomputed, cell_text
from impact.journey import OVERALL
from impact.periods import PeriodKind, parse_period
from impact.plan_columns import CAPACITY, KEYS, PLAN_TABLES, Field
from impact.study_faults import nearest

_ID = re.compile(r"^\w[\w.\-]{0,39}$")
_TRUE, _FALSE = {"1", "true", "yes"}, {"0", "false", "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRow:
    """A row whose cells are of their column's kind; columns at fault hold their default."""

    values: Mapping[str, object]
    found: PlanRow

    def text(self, column: str) -> str:
        """The text or id of a column, "" where blank."""
        value = self.values.get(column)
        return value if isinstance(value, str) else ""


def typed_rows(table: str, found: PlanTable, kind: PeriodKind) -> tuple[tuple[TypedRow, ...], list[Finding]]:
    """The rows of a plan table by kind of column, and every fault of shape: columns, cells, doubled keys."""
    findings = _column_faults(table, found)
    fields = (*PLAN_TABLES[table], *_capacity_fields(table, found))
    rows = []
    for row in found.rows:
        values: dict[str, object] = {}
        for field in fields:
            if field.required and field.name not in found.columns:
                values[field.name] = field.default
                continue
            values[field.name], fault = _cell(row, field, kind)
            findings += fault
        rows.append(TypedRow(values=values, found=row))
    return tuple(rows), findings + _doubled(table, rows)


def fault(code: str, place: str, found: str, allowed: str, remedy: str) -> Finding:
    """A finding of the plan."""
    return Finding(code=code, place=place, found=found, allowed=allowed, remedy=remedy)


def unknown_id(row: TypedRow, column: str, name: str, known: Sequence[str], what: str) -> Finding:
    """The finding of a reference that no table lists."""
    near = nearest(name, tuple(known))
    return fault(
        "P206",
        row.found.place(column),
        f"{column} {name!r} is not a known {what}",
        ", ".join(known[:12]) or f"none: the plan lists no {what}",
        f"did you mean {near}?" if near else f"correct it, or add it to the plan's {what}s",
    )


def _capacity_fields(table: str, found: PlanTable) -> list[Field]:
    if table != "initiatives":
        return []
    names = [name for name in found.columns if name.startswith(CAPACITY) and len(name) > len(CAPACITY)]
    return [Field(name=name, kind="number", minimum=0) for name in names]


def _column_faults(table: str, found: PlanTable) -> list[Finding]:
    known = tuple(field.name for field in PLAN_TABLES[table])
    capacity = {field.name for field in _capacity_fields(table, found)}
    findings = []
    for name in found.columns:
        if name not in known and name not in capacity:
            near = nearest(name, known)
            remedy = f"did you mean {near}?" if near else "remove the column"
            findings.append(fault("P203", found.source, f"{table} has no column {name!r}", ", ".join(known), remedy))
    for field in PLAN_TABLES[table]:
        if field.required and field.name not in found.columns and found.columns:
            findings.append(
                fault(
                    "P204",
                    found.source,
                    f"the column {field.name} of {table} is missing",
                    ", ".join(known),
                    f"add the column {field.name}",
                )
            )
    return findings


def _doubled(table: str, rows: Sequence[TypedRow]) -> list[Finding]:
    keys = KEYS.get(table, ())
    seen: dict[tuple[object, ...], str] = {}
    findings = []
    for row in rows:
        key = tuple(row.values[name] for name in keys)
        if not keys or not key[0]:
            continue
        if key in seen:
            findings.append(
                fault(
                    "P205",
                    row.found.place(keys[0]),
                    f"{', '.join(f'{name} {row.values[name]!r}' for name in keys if row.values[name])} stands twice",
                    f"one row each; the first is at {seen[key]}",
                    "give it its own id, or remove one of the two",
                )
            )
        seen.setdefault(key, row.found.place(keys[0]))
    return findings


def _cell(row: PlanRow, field: Field, kind: PeriodKind) -> tuple[object, list[Finding]]:
    raw = row.values.get(field.name)
    if isinstance(raw, Uncomputed):
        allowed = "a value, or a formula with its stored result"
        remedy = "open the workbook in a spreadsheet program, save it, and run again"
        return field.default, [
            fault("P214", row.place(field.name), f"the formula {raw.formula} was never computed", allowed, remedy)
        ]
    text = None if isinstance(raw, list | tuple) else cell_text(raw)
    if text is None and not raw:
        if not field.required:
            return field.default, []
        return field.default, [
            fault("P204", row.place(field.name), f"{field.name} is blank", "a value in each row", "fill it in")
        ]
    try:
        return _READERS[field.kind](raw, text or "", field, kind), []
    except _CellError as error:
        return field.default, [fault(error.code, row.place(field.name), str(error), error.allowed, error.remedy)]


class _CellError(Exception):
    """A cell cannot be read by its kind."""

    def __init__(self, code: str, found: str, allowed: str, remedy: str = "correct the cell") -> None:
        self.code, self.allowed, self.remedy = code, allowed, remedy
        super().__init__(found)


def _id_cell(raw: object, text: str, field: Field, _: PeriodKind) -> str:
    if not _ID.match(text):
        raise _CellError(
            "P212", f"{field.name} {text[:60]!r} is no short id", "1 to 40 letters, digits, . - _", "use these alone"
        )
    return text


def _text_cell(raw: object, text: str, field: Field, _: PeriodKind) -> str:
    return text


def _number_cell(raw: object, text: str, field: Field, _: PeriodKind) -> float:
    allowed = "a number" if field.minimum is None else f"a number from {field.minimum:g}"
    if isinstance(raw, datetime.date):
        raise _CellError("P209", f"{field.name} {text} is a date", allowed, "format the cell as a number")
    try:
        value = float(text)
    except ValueError:
        raise _CellError("P209", f"{field.name} {text!r} is not a number", allowed, "write the number alone") from None
    if not math.isfinite(value) or (field.minimum is not None and value < field.minimum):
        raise _CellError("P209", f"{field.name} is {text}", allowed)
    return value


def _whole_cell(raw: object, text: str, field: Field, kind: PeriodKind) -> int:
    value = _number_cell(raw, text, field, kind)
    if not value.is_integer():
        raise _CellError("P209", f"{field.name} is {text}", "a whole number")
    return int(value)


def _share_cell(raw: object, text: str, field: Field, kind: PeriodKind) -> float:
    value = _number_cell(raw, text, field, kind)
    if not 0 <= value <= 1:
        raise _CellError("P208", f"{field.name} is {text}", "a share from 0 to 1", "divide percentages by 100")
    return value


def _period_cell(raw: object, text: str, field: Field, kind: PeriodKind) -> int:
    try:
        return parse_period(text, kind)
    except ValueError as error:
        raise _CellError("P210", str(error), f"a period or date, in a ledger that steps by {kind}") from None


def _choice_cell(raw: object, text: str, field: Field, _: PeriodKind) -> str:
    value = text.casefold()
    if value not in field.choices:
        near = nearest(value, field.choices)
        raise _CellError(
            "P211",
            f"{field.name} {text!r} is none of the words it may be",
            ", ".join(field.choices),
            f"did you mean {near}?" if near else "take one of them",
        )
    return value


def _flag_cell(raw: object, text: str, field: Field, _: PeriodKind) -> bool:
    value = text.casefold()
    if value not in _TRUE | _FALSE:
        raise _CellError("P211", f"{field.name} {text!r} is neither 1 nor 0", "1 or 0")
    return value in _TRUE


def _ids_cell(raw: object, text: str, field: Field, kind: PeriodKind) -> tuple[str, ...]:
    parts = [str(item) for item in raw] if isinstance(raw, list | tuple) else re.split(r"[;,]", text)
    return tuple(_id_cell(raw, part.strip(), field, kind) for part in parts if part.strip())


_READERS = {
    "id": _id_cell,
    "text": _text_cell,
    "number": _number_cell,
    "whole": _whole_cell,
    "share": _share_cell,
    "period": _period_cell,
    "choice": _choice_cell,
    "flag": _flag_cell,
    "ids": _ids_cell,
}


def reserved_stage(row: TypedRow) -> Finding | None:
    """The finding of a stage that takes the name of the overall score."""
    if row.text("stage") != OVERALL:
        return None
    return fault(
        "P212",
        row.found.place("stage"),
        f"{OVERALL!r} is the overall score and no stage",
        "any other id",
        "rename it, or remove the row: the overall score needs no stage",
    )
