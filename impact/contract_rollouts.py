"""Whether the data have what a rollout names: its column and values, its periods, and who was assigned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from impact.cells.small_groups import least_shown
from impact.errors import Finding
from impact.initiative import Initiative, Plan
from impact.periods import period_label
from impact.rollout import ARMS, BEGUN, Rollout
from impact.source import Source
from impact.source_text import without_blanks
from impact.study import Study
from impact.study_faults import nearest

CUSTOMER = "customer_id"
_VALUES = 12  # named in a finding


def rollout_data_faults(source: Source, study: Study, plan: Plan) -> list[Finding]:
    """Every rollout and every assignment that speaks of what the data or the plan do not have."""
    findings: list[Finding] = []
    for column in dict.fromkeys(row.column for row in plan.rollouts):
        mine = [row for row in plan.rollouts if row.column == column]
        findings += _of_column(source, study, column, mine)
    if plan.rollouts:
        findings += _outside(source, study, plan.rollouts)
    if source.assignments is not None:
        findings += _of_assignments(source, source.assignments, study, plan)
    return findings


def group_values(source: Source, study: Study, column: str) -> ir.Table | None:
    """A row a customer, period and value of a column, as text: `customer_id`, `t`, `value`; None without the column.

    The ledger's wins over the customer's own, which stands for every period: its `t` is null. The column
    `customer_id` is a group of sites alone, as persons are not named in a plan.
    """
    if column == CUSTOMER and source.shape(study) == "sites":
        rows = source.ledger
        return rows.select(CUSTOMER, "t", value=rows.customer_id)
    if column != CUSTOMER and column in source.present["ledger"]:
        rows = source.staged["ledger"].filter(lambda t: t.set_aside.isnull())
        return rows.select(CUSTOMER, "t", value=value_text(rows[column]))
    if column != CUSTOMER and column in source.present.get("customers", ()):
        rows = source.staged["customers"].filter(lambda t: t.set_aside.isnull())
        return rows.select(CUSTOMER, t=ibis.null("int64"), value=value_text(rows[column]))
    return None


def value_text(column: Any) -> Any:  # noqa: ANN401
    """A value of a column as text: a whole number has no decimals, whatever its file keeps it as."""
    if column.type().is_floating():
        whole = (column == column.floor()).ifelse(column, ibis.null("float64"))
        return whole.notnull().ifelse(whole.cast("int64").cast("string"), column.cast("string"))
    return without_blanks(column.cast("string")).nullif("")


def ledger_span(source: Source, study: Study) -> tuple[int, int]:
    """The first period of the ledger and `as_of`."""
    first = source.ledger.aggregate(first=source.ledger.t.min()).execute()["first"][0]
    return (study.as_of if first is None or first != first else int(first)), study.as_of


def _of_column(source: Source, study: Study, column: str, rows: Sequence[Rollout]) -> list[Finding]:
    place = f"plan rollouts, {rows[0].initiative}"
    values = group_values(source, study, column)
    if values is None:
        given = sorted({*source.present["ledger"], *source.present.get("customers", ())} - {CUSTOMER, "period"})
        near = nearest(column, given)
        return [
            Finding(
                code="P280",
                place=f"{place}, column",
                found=f"neither ledger nor customers has a column {column}",
                allowed="a column of the ledger or of customers whose values are groups",
                remedy=f"did you mean {near}?"
                if near
                else "name the column; of single customers write the table [data].assignments",
            )
        ]
    asked = list(dict.fromkeys(row.value for row in rows))
    found = values.filter(values.value.isin(asked)).select("value").distinct().execute()
    unknown = [value for value in asked if value not in set(found["value"])]
    if not unknown:
        return []
    known = _shared_values(values, least_shown(source, study)) if _may_be_told(column, study) else []
    return [
        Finding(
            code="P280",
            place=f"plan rollouts, {next(row.initiative for row in rows if row.value == value)}, value",
            found=f"{column} is {value!r} in no row",
            allowed=", ".join(known) or f"a value of {column}",
            remedy=f"did you mean {near}?" if (near := nearest(value, known)) else "write it as the data do",
        )
        for value in unknown
    ]


def _shared_values(values: ir.Table, least: int) -> list[str]:
    """Some of the values that so many customers share: others could be a person's own."""
    counted = values.filter(values.value.notnull()).group_by("value").agg(customers=values.customer_id.nunique())
    shared = counted.filter(counted.customers >= least).order_by("value").limit(_VALUES).execute()
    return [str(value) for value in shared["value"]]


def _may_be_told(column: str, study: Study) -> bool:
    return column != CUSTOMER or not study.data.id_key


def _outside(source: Source, study: Study, rows: Sequence[Rollout]) -> list[Finding]:
    first, last = ledger_span(source, study)
    kind = study.period_kind
    return [
        Finding(
            code="P281",
            place=f"plan rollouts, {row.initiative}, {row.value}",
            found=f"from {period_label(row.first, kind)}",
            allowed=f"after {period_label(first, kind)}, the first period of the ledger, up to as_of "
            f"{period_label(last, kind)}",
            remedy="correct the period, or take the row out until it has begun",
        )
        for row in rows
        if not first < row.first <= last
    ]


def _of_assignments(source: Source, rows: ir.Table, study: Study, plan: Plan) -> list[Finding]:
    first, last = ledger_span(source, study)
    seen = rows.group_by("initiative", "arm").agg(rows=rows.count(), first=rows.t.min()).execute()
    file, kind = source.files["assignments"], study.period_kind
    items = {item.initiative: item for item in plan.initiatives}
    grouped = {row.initiative for row in plan.rollouts}
    findings: list[Finding] = []
    for name in sorted(str(one) for one in seen["initiative"].dropna().unique()):
        mine = seen[seen["initiative"] == name]
        findings += _of_initiative(f"{file} initiative", name, items, grouped)
        begun = mine.loc[mine["arm"].str.lower() == "treated", "first"]
        if len(begun) and name in items:
            findings += _other_start(file, items[name], int(begun.min()), study)
        if int(mine["first"].min()) <= first:
            early = period_label(int(mine["first"].min()), kind)
            allowed = f"after {period_label(first, kind)}, the first period of the ledger, up to as_of "
            found, remedy = f"{name}: from {early}", "correct the period: nothing is known of before"
            findings.append(_fault("P281", f"{file} from", found, f"{allowed}{period_label(last, kind)}", remedy))
    for arm in sorted({str(one) for one in seen["arm"].dropna()}):
        if arm.lower() not in ARMS:
            found, allowed = f"there is no arm {arm[:40]!r}", " or ".join(ARMS)
            findings.append(_fault("P280", f"{file} arm", found, allowed, "write one of the two"))
    return findings


def _of_initiative(place: str, name: str, items: dict[str, Initiative], grouped: set[str]) -> list[Finding]:
    if name not in items:
        near, allowed = nearest(name, tuple(items)), ", ".join(tuple(items)[:_VALUES]) or "none: the plan lists none"
        remedy = f"did you mean {near}?" if near else "correct it, or add it to the plan's initiatives"
        return [_fault("P280", place, f"the plan has no initiative {name[:40]!r}", allowed, remedy)]
    if items[name].status not in BEGUN:
        found, allowed = f"{name} is {items[name].status}, and somebody got it", "an initiative that is live or done"
        return [_fault("P283", place, found, allowed, "set its status in the plan, or take the rows out")]
    if name in grouped:
        found, allowed = f"{name} is assigned here and in the plan's rollouts", "one of the two an initiative"
        return [_fault("P282", place, found, allowed, "take it out of one of them")]
    return []


def _other_start(file: str, item: Initiative, begun: int, study: Study) -> list[Finding]:
    if item.actual_start is None or item.actual_start == begun:
        return []
    kind = study.period_kind
    found = f"{item.initiative}: the first treated began in {period_label(begun, kind)}"
    allowed = f"actual_start, which is {period_label(item.actual_start, kind)}"
    return [_fault("P284", f"{file} from", found, allowed, "correct one of the two")]


def _fault(code: str, place: str, found: str, allowed: str, remedy: str) -> Finding:
    return Finding(code=code, place=place, found=found, allowed=allowed, remedy=remedy)
