"""SPSS .sav files as answers: codes declared missing keep their reason, and only named variables are read."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from impact.errors import Finding, InputError
from impact.formats.adapters import Adapted, Request, attempt
from impact.formats.items import Items, cut, folded, places_of, survey_items
from impact.formats.survey import Responses, canonical_rows, told
from impact.formats.times import in_utc

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

_NOT_A_FILE = "it is not an SPSS file that can be read"
_DICHOTOMY = "D"
NO_DATE = "no date"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What the file says of itself, and what the study asks of it."""

    facts: Any
    questions: Mapping[str, str]
    sets: Mapping[str, Mapping[str, Any]]
    items: Items
    columns: Mapping[str, str]

    def variables(self) -> list[str]:
        """Every variable that is read, each once."""
        spread = [one for name in self.items.pains if name in self.sets for one in self.sets[name]["variable_list"]]
        return list(dict.fromkeys([*self.columns.values(), *self.single(), *spread]))

    def single(self) -> list[str]:
        """The variables that an item names itself."""
        scores = [item.name for item in self.items.scores]
        return [*scores, *(name for name in self.items.pains if name not in self.sets)]


def read_table(request: Request) -> Adapted:
    """The answers of a file.

    Raises:
        InputError: it is no .sav file, or a setting is missing.
    """
    file = _asked(request, _read(request, metadataonly=True)[1])
    frame, facts = _read(request, usecols=file.variables())
    findings: list[Finding] = []
    formats = facts.original_variable_types
    cells = {name: _texts(frame[name], formats[name]) for name in file.variables()}
    texts = {name: _without_missing(cells[column], facts, column) for name, column in file.columns.items()}
    place, zone = f"{request.file} responded_at", request.study.data.timezone
    utc = attempt(findings, lambda: in_utc(texts["responded_at"], zone, place))
    findings += [fault for name in file.single() for fault in _unexplained(request, name, cells[name], facts)]
    if findings:
        raise InputError(findings)
    responses = Responses(
        columns=texts | {"responded_at": utc},
        cells={name: cells[name] for name in file.single()},
        chosen={name: _chosen(cells, file.sets[name]) for name in file.items.pains if name in file.sets},
        aside=told(texts["responded_at"], lambda text: NO_DATE if text is None else None),
        first_row=1,
        unread={
            name: text
            for name, text in file.questions.items()
            if name not in file.variables() and name not in file.items.pains
        },
    )
    return canonical_rows(request, responses, file.items)


def _asked(request: Request, facts: Any) -> _File:  # noqa: ANN401
    questions = {name: label or "" for name, label in facts.column_names_to_labels.items()}
    sets = {name.removeprefix("$"): dict(found) for name, found in facts.mr_sets.items()}
    sets = _own_sets(request, facts.column_names) | sets
    questions |= {name: str(found.get("label") or "") for name, found in sets.items() if name not in questions}
    findings: list[Finding] = []
    items = attempt(findings, lambda: survey_items(request, questions))
    places = {name: place for place, name in enumerate(facts.column_names)}
    defaults = {name: request.mapping.get(name, name) for name in ("customer_id", "responded_at")}
    columns = attempt(findings, lambda: places_of(request, defaults, places, ()))
    findings += [_a_set(item.name) for item in (items.scores if items else ()) if item.name in sets]
    if findings or items is None or columns is None:
        raise InputError(findings)
    named = {name: facts.column_names[place] for name, place in columns.items()}
    return _File(facts=facts, questions=questions, sets=sets, items=items, columns=named)


def _own_sets(request: Request, variables: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Sets that the file does not define: an item of another name whose options are variables, 1 where chosen."""
    return {
        name: {"type": _DICHOTOMY, "counted_value": 1, "variable_list": list(item.options), "label": ""}
        for name, item in request.items.items()
        if name not in variables and item.kind == "pain_points" and set(item.options) <= set(variables) and item.options
    }


def _a_set(name: str) -> Finding:
    return Finding(
        code="D425",
        place=f"study.toml: [data.items.{cut(name)}]",
        found="a set of several answers is mapped as one score",
        allowed="a variable that holds one number",
        remedy='name the variable that is scored, or set kind = "pain_points"',
    )


def _read(request: Request, **how: Any) -> tuple[pd.DataFrame, Any]:  # noqa: ANN401
    import pyreadstat

    try:
        read: tuple[pd.DataFrame, Any] = pyreadstat.read_sav(str(request.path), user_missing=True, **how)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OSError, OverflowError):
        raise InputError(
            [
                Finding(
                    code="D410",
                    place=request.file,
                    found=_NOT_A_FILE,
                    allowed="a .sav file as SPSS and survey tools write it",
                    remedy="export it again",
                )
            ]
        ) from None
    return read


def _chosen(cells: Mapping[str, pyarrow.Array], found: Mapping[str, Any]) -> dict[str, pyarrow.Array]:
    """The columns of a multiple-response set by option: a variable's name, or a category's code."""
    import pyarrow
    import pyarrow.compute as pc

    mine = {name: cells[name] for name in found["variable_list"]}
    null = pyarrow.scalar(None, pyarrow.string())
    if found["type"] == _DICHOTOMY:
        counted = _number_text(float(found["counted_value"]))
        return {name: pc.if_else(pc.equal(texts, counted), "1", null) for name, texts in mine.items()}
    codes = sorted({code for texts in mine.values() for code in texts.unique().to_pylist() if code is not None})
    named = {code: [pc.if_else(pc.equal(texts, code), "1", null) for texts in mine.values()] for code in codes}
    return {code: pc.coalesce(*columns) for code, columns in named.items()}


def _texts(column: pd.Series[Any], form: str) -> pyarrow.Array:
    """The cells as a person reads them: 7 for 7.0, ISO dates, zeros kept in front where the format has them."""
    import pyarrow

    zeros = re.fullmatch(r"N(\d+)", form)
    width = int(zeros[1]) if zeros else 0
    known: dict[Any, str | None] = {}
    texts = []
    for value in column.tolist():
        if value not in known:
            known[value] = _text(value, width)
        texts.append(known[value])
    return pyarrow.array(texts, type=pyarrow.string())


def _text(value: Any, width: int) -> str | None:  # noqa: ANN401
    if value is None or value != value:
        return None
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float | int):
        return _number_text(float(value)).zfill(width)
    return str(value).strip() or None


def _number_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"


def _missing_test(facts: Any, name: str) -> Callable[[str | None], bool]:  # noqa: ANN401
    """Whether the text of a cell is a code that the file declares missing for the variable."""
    ranges = facts.missing_ranges.get(name, [])
    words = {folded(str(one)) for one in facts.missing_user_values.get(name, [])}

    def is_missing(text: str | None) -> bool:
        if text is None:
            return False
        for span in ranges:
            low, high = span["lo"], span["hi"]
            if isinstance(low, str):
                if folded(low) == folded(text):
                    return True
            elif _is_number(text) and float(low) <= float(text) <= float(high):
                return True
        return folded(text) in words

    return is_missing


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text) is not None


def _without_missing(texts: pyarrow.Array, facts: Any, name: str) -> pyarrow.Array:  # noqa: ANN401
    """The texts with codes declared missing blanked: 99 is nobody's id."""
    is_missing = _missing_test(facts, name)
    return told(texts, lambda text: None if is_missing(text) else text)


def _unexplained(request: Request, name: str, cells: pyarrow.Array, facts: Any) -> list[Finding]:  # noqa: ANN401
    """The finding of codes declared missing that occur and that the item gives no reason for."""
    is_missing = _missing_test(facts, name)
    item = next(setting for asked, setting in request.items.items() if folded(asked) == folded(name))
    explained = {folded(text) for text in item.missing}
    codes = sorted(text for text in cells.unique().to_pylist() if is_missing(text) and folded(text) not in explained)
    if not codes:
        return []
    labels = {
        _number_text(float(code)) if isinstance(code, float | int) else str(code): label
        for code, label in facts.variable_value_labels.get(name, {}).items()
    }
    return [_not_explained(name, codes, labels)]


def _not_explained(name: str, codes: Sequence[str], labels: Mapping[str, str]) -> Finding:
    shown = [f"{code} ({cut(labels[code])})" if code in labels else code for code in codes[:12]]
    return Finding(
        code="D408",
        place=f"study.toml: [data.items.{cut(name)}]",
        found=f"codes declared missing without a reason: {', '.join(shown)}",
        allowed="not_visited, not_asked or not_answered for each",
        remedy=f'add missing = {{ "{codes[0]}" = "not_answered" }} to the item, with the reason that is true',
    )
