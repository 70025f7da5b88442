"""What the questions of an export are: the study's `[data.items]` held against what the file has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from impact.columns import METRIC_SCALES, TABLES, names_of
from impact.errors import Finding, InputError
from impact.formats.adapters import Request
from impact.ids import cut as cut_short
from impact.settings import ItemSection
from impact.study_faults import nearest

LISTED = 20
_LONGEST_TEXT = 40
_SAID_BY_ITEMS = ("stage", "score", "missing", "metric", "pain_points", "n", "scale_min", "scale_max")
_STAGE_ALONE = {"stage"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreItem:
    """A question that gives a score: its stage, scale, and whether a low number is the good one."""

    name: str
    stage: str
    metric: str
    low: float
    high: float
    reverse: bool
    setting: ItemSection


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The questions that are read: scores in the file's order, and choices that name pain points."""

    scores: tuple[ScoreItem, ...]
    pains: Mapping[str, ItemSection]


def folded(text: str) -> str:
    """The text by which names and cells are compared: one blank between words, any case."""
    return re.sub(r"\s+", " ", text).strip().casefold()


def plain(text: str) -> str:
    """The text on one line, every character that a terminal would act on replaced."""
    line = re.sub(r"\s+", " ", text).strip()
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)


def cut(text: str) -> str:
    """The text on one line, cut where it is long."""
    return cut_short(plain(text), _LONGEST_TEXT)


def survey_items(request: Request, questions: Mapping[str, str]) -> Items:
    """The study's items that a survey file has; `questions` holds the file's by name, with their texts.

    Raises:
        InputError: none is mapped, one is not in the file, or what one means is not said.
    """
    found = _matched(request, questions)
    findings = _column_faults(request) + [
        fault for name, item in found.items() for fault in _faults(request, name, item)
    ]
    scores = [name for name, item in found.items() if item.kind == "score"]
    if not scores:
        findings.append(nothing_mapped(request, questions))
    by_stage: dict[str | None, list[str]] = {}
    for name in scores:
        by_stage.setdefault(found[name].stage, []).append(name)
    findings += [_doubled(stage, names) for stage, names in by_stage.items() if stage and len(names) > 1]
    if findings:
        raise InputError(findings)
    return Items(
        scores=tuple(_score_item(request, name, found[name]) for name in scores),
        pains={name: item for name, item in found.items() if item.kind == "pain_points"},
    )


def matched_names(asked: Iterable[str], there: Iterable[str]) -> dict[str, str]:
    """The file's own name for each name asked that it has, whatever the case and blanks."""
    known = {folded(name): name for name in there}
    return {name: known[folded(name)] for name in asked if folded(name) in known}


def nothing_mapped(request: Request, questions: Mapping[str, str]) -> Finding:
    """The finding of a file none of whose questions or activities is mapped, with what it has."""
    shown = [
        f"{plain(name)} ({cut(text)})" if text and text != name else plain(name) for name, text in questions.items()
    ]
    more = f" and {len(shown) - LISTED:,} more" if len(shown) > LISTED else ""
    first = plain(next(iter(questions), "QID1"))
    key = (
        first if re.fullmatch(r"[A-Za-z0-9_-]+", first) else '"' + first.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )
    return Finding(
        code="D401",
        place=f"study.toml: [data.items] of {request.file}",
        found=f"nothing says what the columns of the export are; it has {', '.join(shown[:LISTED]) or 'none'}{more}",
        allowed="a stage for each question or activity that is used; what is not named is not read",
        remedy=f'write for example [data.items.{key}] and below it stage = "..."'
        + ("" if request.table == "events" else ' and metric = "csat", "nps", "ces" or "rating"'),
    )


def not_there(request: Request, name: str, there: Iterable[str]) -> Finding:
    """The finding of an item that the study maps and the file does not have."""
    known = list(there)
    near = {folded(one): one for one in known}.get(nearest(name, [folded(one) for one in known]), "")
    return Finding(
        code="D402",
        place=f"study.toml: [data.items.{cut(name)}]",
        found=f"{request.file} has no such question or activity",
        allowed=", ".join(cut(one) for one in known[:LISTED]) or "none",
        remedy=f"did you mean {cut(near)}?" if near else "correct the name, or remove it",
    )


def places_of(
    request: Request, defaults: Mapping[str, str], there: Mapping[str, int], personal: Sequence[str]
) -> dict[str, int]:
    """The place of each canonical column in the file, by the study's mapping or the format's own field.

    Raises:
        InputError: a field is not in the file, or is one that is never read.
    """
    unit = {name: name for name in request.study.data.unit}
    asked = {name: request.mapping.get(name, field) for name, field in {**unit, **defaults, **request.mapping}.items()}
    known = {folded(field): place for field, place in there.items()}
    private = {folded(field) for field in personal}
    findings = [_personal(request, name, field) for name, field in asked.items() if folded(field) in private]
    required = {column.name for column in TABLES[request.table] if column.required and column.name in defaults}
    wanted = set(request.mapping) | required | set(unit)
    lost = [name for name, field in asked.items() if name in wanted and folded(field) not in known]
    findings += [_no_field(request, name, asked[name], there) for name in lost]
    if findings:
        raise InputError(findings)
    return {name: known[folded(field)] for name, field in asked.items() if folded(field) in known}


def _matched(request: Request, questions: Mapping[str, str]) -> dict[str, ItemSection]:
    has_events = request.study.format_of("events") != "canonical" and request.study.data.events is not None
    names = matched_names(request.items, questions)
    lost = [
        name
        for name, item in request.items.items()
        if name not in names and not (has_events and item.model_fields_set == _STAGE_ALONE)
    ]
    if lost:
        raise InputError([not_there(request, name, questions) for name in lost])
    by_name = {names[name]: item for name, item in request.items.items() if name in names}
    return {name: by_name[name] for name in questions if name in by_name}


def _column_faults(request: Request) -> list[Finding]:
    return [
        Finding(
            code="D425",
            place=f"study.toml: [data.columns.{request.table}].{name}",
            found=f"in this format {name} is said by [data.items]",
            allowed=", ".join(one for one in names_of(request.table) if one not in _SAID_BY_ITEMS),
            remedy="remove the line, and map the question in [data.items]",
        )
        for name in request.mapping
        if name in _SAID_BY_ITEMS
    ]


def _faults(request: Request, name: str, item: ItemSection) -> list[Finding]:
    place = f"study.toml: [data.items.{cut(name)}]"
    if item.kind == "pain_points":
        return [] if item.options else [_no_options(place)]
    found = []
    if item.stage is None:
        found.append(
            Finding(
                code="D425",
                place=place,
                found="a score without a stage",
                allowed='a stage of the plan, or "overall"',
                remedy='add stage = "..."',
            )
        )
    if _scale(item) is None:
        found.append(_no_scale(place))
    if _direction(request, item) is None:
        found.append(_no_direction(place))
    return found


def _scale(item: ItemSection) -> tuple[float, float] | None:
    low, high = METRIC_SCALES.get(item.metric or "", (item.scale_min, item.scale_max))
    low = low if item.scale_min is None else item.scale_min
    high = high if item.scale_max is None else item.scale_max
    return None if low is None or high is None or low >= high else (low, high)


def _direction(request: Request, item: ItemSection) -> str | None:
    if item.direction is not None:
        return item.direction
    if item.metric == "nps":
        return "high_is_good"
    data = request.study.data
    return data.scale_direction if "scale_direction" in data.model_fields_set else None


def _score_item(request: Request, name: str, item: ItemSection) -> ScoreItem:
    low, high = _scale(item) or (0.0, 1.0)
    return ScoreItem(
        name=name,
        stage=item.stage or "",
        metric=item.metric or "rating",
        low=low,
        high=high,
        reverse=_direction(request, item) == "low_is_good",
        setting=item,
    )


def _no_scale(place: str) -> Finding:
    return Finding(
        code="D403",
        place=place,
        found="the scale of the question is not said",
        allowed='metric = "csat" (1-5), "nps" (0-10), "ces" (1-7), or scale_min below scale_max',
        remedy="add metric, or scale_min and scale_max",
    )


def _no_direction(place: str) -> Finding:
    return Finding(
        code="D404",
        place=place,
        found="whether a high or a low score is the good one is not said",
        allowed='"high_is_good" or "low_is_good"',
        remedy='set scale_direction in [data] for all questions, or direction = "..." in the item',
    )


def _no_options(place: str) -> Finding:
    return Finding(
        code="D407",
        place=place,
        found="no options are mapped to pain points",
        allowed='options = { "code or text" = "pain_point" }, "" where a choice is none',
        remedy="add options",
    )


def _doubled(stage: str, names: Sequence[str]) -> Finding:
    return Finding(
        code="D414",
        place=f"study.toml: [data.items.{cut(names[-1])}]",
        found=f"{' and '.join(cut(name) for name in names[:4])} all fill the stage {stage!r}",
        allowed="one question a stage",
        remedy="keep one of them, or give each its own stage",
    )


def _personal(request: Request, name: str, field: str) -> Finding:
    return Finding(
        code="D412",
        place=f"study.toml: [data.columns.{request.table}].{name}",
        found=f"{field} holds personal data and is never read",
        allowed="a key that is no name, address or place, such as the id in your own books",
        remedy="carry the customer's id into the export and name that field",
    )


def _no_field(request: Request, name: str, field: str, there: Iterable[str]) -> Finding:
    fields = [one for one in there if one]
    return Finding(
        code="D411",
        place=f"{request.file} {name}",
        found=f"the export has no field {field!r}",
        allowed=", ".join(cut(one) for one in fields[:LISTED]),
        remedy=f'name the field that holds it: [data.columns.{request.table}] {name} = "..."',
    )
