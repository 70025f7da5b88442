"""The answers of a survey export as canonical rows: one a response and question, nothing dropped unsaid."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from impact.errors import Finding, InputError
from impact.formats.adapters import Adapted, Request
from impact.formats.items import Items, ScoreItem, cut, folded
from impact.formats.notices import blanks_counted_as_not_named, questions_not_read
from impact.settings import ItemSection

if TYPE_CHECKING:
    import pyarrow

NO_CUSTOMER, NO_SCORE = "no customer id", "pain points named, no score"
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_MOST_TEXTS = 12
_LONGEST_TEXT = 40
_NOT_CHOSEN = {"0", "false", "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """An export with a row a response. All values are texts, blanks null.

    `columns` holds canonical columns, `cells` the column of each question, `chosen` the columns of a
    choice spread over several, by option, `aside` why a response is not used. `unread` are questions
    that no item names, by name with their text.
    """

    columns: Mapping[str, Any]
    cells: Mapping[str, Any]
    chosen: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    aside: Any
    first_row: int
    unread: Mapping[str, str] = field(default_factory=dict)


def canonical_rows(request: Request, responses: Responses, items: Items) -> Adapted:
    """A row a response and scored question; pain points stand on the first question that was answered.

    Raises:
        InputError: cells that cannot be read as what their item says, or no response with a customer.
    """
    import pyarrow
    import pyarrow.compute as pc

    aside = _with_customers(request, responses)
    findings: list[Finding] = []
    scores = [_scores(item, responses.cells[item.name], findings) for item in items.scores]
    pains = {name: _named(name, item, responses, findings) for name, item in items.pains.items()}
    if findings:
        raise InputError(findings)
    rows = len(aside)
    named = _joined(list(pains.values()), rows)
    open_, parts = pc.is_valid(named), []
    for (score, reason), item in zip(scores, items.scores, strict=True):
        mine = pc.and_(open_, pc.is_valid(score))
        open_ = pc.and_(open_, pc.invert(mine))
        parts.append((item, score, reason, pc.if_else(mine, named, None)))
    lost = pc.if_else(open_, NO_SCORE, pyarrow.scalar(None, pyarrow.string()))
    first_aside = pc.coalesce(aside, lost)
    tables = [_item_rows(responses, part, first_aside if place == 0 else aside) for place, part in enumerate(parts)]
    notices = [*blanks_counted_as_not_named(request, pains, aside), *questions_not_read(request, responses.unread)]
    return Adapted(table=pyarrow.concat_tables(tables), notices=tuple(notices))


def first_of(reasons: Sequence[tuple[Any, Any]], rows: int) -> pyarrow.Array:
    """The first reason of each row whose condition holds, null where none does; a reason is a text or texts."""
    import pyarrow
    import pyarrow.compute as pc

    found = pyarrow.nulls(rows, pyarrow.string())
    for condition, reason in reasons:
        found = pc.coalesce(found, pc.if_else(condition, reason, pyarrow.scalar(None, pyarrow.string())))
    return found.combine_chunks() if isinstance(found, pyarrow.ChunkedArray) else found


def told(cells: Any, tell: Any) -> pyarrow.Array:  # noqa: ANN401
    """What each cell's text means, told once for each distinct text; `tell(None)` stands for blank cells."""
    import pyarrow
    import pyarrow.compute as pc

    whole = cells.combine_chunks() if isinstance(cells, pyarrow.ChunkedArray) else cells
    coded = whole.dictionary_encode()
    meant = pyarrow.array([tell(text) for text in coded.dictionary.to_pylist()], type=pyarrow.string())
    found = meant.take(coded.indices)
    blank = tell(None)
    return found if blank is None else pc.if_else(pc.is_null(whole), blank, found)


def _with_customers(request: Request, responses: Responses) -> pyarrow.Array:
    import pyarrow.compute as pc

    rows = len(responses.aside)
    if request.study.data.unit or "customer_id" not in responses.columns:
        return first_of([(pc.is_valid(responses.aside), responses.aside)], rows)
    unknown = pc.is_null(responses.columns["customer_id"])
    usable = pc.is_null(responses.aside)
    complete = pc.sum(usable).as_py() or 0
    if complete and pc.sum(pc.and_(usable, unknown)).as_py() == complete:
        raise InputError([nobody(request, complete)])
    return first_of([(pc.is_valid(responses.aside), responses.aside), (unknown, NO_CUSTOMER)], rows)


def nobody(request: Request, answers: int) -> Finding:
    """The finding of an export none of whose usable rows has a customer."""
    return Finding(
        code="D413",
        place=f"{request.file} customer_id",
        found=f"no customer id in any of {answers:,} rows that could be used",
        allowed="the id that your other tables have, in at least some rows",
        remedy=f"name the field that holds it: [data.columns.{request.table}] customer_id, "
        "or set [data] unit where the survey is anonymous",
    )


def _scores(item: ScoreItem, cells: Any, findings: list[Finding]) -> tuple[pyarrow.Array, pyarrow.Array]:  # noqa: ANN401
    labels = {folded(text): value for text, value in item.setting.labels.items()}
    missing = {folded(text): reason for text, reason in item.setting.missing.items()}
    texts: list[str] = []

    def score(text: str | None) -> str | None:
        if text is None or folded(text) in missing:
            return None
        value = labels.get(folded(text), float(text) if _NUMBER.match(text) else None)
        if value is None:
            texts.append(text)
            return text
        reverse = item.reverse and item.low <= value <= item.high
        return f"{item.low + item.high - value if reverse else value:.15g}"

    read = told(cells, score)
    reasons = told(cells, lambda text: missing.get("", "not_answered") if text is None else missing.get(folded(text)))
    if texts:
        findings.append(_texts(item, texts))
    return read, reasons


def _texts(item: ScoreItem, texts: Sequence[str]) -> Finding:
    # Many or long texts are what people wrote, which is never printed.
    shown = len(texts) <= _MOST_TEXTS and all(len(text) <= _LONGEST_TEXT for text in texts)
    example = texts[0].replace('"', '\\"') if shown else "Very good"
    return Finding(
        code="D406",
        place=f"study.toml: [data.items.{cut(item.name)}]",
        found=f"cells are texts: {', '.join(map(repr, sorted(texts)))}" if shown else f"{len(texts):,} different texts",
        allowed="numbers, or texts that labels or missing explain",
        remedy=f'add labels = {{ "{example}" = {item.high:g} }} for an answer, '
        f'missing = {{ "{example}" = "not_asked" }} for none'
        if shown
        else "map a question that is scored, not one that is answered in words",
    )


def _named(name: str, item: ItemSection, responses: Responses, findings: list[Finding]) -> Any:  # noqa: ANN401
    """The pain points each response names in one question, `;` between them, null where none."""
    if name in responses.chosen:
        return _from_columns(name, item, responses, findings)
    options = {_together(_parts(option)): pain for option, pain in item.options.items()}
    missing = {folded(text) for text in item.missing}
    unknown: dict[str, None] = {}

    def pains(text: str | None) -> str | None:
        if text is None or folded(text) in missing:
            return None
        chosen, rest = _split(text, options)
        unknown.update(dict.fromkeys(rest))
        return ";".join(dict.fromkeys(filter(None, (options[one] for one in chosen)))) or None

    found = told(responses.cells[name], pains)
    if unknown:
        findings.append(choices_not_mapped(name, list(unknown)))
    return found


def _split(text: str, options: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The known options in a cell, longest first since their texts may hold commas, and what is none of them."""
    parts, chosen, rest, at = _parts(text), [], [], 0
    longest = max(option.count(",") + 1 for option in options)
    while at < len(parts):
        widths = range(min(longest, len(parts) - at), 0, -1)
        width = next((w for w in widths if _together(parts[at : at + w]) in options), 0)
        if width:
            chosen.append(_together(parts[at : at + width]))
        elif parts[at]:
            rest.append(parts[at])
        at += max(width, 1)
    return chosen, rest


def _parts(text: str) -> list[str]:
    return [folded(part) for part in re.split(r"[,;]", text)]


def _together(parts: Sequence[str]) -> str:
    return ", ".join(parts)


def _from_columns(name: str, item: ItemSection, responses: Responses, findings: list[Finding]) -> Any:  # noqa: ANN401
    columns = {folded(option): cells for option, cells in responses.chosen[name].items()}
    options = {folded(option): pain for option, pain in item.options.items()}
    lost = [option for option in options if option not in columns]
    if lost:
        findings.append(_no_such_option(name, lost, list(responses.chosen[name])))
    pains = [(pain, columns[option]) for option, pain in options.items() if pain and option in columns]
    return _joined([_where_chosen(pain, cells) for pain, cells in pains], len(responses.aside))


def _where_chosen(pain: str, cells: Any) -> pyarrow.Array:  # noqa: ANN401
    return told(cells, lambda text: None if text is None or folded(text) in _NOT_CHOSEN else pain)


def _joined(named: Sequence[Any], rows: int) -> Any:  # noqa: ANN401
    import pyarrow
    import pyarrow.compute as pc

    if not named:
        return pyarrow.nulls(rows, pyarrow.string())
    # Skipping nulls in the join itself drops rows that have none but nulls (pyarrow 26).
    padded = pc.binary_join_element_wise(*(pc.fill_null(one, "") for one in named), ";")
    return told(padded, _each_once)


def _each_once(names: str | None) -> str | None:
    return ";".join(dict.fromkeys(filter(None, (names or "").split(";")))) or None


def choices_not_mapped(name: str, texts: Sequence[str]) -> Finding:
    """The finding of choices that no option explains; many or long texts are not printed."""
    shown = len(texts) <= _MOST_TEXTS and all(len(text) <= _LONGEST_TEXT for text in texts)
    example = texts[0].replace('"', '\\"') if shown else "4"
    return Finding(
        code="D407",
        place=f"study.toml: [data.items.{cut(name)}]",
        found=f"choices that no option explains: {', '.join(map(repr, sorted(texts)))}"
        if shown
        else f"{len(texts):,} different choices that no option explains",
        allowed="choices named in options",
        remedy=f'add to options "{example}" = "pain_point", or "{example}" = "" where it is none',
    )


def _no_such_option(name: str, lost: Sequence[str], there: Sequence[str]) -> Finding:
    return Finding(
        code="D407",
        place=f"study.toml: [data.items.{cut(name)}]",
        found=f"no column of the choice is called {', '.join(map(repr, lost[:_MOST_TEXTS]))}",
        allowed=", ".join(cut(option) for option in there[:_MOST_TEXTS]),
        remedy="correct the option",
    )


def _item_rows(responses: Responses, part: tuple[ScoreItem, Any, Any, Any], aside: Any) -> pyarrow.Table:  # noqa: ANN401
    import numpy as np
    import pyarrow

    item, score, missing, pains = part
    rows = len(aside)

    def same(text: str) -> pyarrow.Array:
        return pyarrow.repeat(pyarrow.scalar(text, pyarrow.string()), rows)

    return pyarrow.table(
        {
            **responses.columns,
            "stage": same(item.stage),
            "score": score,
            "missing": missing,
            "metric": same(item.metric),
            "pain_points": pains,
            "scale_min": same(f"{item.low:.15g}"),
            "scale_max": same(f"{item.high:.15g}"),
            "source_row": np.arange(rows, dtype=np.int64) + responses.first_row,
            "aside": aside,
        }
    )
