"""The plan as it was read, in rows that an inline `[plan]` can hold: nothing added, nothing worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from impact.periods import PeriodKind, period_label
from impact.plan_columns import PLAN_TABLES
from impact.plan_values import TypedRow

WrittenRows = Mapping[str, tuple[Mapping[str, object], ...]]


def written_rows(tables: Mapping[str, Sequence[TypedRow]], kind: PeriodKind) -> WrittenRows:
    """The rows of every plan table that has some: texts, numbers, and periods as labels; what is blank is left out.

    Read as `[[plan.TABLE]]` they give the same plan.
    """
    return {table: tuple(_written(table, row, kind) for row in rows) for table, rows in tables.items() if rows}


def _written(table: str, row: TypedRow, kind: PeriodKind) -> dict[str, object]:
    kinds = {field.name: field.kind for field in PLAN_TABLES[table]}
    cells = {name: _cell(value, kinds.get(name, "number"), kind) for name, value in row.values.items()}
    return {name: cell for name, cell in cells.items() if cell not in (None, "")}


def _cell(value: object, column: str, kind: PeriodKind) -> object:
    if column == "period" and isinstance(value, int):
        return period_label(value, kind)
    if isinstance(value, tuple):
        return ";".join(str(one) for one in value)
    return int(value) if isinstance(value, bool) else value
