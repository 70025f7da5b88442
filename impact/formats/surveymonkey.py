"""SurveyMonkey CSV exports as answers: two header rows, the question above, its row or option below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from impact.errors import Finding, InputError
from impact.formats.adapters import Adapted, Request
from impact.formats.delimited import Layout, read_layout
from impact.formats.survey import first_of
from impact.formats.survey_file import TextSurvey, read_text_survey
from impact.formats.times import US_TIMES

if TYPE_CHECKING:
    import pyarrow

_METADATA = {
    name.casefold().replace(" ", ""): name
    for name in (
        *("Respondent ID", "Collector ID", "Start Date", "End Date", "Date Created", "Date Modified"),
        *("IP Address", "Email Address", "First Name", "Last Name"),
    )
}
_CUSTOM = "customdata"
_PERSONAL = ("IP Address", "Email Address", "First Name", "Last Name")
_DEFAULTS = {"customer_id": "Custom Data 1", "responded_at": "End Date", "response_id": "Respondent ID"}
_RESPONSE = "response"
_FREE_TEXT = "open-ended response"


def read_table(request: Request) -> Adapted:
    """The answers of an export.

    Raises:
        InputError: it is no export of this kind, or a setting is missing.
    """
    layout = read_layout(request.path, request.file, 2)
    if len(layout.top) < 2 or _plain(layout.top[0][0]) != "respondentid" or any(layout.top[1][:2]):
        raise InputError([_not_an_export(layout)])
    metadata = {_metadata(cell): place for place, cell in enumerate(layout.top[0]) if _metadata(cell)}
    fields, spread = _questions(layout)
    questions = {name: name for name in (*fields, *spread)}
    survey = TextSurvey(
        layout=layout,
        header_rows=2,
        fields={**fields, **metadata},
        questions=questions,
        spread=spread,
        defaults=_DEFAULTS,
        personal=_PERSONAL,
        told_by=("End Date",),
        aside=_aside,
        time_forms=US_TIMES,
    )
    return read_text_survey(request, survey)


def _questions(layout: Layout) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """The places of questions with one column, and of each row or option of those with several.

    A question's text stands above its first column alone, or above each. `Question / Row` names one row.
    """
    owners = _owners(layout.top[0])
    several = {owner for owner, columns in Counter(owners.values()).items() if columns > 1}
    fields: dict[str, int] = {}
    spread: dict[str, dict[str, int]] = {}
    for place, owner in owners.items():
        below = layout.top[1][place] if place < len(layout.top[1]) else ""
        if owner in several:
            spread.setdefault(owner, {})[below or f"column {place + 1}"] = place
            if below:
                fields[owner if below.casefold() == _RESPONSE else f"{owner} / {below}"] = place
        elif below.casefold() != _FREE_TEXT:
            fields[owner if below.casefold() in (_RESPONSE, "") else f"{owner} / {below}"] = place
    return fields, {owner: columns for owner, columns in spread.items() if owner not in fields}


def _owners(top: Sequence[str]) -> dict[int, str]:
    """The question of each column that is no metadata; a text that returns after another is a second question."""
    owners: dict[int, str] = {}
    times: Counter[str] = Counter()
    last = ""
    for place, cell in enumerate(top):
        if _metadata(cell):
            last = ""
            continue
        if cell and cell != last:
            times[cell] += 1
            last = cell
        if last:
            owners[place] = last if times[last] == 1 else f"{last} ({times[last]})"
    return owners


def _plain(cell: str) -> str:
    return cell.casefold().replace(" ", "")


def _metadata(cell: str) -> str:
    plain = _plain(cell)
    if plain.startswith(_CUSTOM):
        return f"Custom Data {plain.removeprefix(_CUSTOM) or '1'}"
    return _METADATA.get(plain, "")


def _aside(_request: Request, table: pyarrow.Table) -> pyarrow.Array:
    import pyarrow.compute as pc

    ends = [table["End Date"]] if "End Date" in table.column_names else []
    return first_of([(pc.is_null(end), "unfinished answer") for end in ends], table.num_rows)


def _not_an_export(layout: Layout) -> Finding:
    return Finding(
        code="D409",
        place=layout.file,
        found="the file does not begin with Respondent ID and a second header row",
        allowed="a CSV of all individual responses as downloaded from SurveyMonkey, with both header rows",
        remedy="download it again and do not edit it; a table you made yourself is read as canonical",
    )
