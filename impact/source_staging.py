"""One table on its way into the engine: its columns found, every cell read by its kind, every row kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from impact.address import names_file
from impact.columns import ACCEPTED_BESIDE, METRIC_SCALES, TABLES, Column, names_of, required_of
from impact.engine import ROW, Engine
from impact.errors import Finding
from impact.formats.adapters import CANONICAL
from impact.formats.data import MOST_ROW_BYTES, NOT_TEXT, SheetMissingError, found_columns, period_ordinals
from impact.periods import day_of, first_whole_period, parse_period
from impact.source_answers import with_counts
from impact.source_days import days_since_1970
from impact.source_request import request_day
from impact.source_text import NUMBER, as_number, without_blanks
from impact.source_units import BLANK_UNIT, unit_columns
from impact.study import Study
from impact.study_faults import nearest

LONGEST_NAME = 40
PERIOD = r"^[0-9]{4}(-?[Qq][1-4]|-[0-9]{1,2}(-[0-9]{1,2})?)?$"
MOST_PERIODS = 100_000
READ = "read_"
# An address, a number or a date is no column's name.
_LIKE_DATA = r"@|^[\d.,;:/+ -]+$"
AFTER_AS_OF, UNKNOWN_CUSTOMER, OTHER_PROGRAMME = "after as_of", "unknown customer", "another programme"
MISSING, BLANK_SCORE = "missing: ", "blank score"
MISSING_WORDS = ("not_visited", "not_asked", "not_answered")
_SIGNS = (
    (r"invalid unicode|not utf-8|invalid encoding", NOT_TEXT),
    (r"unterminated quote", "{row} opens a quote that is not closed, or has text after one"),
    (r"maximum line size|parallel csv reader", f"{{row}} is longer than {MOST_ROW_BYTES:,} bytes"),
    (r"magic bytes|too small to be a parquet", "it is no parquet file, or was cut short"),
)
KEPT: dict[str, tuple[str, ...]] = {
    "responses": (
        *("customer_id", "t", "day", "stage", "touchpoint", "channel", "score", "n", "sd", "pain_points", "weight"),
        *("scale_min", "scale_max"),
    ),
    "customers": ("customer_id", "persona", "joined_t"),
    "ledger": ("customer_id", "t", "revenue", "margin", "retained", "cost_to_serve"),
    "incidents": ("customer_id", "t", "day", "clock", "pain_point", "touchpoint", "amount"),
    "events": ("customer_id", "t", "day", "clock", "stage"),
    "assignments": ("customer_id", "t", "initiative", "arm", "randomised"),
}
# What a table keeps of its time beside the period: days since 1970-01-01, and the time of day as text.
DATED: dict[str, tuple[str, ...]] = {
    "responses": ("day",),
    "incidents": ("day", "clock"),
    "events": ("day", "clock"),
}
_ASIDE = "aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One table while it is read: what was asked of it and which of its columns answer.

    `beside` are columns that only say which rows are meant: of the study's unit, of the plan's events.
    """

    table: str
    study: Study
    file: str
    named: Mapping[str, str]
    extras: tuple[str, ...]
    unread: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    adapted: bool = False

    @property
    def as_text(self) -> bool:
        """Whether the file holds texts only, so that a column's type must be told from its cells."""
        return names_file(self.file) and not self.file.casefold().endswith(".parquet")


def file_row(file: str, source_row: float | None) -> str:
    """The row as its file shows it, such as `row 7`: a header counts as row 1; empty where rows have no order."""
    if source_row is None or source_row != source_row:
        return ""
    headless = file.casefold().endswith((".parquet", ".sav", ".zsav"))
    return f"row {int(source_row) + (0 if headless else 1)}"


def reading_of(table: str, study: Study, columns: Sequence[str], marks: Sequence[str] = ()) -> Reading:
    """Which of the file's columns answer to the table's columns, to the study's controls and unit, and to `marks`."""
    adapted = study.format_of(table) != CANONICAL
    mapping = {} if adapted else study.data.columns.get(table, {})  # type: ignore[call-overload]
    known = tuple(column.name for column in TABLES[table])
    asked: tuple[str, ...] = ()
    if table in {"ledger", "customers"}:
        clusters = (study.model.cluster,) if study.model.cluster else ()
        asked = (*study.model.controls, *study.study.report_by, *clusters)
    if table == "ledger" and study.model.size:
        asked = (*asked, study.model.size)
    kept = KEPT[table]
    extras = tuple(name for name in dict.fromkeys(asked) if name not in known and name not in kept)
    told = tuple(name for name in dict.fromkeys((*study.data.unit, *marks)) if name not in {*known, *kept, *extras})
    named = found_columns((*known, *extras, *told), mapping, columns)
    beside = {*ACCEPTED_BESIDE[table], *(name.casefold() for name in asked), *((_ASIDE,) if adapted else ())}
    return Reading(
        table=table,
        study=study,
        file=str(getattr(study.data, table)),
        named=named,
        extras=tuple(name for name in extras if name in named),
        unread=tuple(name for name in columns if name not in named.values() and name.casefold() not in beside),
        beside=tuple(name for name in told if name in named),
        adapted=adapted,
    )


def missing_columns(reading: Reading, columns: Sequence[str]) -> list[Finding]:
    """A finding for each required or mapped column that the file does not have."""
    mapping = {} if reading.adapted else reading.study.data.columns.get(reading.table, {})  # type: ignore[call-overload]
    required = required_of(reading.table, tuple(reading.named), by_unit=bool(reading.study.data.unit))
    if not reading.named and not mapping:
        return [_no_header(reading, columns, required)]
    lost = [name for name in (*required, *mapping) if name not in reading.named and name in names_of(reading.table)]
    faults = [
        Finding(
            code="D302",
            place=reading.file,
            found=f"the column {mapping.get(name, name)} is missing; the file has {_listed(columns)}",
            allowed=f"{reading.table} has {', '.join(required)}",
            remedy=_rename(reading.table, name, columns),
        )
        for name in dict.fromkeys(lost)
    ]
    return [*faults, *_missing_units(reading, columns)]


def _missing_units(reading: Reading, columns: Sequence[str]) -> list[Finding]:
    return [
        Finding(
            code="D351",
            place=reading.file,
            found=f"the unit column {name} is missing; the file has {_listed(columns)}",
            allowed="columns that responses, incidents and ledger all carry",
            remedy=f'add {name}, write {name} = "theirs" in [data.columns.{reading.table}], or take it out of '
            "[data] unit",
        )
        for name in reading.study.data.unit
        if name not in reading.named
    ]


def _no_header(reading: Reading, columns: Sequence[str], required: Sequence[str]) -> Finding:
    """The finding of a file none of whose columns is known; what looks like cells of data is not printed."""
    data = any(re.search(_LIKE_DATA, name) for name in columns)
    return Finding(
        code="D302",
        place=reading.file,
        found=f"the first row names no column of {reading.table}: "
        + ("it holds data, or a title" if data else f"it has {_listed(columns)}"),
        allowed=f"{reading.table} has {', '.join(required)}",
        remedy="put the column names into the first row, below no title, "
        f"or say how they are called in [data.columns.{reading.table}]",
    )


def _listed(columns: Sequence[str]) -> str:
    """The first column names, long or unprintable ones cut and quoted."""
    plain = [
        name if name.isprintable() and len(name) <= LONGEST_NAME else repr(name[:LONGEST_NAME]) for name in columns
    ]
    return ", ".join(plain[:20])


def _rename(table: str, name: str, columns: Sequence[str]) -> str:
    near = nearest(name, tuple(columns))
    theirs = near or "their name"
    asked = f"did you mean {near}? " if near else ""
    anonymous = ""
    if name == "customer_id" and table != "customers":
        anonymous = "; without any usable id, name columns that all tables carry in [data] unit"
    return f'{asked}rename it, or write {name} = "{theirs}" in [data.columns.{table}]{anonymous}'


def unreadable_file(file: str, error: Exception) -> Finding:
    """The finding of a file that cannot be read: in plain words where the engine's are known, else its first line."""
    sheets = error.sheets if isinstance(error, SheetMissingError) else ()
    return Finding(
        code="D301",
        place=file,
        found=_why_unreadable(str(error)),
        allowed=", ".join(sheets) if sheets else "a .csv (UTF-8), .parquet or .xlsx file with a header row",
        remedy="name one of the sheets there are" if sheets else "save it again as such",
    )


def _why_unreadable(error: str) -> str:
    cells = re.search(r"Line: (\d+)\b.*Expected Number of Columns: (\d+) Found: (\d+)", error, re.DOTALL)
    if cells:
        line, expected, found = cells.groups()
        return f"row {line} has {found} {'cell' if found == '1' else 'cells'}, the header {expected}"
    at = re.search(r"Line: (\d+)\b", error)
    row = f"row {at[1]}" if at else "a row"
    for sign, words in _SIGNS:
        if re.search(sign, error, re.IGNORECASE):
            return words.format(row=row)
    return (error.strip().splitlines() or ["it cannot be read"])[0][:300].removeprefix("Invalid Input Error: ")


def stage_table(engine: Engine, raw: ir.Table, reading: Reading, known: ir.Table | None) -> ir.Table:
    """Every row of the table under canonical names, with what could not be read and why a row is set aside.

    `known` are the customers of ledger and customers, None while these are read. The columns that begin
    with `READ` are those of the file as they are: only rows that look equal are compared by them. What the
    reader of an export set aside keeps its reason before any other.
    """
    table = _stage(engine, raw, reading, known)
    if reading.adapted:
        return table.mutate(set_aside=ibis.coalesce(table.aside, table.set_aside)).drop("aside")
    return table


def _stage(engine: Engine, raw: ir.Table, reading: Reading, known: ir.Table | None) -> ir.Table:
    number = raw[ROW].cast("int64") if ROW in raw.columns else ibis.null("int64")
    columns: dict[str, ir.Value] = {"source_row": number}
    columns |= {f"{READ}{place}": raw[theirs] for place, theirs in enumerate(reading.named.values())}
    for column in TABLES[reading.table]:
        columns |= _column(raw, reading, column)
    columns |= {name: _extra(raw, reading, name) for name in reading.extras}
    if reading.adapted:
        columns[_ASIDE] = raw[_ASIDE]
    columns |= {name: _text(raw[reading.named[name]]) for name in reading.beside}
    columns |= request_day(raw, reading)
    if units := reading.study.data.unit:
        columns |= unit_columns(columns, [_text(raw[reading.named[name]]) for name in units])
    table = raw.select(**columns)
    for column in TABLES[reading.table]:
        if f"{column.target}_key" in columns:
            table = _with_ordinal(engine, table, reading, column.target)
    if reading.table == "responses":
        table = _with_scale(with_counts(table, reading.named))
    if reading.table == "incidents":
        table = table.mutate(amount=_or_one(table, "amount"))
    if reading.table == "customers":
        return table.mutate(set_aside=ibis.null("string"))
    if reading.table == "ledger":
        reasons = [*_blank_unit(table, reading), (table.t > reading.study.as_of, AFTER_AS_OF)]
        return table.mutate(set_aside=ibis.cases(*reasons, else_=ibis.null("string")))
    return _with_known(table, reading, known)


def _blank_unit(table: ir.Table, reading: Reading) -> list[tuple[Any, Any]]:
    return [(table.customer_id.isnull(), BLANK_UNIT)] if reading.study.data.unit else []


def _column(raw: ir.Table, reading: Reading, column: Column) -> dict[str, ir.Value]:
    theirs = reading.named.get(column.name)
    target = column.target
    if column.kind == "text":
        return {target: _text(raw[theirs]) if theirs else ibis.null("string")}
    if column.kind == "period":
        if theirs is None:
            return {target: ibis.null("int64"), f"{target}_unread": ibis.null("string")}
        if raw[theirs].type().is_temporal() and not raw[theirs].type().is_time():
            ordinal = _date_ordinal(raw[theirs], reading.study) + _begun_before(raw[theirs], reading.study, target)
            return {target: ordinal, f"{target}_unread": ibis.null("string")} | _dated(raw[theirs], reading, target)
        return {f"{target}_key": _text(raw[theirs])}
    if theirs is None:
        return {target: ibis.null("float64"), f"{target}_unread": ibis.null("string")}
    text = _text(raw[theirs])
    value = _number(_flag_text(text) if column.kind == "flag" else text, raw[theirs])
    return {target: value, f"{target}_unread": value.isnull().ifelse(text, ibis.null("string"))}


def _text(column: Any) -> Any:  # noqa: ANN401
    kind = column.type()
    if kind.is_decimal():
        column = column.cast("float64")
    if kind.is_decimal() or kind.is_floating():
        small = (column.abs() < 1e15).ifelse(column, ibis.null("float64"))
        whole = (small == small.floor()).ifelse(small, ibis.null("float64"))
        return ibis.cases(
            (column.isnan(), ibis.null("string")),
            (whole.notnull(), whole.cast("int64").cast("string")),
            else_=column.cast("string"),
        )
    return without_blanks(column.cast("string")).nullif("")


def _flag_text(text: Any) -> Any:  # noqa: ANN401
    low = text.lower()
    return ibis.cases((low.isin(["true", "yes"]), "1"), (low.isin(["false", "no"]), "0"), else_=text)


def _number(text: Any, column: Any) -> Any:  # noqa: ANN401
    kind = column.type()
    value = column.cast("float64") if kind.is_numeric() and not kind.is_boolean() else as_number(text)
    return (value.isnan() | value.isinf()).ifelse(ibis.null("float64"), value)


def _date_ordinal(column: Any, study: Study) -> Any:  # noqa: ANN401
    months_a_period = 12 // study.periods_a_year
    within = ((column.month() - 1) / months_a_period).floor()
    return (column.year() * study.periods_a_year + within).cast("int64")


def _begun_before(column: Any, study: Study, target: str) -> Any:  # noqa: ANN401
    """1 where a date that whole periods are counted from lies behind its period's first day, else 0."""
    if target != "joined_t":
        return 0
    months_a_period = 12 // study.periods_a_year
    first_month = ((column.month() - 1) / months_a_period).floor() * months_a_period + 1
    return ((column.month() == first_month) & (column.day() == 1)).ifelse(0, 1)


def _dated(column: Any, reading: Reading, target: str) -> dict[str, ir.Value]:  # noqa: ANN401
    """The day and the time of day of a date column, where the table keeps them."""
    clock = column.cast("string").substr(11) if column.type().is_timestamp() else ibis.null("string")
    known = {"day": days_since_1970(column.year(), column.month(), column.day()), "clock": clock}
    return {name: known[name] for name in DATED.get(reading.table, ()) if target == "t"}


def _with_ordinal(engine: Engine, table: ir.Table, reading: Reading, target: str) -> ir.Table:
    """The table with a period's ordinal beside its text, by a look-up of the distinct texts."""
    import pyarrow

    text = table[f"{target}_key"]
    clock = text.substr(10, 1).isin(["T", " "])
    table = table.mutate(period_key=clock.ifelse(text.substr(0, 10), text))
    shaped = table.select("period_key").distinct().filter(lambda t: t.period_key.re_search(PERIOD))
    distinct = shaped.limit(MOST_PERIODS).execute()["period_key"]
    parse = first_whole_period if target == "joined_t" else parse_period
    ordinals = period_ordinals(distinct, reading.study.period_kind, parse)
    dated = DATED.get(reading.table, ()) if target == "t" else ()
    columns = {target: list(ordinals.values())} | ({"day": [day_of(one) for one in ordinals]} if dated else {})
    look_up = pyarrow.table(
        {"text": pyarrow.array(list(ordinals), type=pyarrow.string())}
        | {name: pyarrow.array(values, type=pyarrow.int64()) for name, values in columns.items()}
    )
    if "clock" in dated:
        table = table.mutate(clock=clock.ifelse(text.substr(11), ibis.null("string")))
    known = engine.look_up(f"periods_{reading.table}_{target}", look_up)
    joined = table.left_join(known, table.period_key == known.text)
    unread = joined[target].isnull().ifelse(joined[f"{target}_key"], ibis.null("string"))
    return joined.mutate(**{f"{target}_unread": unread}).drop("period_key", "text", f"{target}_key")


def _or_one(table: ir.Table, name: str) -> Any:  # noqa: ANN401
    blank = table[name].isnull() & table[f"{name}_unread"].isnull()
    return blank.ifelse(1.0, table[name])


def _with_scale(table: ir.Table) -> ir.Table:
    metric = table.metric.lower()
    unsaid = metric.isnull() & table.scale_min.isnull() & table.scale_max.isnull()
    lowest, highest = ibis.null("float64"), ibis.null("float64")
    for name, (low, high) in METRIC_SCALES.items():
        lowest = (metric == name).ifelse(low, lowest)
        highest = (metric == name).ifelse(high, highest)
    low, high = METRIC_SCALES["csat"]
    return table.mutate(
        scale_min=ibis.coalesce(table.scale_min, unsaid.ifelse(low, lowest)),
        scale_max=ibis.coalesce(table.scale_max, unsaid.ifelse(high, highest)),
        scale_assumed=unsaid,
        n=_or_one(table, "n"),
        weight=_or_one(table, "weight"),
        pain_points=table.pain_points.re_replace(r"\s*;\s*", ";"),
    )


def _with_known(table: ir.Table, reading: Reading, known: ir.Table | None) -> ir.Table:
    """The table of experience with its reasons to set a row aside, the customer unknown to all others last."""
    reasons = _blank_unit(table, reading)
    if reading.table == "responses":
        programme = reading.study.survey.programme
        if programme is not None and "programme" in reading.named:
            reasons.append((table.programme.fill_null("") != programme, OTHER_PROGRAMME))
        # The words of the contract alone: a free text would go into every report.
        missing = table.missing.isin(MISSING_WORDS).ifelse(table.missing, "another reason")
        reasons.append((table.missing.notnull(), ibis.literal(MISSING) + missing))
        reasons.append((table.score.isnull() & table.score_unread.isnull(), BLANK_SCORE))
    reasons.append((table.t > reading.study.as_of, AFTER_AS_OF))
    if known is None:
        return table.mutate(set_aside=ibis.cases(*reasons, else_=ibis.null("string")), in_ledger=ibis.null("int64"))
    met = known.select(known_id="customer_id", in_ledger="in_ledger")
    table = table.left_join(met, [("customer_id", "known_id")])
    reasons.append((table.known_id.isnull() & table.customer_id.notnull(), UNKNOWN_CUSTOMER))
    return table.mutate(set_aside=ibis.cases(*reasons, else_=ibis.null("string"))).drop("known_id")


def _extra(raw: ir.Table, reading: Reading, name: str) -> ir.Value:
    """A control or size column of its own type; from text, a number where every cell reads as one."""
    column = raw[reading.named[name]]
    if column.type().is_decimal():
        return column.cast("float64")
    if not column.type().is_string():
        return column
    text = _text(column)
    if not reading.as_text:
        return text
    coded = text.re_search(r"^0[0-9]")
    no_number = text.notnull() & (~text.re_search(NUMBER) | coded)
    blockers = raw.aggregate(found=no_number.ifelse(1, 0).sum()).execute()
    return text if int(blockers["found"].fillna(0)[0]) else as_number(text)
