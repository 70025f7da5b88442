"""Qualtrics CSV and TSV exports as answers: columns are told by their ImportId, never by names in a language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from impact.errors import Finding, InputError
from impact.formats.adapters import Adapted, Request
from impact.formats.delimited import Layout, read_layout
from impact.formats.survey import first_of, told
from impact.formats.survey_file import TextSurvey, read_text_survey

if TYPE_CHECKING:
    import pyarrow

_DEFAULTS = {"customer_id": "externalDataReference", "responded_at": "endDate", "response_id": "_recordId"}
_PERSONAL = (
    *("ipAddress", "recipientLastName", "recipientFirstName", "recipientEmail", "locationLatitude"),
    *("locationLongitude", "Name", "EmailAddress", "locationAccuracy"),
)
_LEGACY = {
    **{"responseid": "_recordId", "externaldatareference": "externalDataReference", "status": "status"},
    **{"finished": "finished", "startdate": "startDate", "enddate": "endDate", "ipaddress": "ipAddress"},
    **{"emailaddress": "EmailAddress", "name": "Name"},
}
_STATUSES = {
    **{"0": "", "ip address": "", "1": "preview answer", "survey preview": "preview answer"},
    **{"2": "test answer", "survey test": "test answer", "4": "imported answer", "imported": "imported answer"},
    **{"8": "spam", "spam": "spam", "9": "preview answer", "12": "imported answer"},
    **{"16": "offline answer", "offline": "offline answer", "17": "preview answer"},
}
_FINISHED = {"1": "", "true": "", "0": "unfinished answer", "false": "unfinished answer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields:
    """The export's fields by ImportId: place and question text, and the zone its dates say they are in."""

    places: Mapping[str, int]
    texts: Mapping[str, str]
    header_rows: int
    zone: str | None


def read_table(request: Request) -> Adapted:
    """The answers of an export.

    Raises:
        InputError: it is no export of this kind, or a setting is missing.
    """
    layout = read_layout(request.path, request.file, 4)
    fields = _fields(layout)
    plain = {name: text for name, text in fields.texts.items() if _is_question(name)}
    spread = {name.rpartition("_")[0]: text for name, text in plain.items() if "_" in name}
    spread = {name: text for name, text in spread.items() if name not in plain}
    survey = TextSurvey(
        layout=layout,
        header_rows=fields.header_rows,
        fields=fields.places,
        questions={**plain, **spread},
        spread={name: _options(name, fields) for name in spread},
        defaults=_DEFAULTS,
        personal=_PERSONAL,
        told_by=("status", "finished", "distributionChannel"),
        aside=_aside,
        zone=fields.zone,
    )
    return read_text_survey(request, survey)


def _fields(layout: Layout) -> _Fields:
    """The fields by ImportId row, or by the second row of the older layout without one."""
    at = next((row for row, cells in enumerate(layout.top) if cells and _import_id(cells[0])), None)
    if at is not None:
        ids = [_import_id(cell) for cell in layout.top[at]]
        texts = layout.top[at - 1] if at > 1 else layout.top[0]
        zones = {_zone(cell) for cell in layout.top[at]} - {None}
        return _Fields(
            places={name: place for place, name in enumerate(ids) if name},
            texts=_by_name(ids, texts),
            header_rows=at + 1,
            zone=zones.pop() if len(zones) == 1 else None,
        )
    names = [cell.casefold() for cell in layout.top[1]] if len(layout.top) > 1 else []
    if not {"responseid", "enddate", "finished"} <= set(names):
        raise InputError([_not_an_export(layout)])
    ids = [_LEGACY.get(name, top) for name, top in zip(names, layout.top[0], strict=False)]
    return _Fields(
        places={name: place for place, name in enumerate(ids) if name},
        texts=_by_name(ids, layout.top[1]),
        header_rows=2,
        zone=None,
    )


def _by_name(ids: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    return {name: text for name, text in zip(ids, texts, strict=False) if name}


def _import_id(cell: str) -> str:
    found = _header_json(cell)
    return str(found.get("ImportId", "")) if found else ""


def _zone(cell: str) -> str | None:
    zone = (_header_json(cell) or {}).get("timeZone")
    return None if zone is None else "UTC" if zone == "Z" else str(zone)


def _header_json(cell: str) -> dict[str, Any] | None:
    if not cell.startswith("{"):
        return None
    try:
        found = json.loads(cell)
    except (json.JSONDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_question(name: str) -> bool:
    return (name.startswith("QID") or name[:1] == "Q" or "_QID" in name) and "_TEXT" not in name


def _options(name: str, fields: _Fields) -> dict[str, int]:
    """The places of a choice spread over several columns, by the option's code."""
    return {
        field.rpartition("_")[2]: place
        for field, place in fields.places.items()
        if field.rpartition("_")[0] == name and "_TEXT" not in field
    }


def _aside(request: Request, table: pyarrow.Table) -> pyarrow.Array:
    import pyarrow.compute as pc

    reasons = []
    if "distributionChannel" in table.column_names:
        channel = pc.fill_null(pc.utf8_lower(table["distributionChannel"]), "")
        reasons.append((pc.equal(channel, "preview"), "preview answer"))
    for name, words in (("status", _STATUSES), ("finished", _FINISHED)):
        if name in table.column_names:
            reason = _reasons(request, name, table[name], words)
            reasons.append((pc.is_valid(reason), reason))
    return first_of(reasons, table.num_rows)


def _reasons(request: Request, name: str, cells: Any, words: Mapping[str, str]) -> Any:  # noqa: ANN401
    unknown: list[str] = []

    def tell(text: str | None) -> str | None:
        if text is None:
            return f"{name} is blank"
        if text.casefold() not in words:
            if text.isdigit():
                return f"{name} {text[:4]}"
            unknown.append(text)
        return words.get(text.casefold()) or None

    found = told(cells, tell)
    if unknown:
        raise InputError([_in_words(request, name, unknown)])
    return found


def _in_words(request: Request, name: str, unknown: Sequence[str]) -> Finding:
    return Finding(
        code="D415",
        place=f"{request.file} {name}",
        found=f"{name} is written in words: {', '.join(repr(text[:40]) for text in sorted(unknown)[:5])}",
        allowed="numbers, as the export has them when values and not choice texts are asked for",
        remedy="export again with numeric values",
    )


def _not_an_export(layout: Layout) -> Finding:
    return Finding(
        code="D409",
        place=layout.file,
        found="none of the first rows holds the ImportIds that a Qualtrics export has",
        allowed="a CSV or TSV as downloaded from Data & Analysis, with all of its header rows",
        remedy="download it again and do not edit it; a table you made yourself is read as canonical",
    )
