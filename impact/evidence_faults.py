"""Faults of the evidence table that its own rows show: units, errors and amounts that cannot be meant."""

from __future__ import annotations

from collections.abc import Sequence

from impact.errors import Finding
from impact.evidence import UNITS_OF
from impact.plan_values import TypedRow, fault


def evidence_faults(rows: Sequence[TypedRow]) -> list[Finding]:
    """Every row whose unit does not fit its outcome, or whose error, amount or share cannot be."""
    return [found for row in rows for found in (*_unit(row), *_error(row), *_amount(row), *_share(row))]


def _unit(row: TypedRow) -> list[Finding]:
    outcome, unit = row.text("outcome"), row.text("unit")
    allowed = UNITS_OF.get(outcome, ())
    if not outcome or not unit or unit in allowed:
        return []
    return [
        fault(
            "P260",
            row.found.place("unit"),
            f"{outcome} is stated in {unit}",
            f"{outcome} in {' or '.join(allowed)}",
            "state it in one of these units",
        )
    ]


def _error(row: TypedRow) -> list[Finding]:
    se = row.values["se"]
    if se != 0 or row.found.values.get("se") is None:
        return []
    return [
        fault(
            "P261",
            row.found.place("se"),
            "the standard error is 0: that is certainty",
            "a standard error above 0",
            "write the standard error of the estimate; a 90% range is 3.29 of them wide",
        )
    ]


def _amount(row: TypedRow) -> list[Finding]:
    estimate, unit = row.values["estimate"], row.text("unit")
    if not isinstance(estimate, float):
        return []
    if unit == "relative" and estimate <= -1:
        allowed = "above -1: nothing can fall by more than all of itself"
    elif unit == "points" and abs(estimate) >= 1:
        allowed = "between -1 and 1: 0.004 is 0.4 points, four customers in a thousand"
    else:
        return []
    return [
        fault(
            "P262",
            row.found.place("estimate"),
            f"a change of {estimate:g} in {unit}",
            allowed,
            "divide percentages by 100",
        )
    ]


def _share(row: TypedRow) -> list[Finding]:
    if row.values["exposed_share"] != 0:
        return []
    return [
        fault(
            "P263",
            row.found.place("exposed_share"),
            "nobody of those measured met it",
            "the share of those measured who met it, above 0",
            "leave it blank where all customers were measured",
        )
    ]
