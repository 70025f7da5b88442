"""Event logs in the CSV layout of XES as visits to stages: who, when in UTC, which stage of the journey."""

from __future__ import annotations

from collections import Counter
from typing import Any

from impact.checks import Check
from impact.errors import Finding, InputError
from impact.formats.adapters import Adapted, Request, attempt
from impact.formats.delimited import Layout, read_columns, read_layout
from impact.formats.items import folded, not_there, nothing_mapped, places_of
from impact.formats.notices import questions_not_read
from impact.formats.survey import NO_CUSTOMER, first_of, told
from impact.formats.times import in_utc

NO_STAGE = "activity without a stage"
_DEFAULTS = {"customer_id": "case:concept:name", "occurred_at": "time:timestamp", "stage": "concept:name"}
_PERSONAL = ("org:resource", "Resource")


def read_table(request: Request) -> Adapted:
    """The visits of a log, in its own order.

    Raises:
        InputError: it is no log of this layout, or a setting is missing.
    """
    import numpy as np
    import pyarrow
    import pyarrow.compute as pc

    layout = read_layout(request.path, request.file, 1)
    fields = _fields(layout, request)
    findings: list[Finding] = []
    columns = places_of(request, _DEFAULTS, fields, _PERSONAL)
    table = read_columns(layout, columns, 1)
    activities = [one for one in table["stage"].unique().to_pylist() if one is not None]
    stages = attempt(findings, lambda: _stages(request, activities))
    place, zone = f"{request.file} occurred_at", request.study.data.timezone
    utc = attempt(findings, lambda: in_utc(table["occurred_at"], zone, place))
    if findings or stages is None:
        raise InputError(findings)
    stage = told(table["stage"], lambda text: None if text is None else stages.get(folded(text)))
    aside = first_of([(pc.is_null(table["customer_id"]), NO_CUSTOMER), (pc.is_null(stage), NO_STAGE)], table.num_rows)
    rows = np.arange(1, table.num_rows + 1, dtype=np.int64)
    made = {"customer_id": table["customer_id"], "occurred_at": utc, "stage": stage, "source_row": rows, "aside": aside}
    return Adapted(table=pyarrow.table(made), notices=_notices(request, activities, stages))


def _fields(layout: Layout, request: Request) -> dict[str, int]:
    """The places of the log's fields; the index without a name that data tools write in front is passed over."""
    header = layout.top[0]
    if any(cell.casefold().startswith("ocel:") for cell in header):
        raise InputError([_object_log(request)])
    doubled = {name for name, count in Counter(map(folded, header)).items() if name and count > 1}
    asked = {folded(request.mapping.get(name, field)) for name, field in _DEFAULTS.items()}
    if doubled & asked:
        raise InputError([_twice(layout, sorted(doubled & asked)[0])])
    return {name: place for place, name in enumerate(header) if name}


def _stages(request: Request, activities: list[str]) -> dict[str, str]:
    """The stage of each activity by its folded name; items that carry more than a stage belong to a survey."""
    survey = request.study.format_of("responses") != "canonical"
    asked = {name: item for name, item in request.items.items() if not survey or item.model_fields_set == {"stage"}}
    known = {folded(one) for one in activities}
    mapped = {folded(name): item.stage for name, item in asked.items() if folded(name) in known and item.stage}
    findings = [not_there(request, name, activities) for name in asked if folded(name) not in known]
    if not mapped:
        findings.append(nothing_mapped(request, dict.fromkeys(activities, "")))
    if findings:
        raise InputError(findings)
    return mapped


def _notices(request: Request, activities: list[str], stages: dict[str, str]) -> tuple[Check, ...]:
    unread: dict[str, Any] = {one: "" for one in activities if folded(one) not in stages}
    return tuple(questions_not_read(request, unread))


def _twice(layout: Layout, name: str) -> Finding:
    return Finding(
        code="D409",
        place=layout.file,
        found=f"the column {name} stands twice",
        allowed="each column that is read once",
        remedy="remove one of the two, or name another column in [data.columns.events]",
    )


def _object_log(request: Request) -> Finding:
    return Finding(
        code="D409",
        place=request.file,
        found="the log is object-centric (OCEL): one event has many objects",
        allowed="a log with one case a row",
        remedy="flatten it to one object, the customer, and export it with case:concept:name",
    )
