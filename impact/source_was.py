"""Rows filed under an earlier id of a stage or pain point, brought to the id of today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from impact.earlier_ids import pains_were, renamed, split, stages_were
from impact.journey import Journey

SPLIT = "its stage or pain point was split"
TOLD_STAGE = "stage_told"


def with_current_ids(table: str, rows: ir.Table, journey: Journey | None) -> ir.Table:
    """The rows under today's ids; those of what was split are set aside, as they belong to no part by themselves.

    Where ids of stages changed, `stage_told` keeps the stage as the file has it.
    """
    if journey is None:
        return rows
    stages, pains = stages_were(journey), pains_were(journey)
    if table in ("responses", "events") and any(stages.values()):
        rows = _aside(rows.mutate(**{TOLD_STAGE: rows.stage}), "stage", split(stages))
        rows = rows.mutate(stage=_now(rows.stage, renamed(stages)))
    if table == "incidents" and any(pains.values()):
        rows = _aside(rows, "pain_point", split(pains))
        rows = rows.mutate(pain_point=_now(rows.pain_point, renamed(pains)))
    if table == "responses" and any(pains.values()):
        rows = rows.mutate(pain_points=_named_now(rows.pain_points, renamed(pains)))
    return rows


def _now(column: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401
    return ibis.cases(*((column == was, now) for was, now in names.items()), else_=column) if names else column


def _aside(rows: ir.Table, column: str, parents: Mapping[str, tuple[str, ...]]) -> ir.Table:
    if not parents:
        return rows
    reason = rows[column].isin(list(parents)).ifelse(SPLIT, ibis.null("string"))
    return rows.mutate(set_aside=ibis.coalesce(rows.set_aside, reason))


def _named_now(named: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401
    """A list of pain points under today's ids; a name that stands twice in it counts once in any case."""
    padded = ibis.literal(";") + named + ibis.literal(";")
    for was, now in names.items():
        # twice, as names side by side share the mark between them
        padded = padded.replace(f";{was};", f";{now};").replace(f";{was};", f";{now};")
    inner = padded.substr(1, padded.length() - 2)
    return named.isnull().ifelse(ibis.null("string"), inner)
