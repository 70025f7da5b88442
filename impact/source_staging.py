"""One table on its way into the engine: its columns found, every cell read by its kind, every row kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from impact.columns import ACCEPTED_BESIDE, METRIC_SCALES, TABLES, Column, names_of
from impact.errors import Finding
from impact.formats.data import (
    MOST_ROW_BYTES,
    NOT_TEXT,
    SheetMissingError,
    csv_header,
    found_columns,
    period_ordinals,
    sheet_as_text,
)
from impact.formats.sheets import SheetRefusedError
from impact.periods import first_whole_period, parse_period
from impact.study import Study
from impact.study_faults import nearest

LONGEST_NAME = 40
# An address, a number or a date is no column's name.
_LIKE_DATA = r"@|^[\d.,;:/+ -]+$"
MISSING = ("not_visited", "not_asked", "not_answered")
AFTER_AS_OF, UNKNOWN_CUSTOMER, OTHER_PROGRAMME = "after as_of", "unknown customer", "another programme"
_SIGNS = (
    (r"invalid unicode|not utf-8|invalid encoding", NOT_TEXT),
    (r"unterminated quote", "{row} opens a quote that is not closed, or has text after one"),
    (r"maximum line size|parallel csv reader", f"{{row}} is longer than {MOST_ROW_BYTES:,} bytes"),
    (r"magic bytes|too small to be a parquet", "it is no parquet file, or was cut short"),
)
KEPT: dict[str, tuple[str, ...]] = {
    "responses": ("customer_id", "t", "stage", "score", "n", "pain_points", "weight", "scale_min", "scale_max"),
    "customers": ("customer_id", "persona", "joined_t"),
    "ledger": ("customer_id", "t", "revenue", "margin", "retained", "cost_to_serve"),
    "incidents": ("customer_id", "t", "pain_point", "amount"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One table while it is read: what was asked of it and which of its columns answer."""

    table: str
    study: Study
    file: str
    named: Mapping[str, str]
    extras: tuple[str, ...]
    unread: tuple[str, ...] = ()

    @property
    def as_text(self) -> bool:
        """Whether the file holds texts only, so that a column's type must be told from its cells."""
        return not self.file.casefold().partition("#")[0].endswith(".parquet")


def file_row(file: str, source_row: int) -> int:
    """The row's number as its file shows it: a header counts as row 1."""
    return source_row if file.casefold().endswith(".parquet") else source_row + 1


def read_file(connection: Any, table: str, path: Path, sheet: str) -> ir.Table:  # noqa: ANN401
    """The file's table with its own column names.

    Raises:
        SheetRefusedError: the file is of no kind that is read.
    """
    kind = path.suffix.casefold()
    if kind == ".csv":
        delimiter, names = csv_header(path)
        read: ir.Table = connection.read_csv(
            str(path),
            table_name=f"raw_{table}",
            columns=dict.fromkeys(names, "string"),
            auto_detect=False,
            header=True,
            delim=delimiter,
            quote='"',
            escape='"',
        )
    elif kind == ".parquet":
        read = connection.read_parquet(str(path), table_name=f"raw_{table}")
    elif kind == ".xlsx":
        read = connection.create_table(f"raw_{table}", sheet_as_text(path, sheet))
    else:
        raise SheetRefusedError("D301", f"{path.name} is of no kind that is read")
    return read


def reading_of(table: str, study: Study, columns: Sequence[str]) -> Reading:
    """Which of the file's columns answer to the table's columns and to the study's controls."""
    mapping = study.data.columns.get(table, {})  # type: ignore[call-overload]
    known = tuple(column.name for column in TABLES[table])
    asked: tuple[str, ...] = ()
    if table in {"ledger", "customers"}:
        asked = (*study.model.controls, *study.study.report_by)
    if table == "ledger" and study.model.size:
        asked = (*asked, study.model.size)
    kept = KEPT[table]
    extras = tuple(name for name in dict.fromkeys(asked) if name not in known and name not in kept)
    named = found_columns((*known, *extras), mapping, columns)
    beside = {*ACCEPTED_BESIDE[table], *(name.casefold() for name in asked)}
    return Reading(
        table=table,
        study=study,
        file=str(getattr(study.data, table)),
        named=named,
        extras=tuple(name for name in extras if name in named),
        unread=tuple(name for name in columns if name not in named.values() and name.casefold() not in beside),
    )


def missing_columns(reading: Reading, columns: Sequence[str]) -> list[Finding]:
    """A finding for each required or mapped column that the file does not have."""
    mapping = reading.study.data.columns.get(reading.table, {})  # type: ignore[call-overload]
    required = [column.name for column in TABLES[reading.table] if column.required]
    if not reading.named and not mapping:
        return [_no_header(reading, columns, required)]
    lost = [name for name in (*required, *mapping) if name not in reading.named and name in names_of(reading.table)]
    return [
        Finding(
            code="D302",
            place=reading.file,
            found=f"the column {mapping.get(name, name)} is missing; the file has {_listed(columns)}",
            allowed=f"{reading.table} has {', '.join(required)}",
            remedy=_rename(reading.table, name, columns),
        )
        for name in dict.fromkeys(lost)
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
    return f'{asked}rename it, or write {name} = "{theirs}" in [data.columns.{table}]'


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


def stage_table(connection: Any, raw: ir.Table, reading: Reading, staged: Mapping[str, ir.Table]) -> ir.Table:  # noqa: ANN401
    """Every row of the table under canonical names, with what could not be read and why a row is set aside."""
    read = ibis.struct({name: raw[theirs] for name, theirs in reading.named.items()})
    columns: dict[str, ir.Value] = {"source_row": ibis.row_number() + 1, "row_hash": read.hash()}
    for column in TABLES[reading.table]:
        columns |= _column(raw, reading, column)
    columns |= {name: _extra(raw, reading, name) for name in reading.extras}
    table = raw.select(**columns)
    for column in TABLES[reading.table]:
        if f"{column.target}_key" in columns:
            table = _with_ordinal(connection, table, reading, column.target)
    if reading.table == "responses":
        table = _with_scale(table)
    if reading.table == "incidents":
        table = table.mutate(amount=_or_one(table, "amount"))
    if reading.table == "customers":
        return table.mutate(set_aside=ibis.null("string"))
    if reading.table == "ledger":
        return table.mutate(set_aside=(table.t > reading.study.as_of).ifelse(AFTER_AS_OF, ibis.null("string")))
    return _with_known(table, reading, staged)


def _column(raw: ir.Table, reading: Reading, column: Column) -> dict[str, ir.Value]:
    theirs = reading.named.get(column.name)
    target = column.target
    if column.kind == "text":
        return {target: _text(raw[theirs]) if theirs else ibis.null("string")}
    if column.kind == "period":
        if theirs is None:
            return {target: ibis.null("int64"), f"{target}_unread": ibis.null("string")}
        if raw[theirs].type().is_temporal() and not raw[theirs].type().is_time():
            return {target: _date_ordinal(raw[theirs], reading.study), f"{target}_unread": ibis.null("string")}
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
        whole = (column == column.floor()) & (column.abs() < 1e15)
        return ibis.cases(
            (column.isnan(), ibis.null("string")),
            (whole, column.try_cast("int64").cast("string")),
            else_=column.cast("string"),
        )
    return column.cast("string").strip().nullif("")


def _flag_text(text: Any) -> Any:  # noqa: ANN401
    low = text.lower()
    return ibis.cases((low.isin(["true", "yes"]), "1"), (low.isin(["false", "no"]), "0"), else_=text)


def _number(text: Any, column: Any) -> Any:  # noqa: ANN401
    kind = column.type()
    value = column.cast("float64") if kind.is_numeric() and not kind.is_boolean() else text.try_cast("float64")
    return (value.isnan() | value.isinf()).ifelse(ibis.null("float64"), value)


def _date_ordinal(column: Any, study: Study) -> Any:  # noqa: ANN401
    months_a_period = 12 // study.periods_a_year
    within = ((column.month() - 1) / months_a_period).floor()
    return (column.year() * study.periods_a_year + within).cast("int64")


def _with_ordinal(connection: Any, table: ir.Table, reading: Reading, target: str) -> ir.Table:  # noqa: ANN401
    """The table with a period's ordinal beside its text, by a look-up of the distinct texts."""
    import pyarrow

    text = table[f"{target}_key"]
    clock = text.substr(10, 1).isin(["T", " "])
    table = table.mutate(period_key=clock.ifelse(text.substr(0, 10), text))
    distinct = table.select("period_key").distinct().execute()["period_key"].dropna()
    parse = first_whole_period if target == "joined_t" else parse_period
    ordinals = period_ordinals(distinct, reading.study.period_kind, parse)
    look_up = pyarrow.table(
        {
            "text": pyarrow.array(list(ordinals), type=pyarrow.string()),
            target: pyarrow.array(list(ordinals.values()), type=pyarrow.int64()),
        }
    )
    known = connection.create_table(f"periods_{reading.table}_{target}", look_up)
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


def _with_known(table: ir.Table, reading: Reading, staged: Mapping[str, ir.Table]) -> ir.Table:
    """The table of experience with its reasons to set a row aside, the customer unknown to all others last."""
    reasons: list[tuple[Any, Any]] = []
    if reading.table == "responses":
        programme = reading.study.survey.programme
        if programme is not None and "programme" in reading.named:
            reasons.append((table.programme.fill_null("") != programme, OTHER_PROGRAMME))
        # The words of the contract alone: a free text would go into every report.
        missing = table.missing.isin(MISSING).ifelse(table.missing, "another reason")
        reasons.append((table.missing.notnull(), ibis.literal("missing: ") + missing))
        reasons.append((table.score.isnull() & table.score_unread.isnull(), "blank score"))
    reasons.append((table.t > reading.study.as_of, AFTER_AS_OF))
    listed = [staged[name].select("customer_id") for name in ("ledger", "customers") if name in staged]
    if not listed:
        return table.mutate(set_aside=ibis.cases(*reasons, else_=ibis.null("string")))
    known = ibis.union(*listed, distinct=True) if len(listed) > 1 else listed[0].distinct()
    table = table.left_join(known.rename(known_id="customer_id"), [("customer_id", "known_id")])
    reasons.append((table.known_id.isnull() & table.customer_id.notnull(), UNKNOWN_CUSTOMER))
    return table.mutate(set_aside=ibis.cases(*reasons, else_=ibis.null("string"))).drop("known_id")


def _extra(raw: ir.Table, reading: Reading, name: str) -> ir.Value:
    """A control or size column of its own type; from text, a number where every cell reads as one."""
    column = raw[reading.named[name]]
    if not column.type().is_string():
        return column
    text = _text(column)
    if not reading.as_text:
        return text
    coded = text.re_search(r"^0\d")
    no_number = text.notnull() & (text.try_cast("float64").isnull() | coded)
    blockers = raw.aggregate(found=no_number.ifelse(1, 0).sum()).execute()
    return text if int(blockers["found"].fillna(0)[0]) else text.try_cast("float64")
