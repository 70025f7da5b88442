"""Survey exports that are one text table: fields by name, a row a response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from impact.errors import Finding, InputError
from impact.formats.adapters import Adapted, Request, attempt
from impact.formats.delimited import Layout, read_columns
from impact.formats.items import LISTED, Items, ScoreItem, cut, places_of, survey_items
from impact.formats.survey import Responses, canonical_rows
from impact.formats.times import in_utc, us_dates_as_iso

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSurvey:
    """What a format tells of its file.

    `fields` holds places by name, `questions` texts by name, `spread` the places of a choice with a
    column an option. `defaults` are the fields of canonical columns, `personal` those never read.
    `told_by` are fields from which `aside` says why a response is not used. `zone` is the file's own.
    """

    layout: Layout
    header_rows: int
    fields: Mapping[str, int]
    questions: Mapping[str, str]
    spread: Mapping[str, Mapping[str, int]]
    defaults: Mapping[str, str]
    personal: tuple[str, ...]
    told_by: tuple[str, ...]
    aside: Callable[[Request, pyarrow.Table], pyarrow.Array]
    zone: str | None = None
    time_forms: tuple[str, ...] = ()


def read_text_survey(request: Request, survey: TextSurvey) -> Adapted:
    """The answers of a survey in canonical rows.

    Raises:
        InputError: every setting that is missing or wrong, and cells that cannot be read.
    """
    findings: list[Finding] = []
    items = attempt(findings, lambda: survey_items(request, survey.questions))
    findings += [_several(request, item.name, survey) for item in _spread_scores(survey, items)]
    columns = attempt(findings, lambda: places_of(request, survey.defaults, survey.fields, survey.personal))
    if columns is None:
        raise InputError(findings)
    table = read_columns(survey.layout, _wanted(survey, columns, items), survey.header_rows)
    texts = {name: table[_column(name)] for name in columns}
    zone = survey.zone or request.study.data.timezone
    place = f"{request.file} responded_at"
    times = us_dates_as_iso(texts["responded_at"]) if survey.time_forms else texts["responded_at"]
    utc = attempt(findings, lambda: in_utc(times, zone, place, survey.time_forms))
    aside = attempt(findings, lambda: survey.aside(request, table))
    if findings or items is None:
        raise InputError(findings)
    names = {*(item.name for item in items.scores), *items.pains}
    responses = Responses(
        columns=texts | {"responded_at": utc},
        cells={name: table[_cell(name)] for name in names if name in survey.fields},
        chosen={
            name: {option: table[_cell(name, option)] for option in survey.spread[name]}
            for name in names
            if name not in survey.fields
        },
        aside=aside,
        first_row=survey.header_rows,
        unread=_unread(survey, names),
    )
    return canonical_rows(request, responses, items)


def _wanted(survey: TextSurvey, columns: Mapping[str, int], items: Items | None) -> dict[str, int]:
    """The places of all columns that are read, under names that cannot meet."""
    wanted = {_column(name): place for name, place in columns.items()}
    wanted |= {name: survey.fields[name] for name in survey.told_by if name in survey.fields}
    if items is None:
        return wanted
    for name in (*(item.name for item in items.scores), *items.pains):
        if name in survey.fields:
            wanted[_cell(name)] = survey.fields[name]
        else:
            wanted |= {_cell(name, option): place for option, place in survey.spread[name].items()}
    return wanted


def _spread_scores(survey: TextSurvey, items: Items | None) -> list[ScoreItem]:
    return [item for item in (items.scores if items else ()) if item.name not in survey.fields]


def _several(request: Request, name: str, survey: TextSurvey) -> Finding:
    places = set(survey.spread[name].values())
    parts = [field for field, place in survey.fields.items() if place in places]
    return Finding(
        code="D425",
        place=f"study.toml: [data.items.{cut(name)}]",
        found="the question has several columns and is mapped as one score",
        allowed=", ".join(map(cut, parts[:LISTED])),
        remedy='name the column that is scored, or set kind = "pain_points" for choices',
    )


def _unread(survey: TextSurvey, names: AbstractSet[str]) -> dict[str, str]:
    """The questions that no item names, each once: a question of several columns by its own name."""
    parts = {place: owner for owner, by in survey.spread.items() for place in by.values()}
    used = names | {parts[survey.fields[name]] for name in names if survey.fields.get(name) in parts}
    return {
        name: text
        for name, text in survey.questions.items()
        if name not in used and survey.fields.get(name, -1) not in parts
    }


def _column(name: str) -> str:
    return f"column {name}"


def _cell(*names: Any) -> str:  # noqa: ANN401
    return f"cell {names}"
