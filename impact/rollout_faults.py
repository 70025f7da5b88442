"""Faults of the rollouts table that the plan alone shows: initiatives not begun, two ways of grouping, two starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from impact.errors import Finding
from impact.plan_values import TypedRow, fault, unknown_id
from impact.rollout import BEGUN

Rows = Mapping[str, Sequence[TypedRow]]


def rollout_faults(rows: Rows) -> list[Finding]:
    """Every row of rollouts whose initiative cannot have been given to anybody as the row says."""
    items = {row.text("initiative"): row for row in rows["initiatives"] if row.text("initiative")}
    findings: list[Finding] = []
    for row in rows["rollouts"]:
        name = row.text("initiative")
        if name and name not in items:
            findings.append(unknown_id(row, "initiative", name, tuple(items), "initiative"))
        elif name:
            findings += not_begun(items[name], row.found.place("initiative"))
    by_initiative: dict[str, list[TypedRow]] = {}
    for row in rows["rollouts"]:
        by_initiative.setdefault(row.text("initiative"), []).append(row)
    for name, mine in by_initiative.items():
        findings += [*_two_columns(mine), *_two_starts(items.get(name), mine)]
    return findings


def not_begun(item: TypedRow, place: str) -> list[Finding]:
    """The finding of an initiative that was given to somebody, and is neither live nor done."""
    status = item.text("status")
    if status in BEGUN or not status:
        return []
    return [
        fault(
            "P283",
            place,
            f"initiative {item.text('initiative')!r} is {status}, and somebody got it",
            "an initiative that is live or done",
            "set its status, or take the row out",
        )
    ]


def _two_columns(mine: Sequence[TypedRow]) -> list[Finding]:
    columns = tuple(dict.fromkeys(row.text("column") for row in mine if row.text("column")))
    if len(columns) < 2:
        return []
    other = next(row for row in mine if row.text("column") == columns[1])
    return [
        fault(
            "P282",
            other.found.place("column"),
            f"initiative {other.text('initiative')!r} is given by {' and by '.join(columns)}",
            "one column an initiative, so that nobody is in two groups",
            "name the groups by one column; of single customers write the table [data].assignments",
        )
    ]


def _two_starts(item: TypedRow | None, mine: Sequence[TypedRow]) -> list[Finding]:
    """The finding of a first group that began in another period than the initiative itself."""
    starts = [start for row in mine if isinstance(start := row.values["from"], int)]
    begun = item.values["actual_start"] if item is not None else None
    if not starts or not isinstance(begun, int) or min(starts) == begun:
        return []
    first = next(row for row in mine if row.values["from"] == min(starts))
    return [
        fault(
            "P284",
            first.found.place("from"),
            f"the first group got it in {first.found.values.get('from')}, and actual_start is "
            f"{item.found.values.get('actual_start') if item is not None else ''}",
            "actual_start is the period in which the first group got it",
            "correct one of the two",
        )
    ]
