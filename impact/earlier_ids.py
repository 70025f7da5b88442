"""Ids that stages and pain points went by earlier: what is renamed or merged, and what was split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from impact.errors import Finding
from impact.journey import OVERALL, Journey
from impact.plan_values import TypedRow, fault

Was = Mapping[str, Sequence[str]]


def stages_were(journey: Journey) -> Was:
    """By stage the ids it went by earlier."""
    return {one.stage: one.was for one in journey.stages}


def pains_were(journey: Journey) -> Was:
    """By pain point the ids it went by earlier."""
    return {one.pain_point: one.was for one in journey.pain_points}


def renamed(was: Was) -> dict[str, str]:
    """By earlier id the one id that carries it on: renamed, or merged with others."""
    return {earlier: names[0] for earlier, names in _claims(was).items() if len(names) == 1}


def split(was: Was) -> dict[str, tuple[str, ...]]:
    """By earlier id the several ids it was split into; its history belongs to none of them by itself."""
    return {earlier: names for earlier, names in _claims(was).items() if len(names) > 1}


def _claims(was: Was) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for now, earlier_ids in was.items():
        for earlier in dict.fromkeys(earlier_ids):
            out[earlier] = (*out.get(earlier, ()), now)
    return out


def was_faults(rows: Sequence[TypedRow], column: str) -> list[Finding]:
    """Earlier ids that are still in use (so that two would claim one row, or names go in a circle), or stand twice."""
    current = {row.text(column) for row in rows}
    findings = []
    for row in rows:
        listed = row.values.get("was")
        names = listed if isinstance(listed, tuple) else ()
        for name in dict.fromkeys(names):
            if name in current:
                found = f"was {name!r} is still the id of a {column.replace('_', ' ')}"
                findings.append(_fault(row, found, "ids that are no longer in use"))
            elif names.count(name) > 1:
                findings.append(_fault(row, f"was {name!r} stands twice", "each earlier id once"))
            elif name == OVERALL:
                findings.append(_fault(row, f"was {name!r} is the overall score", "ids of stages"))
    return findings


def _fault(row: TypedRow, found: str, allowed: str) -> Finding:
    remedy = "take it out of was, or take the earlier row out of the plan"
    return fault("P205", row.found.place("was"), found, allowed, remedy)
