"""The table of coverage: everything the plan names and everything that was measured, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from impact.cells.evidence import (
    NO_REASON,
    REASONS,
    Places,
    names_places,
    pain_evidence,
    persona_evidence,
    place_evidence,
    stage_evidence,
    table_evidence,
)
from impact.journey import OVERALL, Journey
from impact.periods import PeriodKind, period_label

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.cells.transitions import Ways
    from impact.source import Source

COVERAGE = (
    *("kind", "id", "name", "owner", "stage", "answers", "incidents", "customers", "periods", "first", "last"),
    *("score", "stage_score", *REASONS, NO_REASON, "in_plan", "measured", "note"),
)
_FIGURES = ("answers", "incidents", "customers", "periods", "score")
_TO_COME = frozenset({"answers", "incidents", "customers", "periods"})
NEVER = "named in the plan and never measured"
OVERLOOKED = "measured and not in the plan"

Row = dict[str, object]


def coverage_table(
    source: Source, journey: Journey, answered: Table | None, ways: Sequence[Ways], least: int
) -> pd.DataFrame:
    """A row a table, stage, touchpoint, channel, persona and pain point: how much evidence, and whether it is planned.

    Groups of fewer than `least` customers keep their row without figures; where the plan does not name
    them they are only counted. Periods are ordinals.
    """
    stages = list(_stages(source, journey, least))
    scores = {str(row["id"]): row["score"] for row in stages}
    rows = [
        *_tables(source, ways, least),
        *stages,
        *_touchpoints(source, journey, scores, least),
        *_channels(source, journey, least),
        *_personas(source, journey, answered, least),
        *_pains(source, journey, least),
    ]
    return pd.DataFrame(rows, columns=list(COVERAGE))


def with_labels(table: pd.DataFrame, kind: PeriodKind) -> pd.DataFrame:
    """The table with its first and last period as text."""

    def label(t: float) -> str:
        return "" if pd.isna(t) else period_label(int(t), kind)

    return table.assign(first=[label(t) for t in table["first"]], last=[label(t) for t in table["last"]])


def _tables(source: Source, ways: Sequence[Ways], least: int) -> Iterator[Row]:
    told = {way.source: way for way in ways}
    for seen in _records(table_evidence(source)):
        name, way = str(seen["table"]), told.get(str(seen["table"]))
        row = _row("table", name, name.capitalize(), _figures(seen, least))
        yield row | {"note": _order_known(way), "in_plan": np.nan, "measured": 1}


def _order_known(way: Ways | None) -> str:
    if way is None or way.moments == 0:
        return "no row names a stage and a day: the order of stages is not known"
    if way.known:
        return f"the order of stages is known at {way.ordered:,} of {way.moments:,} moments"
    return f"several stages at one moment in {way.moments - way.ordered:,} of {way.moments:,}: their order is not known"


def _stages(source: Source, journey: Journey, least: int) -> Iterator[Row]:
    found = _by(stage_evidence(source, journey), "stage")
    named = [(one.stage, one.name, one.owner) for one in journey.stages]
    for stage, name, owner in [*named, (OVERALL, "Overall score", "")]:
        seen = found.get(stage, {})
        row = _row("stage", stage, name, _figures(seen, least)) | {"owner": owner, "stage": stage, "in_plan": 1}
        for reason in (*REASONS, NO_REASON):
            count = _number(seen, reason)
            row[reason] = np.nan if 0 < _number(seen, f"{reason}_customers") < least else count
        if row["measured"] and not _number(seen, "answers"):
            row["note"] = "no score: seen in incidents only"
        yield row if row["measured"] else row | {"note": NEVER}


def _touchpoints(source: Source, journey: Journey, scores: Mapping[str, object], least: int) -> Iterator[Row]:
    found = place_evidence(source, journey, "touchpoint", least)
    nameable = names_places(source, journey, "touchpoint")
    stages = {stage.stage: stage.name for stage in journey.stages}
    for place in journey.touchpoints:
        seen = _records(found.planned[found.planned["touchpoint"] == place.touchpoint])
        rest = {"owner": place.owner, "stage": place.stage, "in_plan": 1}
        for one in seen:
            row = _row("touchpoint", place.touchpoint, place.name, _figures(one, least)) | rest
            row |= {"stage": one["stage"], "stage_score": _beside(row, scores, one["stage"])}
            if one["stage"] not in {place.stage, OVERALL} and not row["note"]:
                row["note"] = f"the plan lists it under {stages[place.stage]}"
            yield row
        if not seen:
            figures = _figures({}, least)
            unknown: Row = {**dict.fromkeys(figures, np.nan), "note": "the data name no touchpoint"}
            row = _row("touchpoint", place.touchpoint, place.name, figures if nameable else unknown) | rest
            yield row | ({"note": NEVER} if nameable else {})
    for row in _unplanned("touchpoint", found, least):
        yield row | {"stage_score": _beside(row, scores, row["stage"])}


def _channels(source: Source, journey: Journey, least: int) -> Iterator[Row]:
    if not names_places(source, journey, "channel"):
        return
    found = place_evidence(source, journey, "channel", least)
    planned = dict.fromkeys(place.channel for place in journey.touchpoints if place.channel)
    seen = _by(found.planned, "channel")
    for channel in planned:
        row = _row("channel", channel, channel, _figures(seen.get(channel, {}), least)) | {"in_plan": 1}
        yield row if row["measured"] else row | {"note": NEVER}
    yield from _unplanned("channel", found, least)


def _personas(source: Source, journey: Journey, answered: Table | None, least: int) -> Iterator[Row]:
    seen = _by(persona_evidence(source, answered), "persona") if journey.personas else {}
    for persona in journey.personas:
        row = _row("persona", persona.persona, persona.name, _figures(seen.get(persona.persona, {}), least))
        row |= {"in_plan": 1, "score": np.nan}
        yield row if row["measured"] else row | {"note": NEVER}


def _pains(source: Source, journey: Journey, least: int) -> Iterator[Row]:
    seen = _by(pain_evidence(source, journey), "pain_point")
    for pain in journey.pain_points:
        row = _row("pain_point", pain.pain_point, pain.name, _figures(seen[pain.pain_point], least))
        row |= {"owner": pain.owner, "stage": pain.stage, "in_plan": 1, "score": np.nan}
        yield row if row["measured"] else row | {"note": NEVER}


def _unplanned(kind: str, found: Places, least: int) -> Iterator[Row]:
    """Rows of what the plan does not name; those of too few customers are counted in one row without their names."""
    for one in _records(found.others):
        row = _row(kind, str(one[kind]), str(one[kind]), _figures(one, least))
        yield row | {"stage": one.get("stage", ""), "in_plan": 0, "note": OVERLOOKED}
    if found.rest:
        row = _row(kind, "", "", dict.fromkeys(_figures({}, least), np.nan))
        counted = f"{OVERLOOKED}: {found.rest} more, rare or of fewer than {least} customers each"
        yield row | {"in_plan": 0, "measured": 1, "note": counted}


def _beside(row: Row, scores: Mapping[str, object], stage: object) -> object:
    """The stage's own mean score, where the row has a score to set beside it."""
    score = row["score"]
    return scores.get(str(stage), np.nan) if isinstance(score, float) and score == score else np.nan


def _figures(seen: Mapping[str, object], least: int) -> Row:
    """What was seen, its figures blank where too few customers stand behind them."""
    customers = _number(seen, "customers")
    small = 0 < customers < least
    row: Row = {name: _number(seen, name) for name in _FIGURES if name in _TO_COME}
    row["score"] = seen.get("score", np.nan)
    row |= {"first": seen.get("first", np.nan), "last": seen.get("last", np.nan)}
    if small:
        row = dict.fromkeys(row, np.nan)
    note = f"fewer than {least} customers: figures not shown" if small else ""
    return row | {"measured": int(customers > 0), "note": note}


def _row(kind: str, identity: str, name: str, figures: Row) -> Row:
    return {"kind": kind, "id": identity, "name": name, "owner": "", "stage": "", "stage_score": np.nan, **figures}


def _records(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _by(frame: pd.DataFrame, key: str) -> dict[str, Row]:
    return {str(row[key]): row for row in _records(frame)}


def _number(row: Mapping[str, object], name: str) -> float:
    value = row.get(name)
    number = float(str(value)) if value is not None else np.nan
    return number if number == number else 0.0
