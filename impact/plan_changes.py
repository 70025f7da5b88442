"""What differs between two plans: stages, pain points and initiatives, each change one row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from impact.case import Case
from impact.earlier_ids import Was, pains_were, renamed, split, stages_were
from impact.periods import PeriodKind, period_label

Kind = Literal["added", "removed", "renamed", "merged", "split", "changed"]
# Of a row, beside its id, `name` is told as renamed and `was` and `order` are no change of what it is.
_UNTOLD = ("was", "order", "name")
_PERIODS = ("earliest", "start", "actual_start", "period")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """One difference: in which plan table, of which id today (or then, where it is gone), before and after in words."""

    table: str
    id: str
    change: Kind
    before: str
    after: str


def compare_plans(then: Case, now: Case, kind: PeriodKind = "quarter") -> tuple[PlanChange, ...]:
    """Every difference between two plans, table by table, in the order of today's plan and then of the earlier one.

    What only follows the new name of a stage or pain point is no difference.
    """
    stages, pains = stages_were(now.journey), pains_were(now.journey)
    old = _under_new_names(then, renamed(stages), renamed(pains))
    was_done, is_done = (_dated(one.plan.initiatives, kind) for one in (then, now))
    was_paid, is_paid = (_dated(one.plan.costs, kind) for one in (then, now))
    return (
        *_of_table("stages", "stage", then.journey.stages, now.journey.stages, stages),
        *_of_table("pain_points", "pain_point", old.journey.pain_points, now.journey.pain_points, pains),
        *_of_table("initiatives", "initiative", was_done, is_done, {}),
        *_rows_within("fixes", old.plan.fixes, now.plan.fixes, ("initiative", "pain_point", "persona")),
        *_rows_within("costs", was_paid, is_paid, ("initiative", "period", "actual")),
        *_rows_within("evidence", old.plan.evidence, now.plan.evidence, ("evidence",)),
    )


def _dated(rows: Sequence[Any], kind: PeriodKind) -> tuple[Any, ...]:
    """The rows with labels of periods in place of their ordinals."""
    return tuple(
        replace(
            row, **{name: period_label(t, kind) for name in _PERIODS if isinstance(t := getattr(row, name, 0.0), int)}
        )
        for row in rows
    )


def _under_new_names(then: Case, stages: Mapping[str, str], pains: Mapping[str, str]) -> Case:
    """The earlier plan where what points at a stage or pain point does so by its name of today."""
    points = tuple(replace(one, stage=stages.get(one.stage, one.stage)) for one in then.journey.pain_points)
    fixes = tuple(replace(one, pain_point=pains.get(one.pain_point, one.pain_point)) for one in then.plan.fixes)
    names = {**stages, **pains}
    evidence = tuple(replace(one, target=names.get(one.target, one.target)) for one in then.plan.evidence)
    return replace(
        then,
        journey=replace(then.journey, pain_points=points),
        plan=replace(then.plan, fixes=fixes, evidence=evidence),
    )


def _of_table(table: str, key: str, rows: Sequence[Any], now: Sequence[Any], was: Was) -> Iterator[PlanChange]:
    """The differences of a table whose `rows` of then may have gone by other ids."""
    then = {getattr(row, key): row for row in rows}
    was = {one: tuple(id_ for id_ in names if id_ in then) for one, names in was.items()}
    parts, carried = split(was), renamed(was)
    for row in now:
        one = getattr(row, key)
        before = [id_ for id_, to in carried.items() if to == one]
        parents = [id_ for id_, to in parts.items() if one in to]
        if one in then:
            before = [one, *before]
        if parents:
            yield PlanChange(table=table, id=one, change="split", before=", ".join([*before, *parents]), after=one)
        elif len(before) > 1:
            yield PlanChange(table=table, id=one, change="merged", before=", ".join(before), after=one)
        elif before and before[0] != one:
            yield PlanChange(table=table, id=one, change="renamed", before=before[0], after=one)
        elif not before:
            yield PlanChange(table=table, id=one, change="added", before="", after=row.name)
        if len(before) == 1 and not parents:
            yield from _of_row(table, one, then[before[0]], row, key)
    kept = {*(getattr(row, key) for row in now), *parts, *carried}
    for one, row in then.items():
        if one not in kept:
            yield PlanChange(table=table, id=one, change="removed", before=row.name, after="")


def _of_row(table: str, one: str, before: Any, after: Any, key: str) -> Iterator[PlanChange]:  # noqa: ANN401
    """A change a column of one row; another name is a renaming."""
    if before.name != after.name:
        yield PlanChange(table=table, id=one, change="renamed", before=before.name, after=after.name)
    told, says = _told(before, (key, *_UNTOLD)), _told(after, (key, *_UNTOLD))
    for name in says:
        if told.get(name) != says[name]:
            yield PlanChange(
                table=table,
                id=one,
                change="changed",
                before=f"{name} {told.get(name) or 'blank'}",
                after=f"{name} {says[name] or 'blank'}",
            )


def _rows_within(table: str, then: Sequence[Any], now: Sequence[Any], keys: tuple[str, ...]) -> Iterator[PlanChange]:
    """The differences of a table whose rows are known by several columns, or carry no name."""
    earlier = {_key(row, keys): row for row in then}
    today = {_key(row, keys): row for row in now}
    for key, row in today.items():
        if key not in earlier:
            yield PlanChange(table=table, id=key, change="added", before="", after=_line(row, keys))
        elif _line(earlier[key], keys) != _line(row, keys):
            yield PlanChange(
                table=table, id=key, change="changed", before=_line(earlier[key], keys), after=_line(row, keys)
            )
    for key, row in earlier.items():
        if key not in today:
            yield PlanChange(table=table, id=key, change="removed", before=_line(row, keys), after="")


def _key(row: Any, keys: tuple[str, ...]) -> str:  # noqa: ANN401
    return " / ".join(text for name in keys if (text := _text(getattr(row, name))))


def _line(row: Any, keys: tuple[str, ...]) -> str:  # noqa: ANN401
    return ", ".join(f"{name} {text}" for name, text in _told(row, keys).items() if text)


def _told(row: Any, left_out: Sequence[str]) -> dict[str, str]:  # noqa: ANN401
    if not is_dataclass(row):
        return {}
    return {field.name: _text(getattr(row, field.name)) for field in fields(row) if field.name not in left_out}


def _text(value: object) -> str:
    if value is None or value is False or value == () or value == {}:
        return ""
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {amount:g}" for name, amount in value.items())
    if isinstance(value, tuple):
        return "; ".join(str(one) for one in value)
    return "yes" if value is True else str(value)
