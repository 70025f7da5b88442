"""The data engine: the study's tables, read once, cleaned by expressions and kept where they are computed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.types as ir

from impact.address import names_file
from impact.columns import COUNTS
from impact.engine import ROW, Engine, open_engine
from impact.engine_faults import engine_faults_told, engine_finding
from impact.errors import Finding, InputError
from impact.event import Event
from impact.formats.intake import adapt
from impact.formats.sheets import SheetRefusedError
from impact.source_answers import as_expressed, averaged_rows, with_nps_apart, with_people
from impact.source_changes import (
    NOTHING_CHANGED,
    SurveyChanges,
    joined_scores,
    survey_changes,
    without_superseded,
)
from impact.source_events import with_events
from impact.source_margin import with_margin
from impact.source_outcome import STEP_COLUMNS
from impact.source_rates import in_one_currency
from impact.source_request import without_later_answers
from impact.source_shape import Shape, shape_asked, shape_of
from impact.source_staging import KEPT, READ, Reading, missing_columns, reading_of, stage_table, unreadable_file
from impact.source_units import summed_ledger, unit_rates
from impact.source_was import with_current_ids
from impact.study import Study
from impact.study_formats import is_folder_format

if TYPE_CHECKING:
    import pandas as pd

    from impact.case import Case
    from impact.checks import Check
    from impact.journey import Journey

EVERYBODY = "all"
_READ_ORDER = ("ledger", "customers", "responses", "incidents", "events", "assignments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The study's tables in canonical form on their engine.

    `responses`, `incidents`, `events` (a customer's visits to stages) and `assignments` (who was given an
    initiative, and who was not) are None where the study names none;
    a `day` counts from 1970-01-01. `raw` holds the tables as their files have them. `staged` holds every row of
    every table with its `source_row` (1 is the first below the header, null where rows have no order), the text
    of what could not be read (`COLUMN_unread`) and `set_aside`, the reason a row is not used; `as_read` the
    same, not yet computed, with the columns as they were read. `known` has every customer of ledger and
    customers once. `present` lists the columns found, `extras` the control, size and report columns, `unread`
    the file's columns that stand for none. A margin blank in part of the ledger is filled at the margin share
    of the rows that have one. Money is in the study's currency. `rows` has table, rows_in, rows_used,
    set_aside, reason. `notices` tell how exports were read. `changes` is what the answers show of changes of
    the survey; `only_averages`
    says that each stands for several people, `shape_seen` is what settings and data say of the shape.
    """

    engine: Engine
    ledger: ir.Table
    customers: ir.Table
    responses: ir.Table | None
    incidents: ir.Table | None
    events: ir.Table | None
    raw: Mapping[str, ir.Table]
    staged: Mapping[str, ir.Table]
    as_read: Mapping[str, ir.Table]
    known: ir.Table
    present: Mapping[str, frozenset[str]]
    extras: Mapping[str, tuple[str, ...]]
    unread: Mapping[str, tuple[str, ...]]
    files: Mapping[str, str]
    rows: pd.DataFrame
    shape_seen: Shape
    assignments: ir.Table | None = None
    notices: tuple[Check, ...] = ()
    changes: SurveyChanges = NOTHING_CHANGED
    only_averages: bool = False

    @property
    def connection(self) -> Any:  # noqa: ANN401
        """The engine's ibis backend."""
        return self.engine.connection

    def shape(self, study: Study) -> Shape:
        """The study's shape, as set or as its answers and its ledger show."""
        return shape_asked(study) or self.shape_seen

    def rows_used(self, table: str) -> int:
        """Rows of a table that are used."""
        return int(self.rows.loc[self.rows.table == table, "rows_used"].iloc[0])


def open_source(study: Study, case: Case | None = None) -> Source:
    """The study's tables on their engine; a case brings its events, and its pain points where units are summed.

    Raises:
        InputError: every table that cannot be read and every column that is missing, at once.
    """
    engine = open_engine(study)
    with engine_faults_told(engine.shown):
        return _open_on(engine, study, case)


def _open_on(engine: Engine, study: Study, case: Case | None) -> Source:
    events = case.plan.events if case else ()
    marks = [event.column for event in events if event.column]
    marks += [row.column for row in case.plan.rollouts] if case else []
    raws: dict[str, ir.Table] = {}
    staged: dict[str, ir.Table] = {}
    as_read: dict[str, ir.Table] = {}
    readings: dict[str, Reading] = {}
    findings: list[Finding] = []
    notices: list[Check] = []
    known = None
    for table in _READ_ORDER:
        asked = getattr(study.data, table)
        if asked is None or _is_lost(study, table, asked) or (table == "customers" and study.data.unit):
            continue
        if table in ("responses", "incidents") and known is None:
            known = _known_customers(engine, staged)
        try:
            raw, noticed = _read(engine, study, table)
            raws[table] = raw
            notices += noticed
            columns = [name for name in raw.columns if name != ROW]
            readings[table] = reading_of(table, study, columns, marks)
            if lost := missing_columns(readings[table], columns):
                findings += lost
                continue
            rows = with_events(table, stage_table(engine, raw, readings[table], known), events, study)
            rows = with_current_ids(table, rows, case.journey if case else None)
            as_read[table] = without_later_answers(rows, staged.get("ledger")) if table == "responses" else rows
            kept = [name for name in as_read[table].columns if not name.startswith(READ)]
            staged[table] = engine.keep(f"staged_{table}", as_read[table].select(*kept))
            if table == "responses":
                apart = with_nps_apart(staged[table], readings[table].named, study.survey.express)
                staged[table] = staged[table] if apart is None else engine.keep("staged_responses_apart", apart)
        except InputError as error:
            findings += error.findings
        except (duckdb.Error, SheetRefusedError) as error:
            findings.append(engine_finding(error, engine.shown) or unreadable_file(asked, error))
    if "ledger" in staged:
        staged["ledger"], faults = in_one_currency(engine, staged["ledger"], study)
        findings += faults
    if findings or "ledger" not in staged:
        raise InputError(findings)
    known = _known_customers(engine, staged) if known is None else known
    changes = _changes(staged, events, study)
    if changes.superseded:
        answers = without_superseded(staged["responses"], changes)
        staged["responses"] = engine.keep("staged_responses_joined", answers)
    tables = {"raw": raws, "staged": staged, "as_read": as_read}
    source = _source(engine, tables, readings, known, changes, tuple(notices))
    return in_rates(source, case.journey) if case and study.data.unit else source


def _is_lost(study: Study, table: str, asked: str) -> bool:
    """Whether the setting names a file or folder that is not there, which the study's own findings say."""
    is_file = names_file(asked) and "://" not in asked
    return is_file and not study.located(asked)[0].is_file() and not is_folder_format(study, "data", table)


def _read(engine: Engine, study: Study, table: str) -> tuple[ir.Table, tuple[Check, ...]]:
    """The table as its file or its format's adapter gives it, and what the adapter noticed."""
    asked = getattr(study.data, table)
    adapted = adapt(table, study)
    if adapted is None:
        return engine.read(table, asked, *study.located(asked)), ()
    return engine.look_up(f"raw_{table}", adapted.table).rename({ROW: "source_row"}), adapted.notices


def _known_customers(engine: Engine, staged: Mapping[str, ir.Table]) -> ir.Table | None:
    """Every customer of ledger and customers once: `in_ledger`, `in_time` (a row up to as_of), `listed` (0/1)."""
    named = []
    for name in ("ledger", "customers"):
        if name in staged:
            rows = staged[name].filter(staged[name].customer_id.notnull())
            in_time = (rows.set_aside.isnull()).ifelse(1, 0).max() if name == "ledger" else ibis.literal(0)
            once = rows.group_by("customer_id").aggregate(in_time=in_time.cast("int64"))
            flags = {"in_ledger": int(name == "ledger"), "listed": int(name == "customers")}
            named.append(once.mutate(**{flag: ibis.literal(on).cast("int64") for flag, on in flags.items()}))
    if len(named) < 2:
        return engine.keep("known", named[0]) if named else None
    both = ibis.union(*named)
    flags_of = {flag: both[flag].max() for flag in ("in_time", "in_ledger", "listed")}
    return engine.keep("known", both.group_by("customer_id").aggregate(**flags_of))


def _changes(staged: Mapping[str, ir.Table], events: Sequence[Event], study: Study) -> SurveyChanges:
    if "responses" not in staged:
        return NOTHING_CHANGED
    answers = staged["responses"]
    return survey_changes(as_expressed(answers.filter(answers.set_aside.isnull()), study.survey.express), events, study)


def in_rates(source: Source, journey: Journey) -> Source:
    """The source of a study summed to units with incidents as the rates of its pain points."""
    tables = {"ledger": source.ledger, "responses": source.responses, "incidents": source.incidents}
    rates = unit_rates(source.engine, {name: one for name, one in tables.items() if one is not None}, journey)
    if rates is None:
        return source
    return replace(source, incidents=source.engine.keep("unit_incidents", rates))


def _source(
    engine: Engine,
    tables: Mapping[str, Mapping[str, ir.Table]],
    readings: Mapping[str, Reading],
    known: ir.Table,
    changes: SurveyChanges,
    notices: tuple[Check, ...],
) -> Source:
    staged, study = tables["staged"], readings["ledger"].study
    only_averages = _only_averages(staged, readings)
    used = {name: _used(engine, table, readings[name], changes) for name, table in staged.items()}
    return Source(
        engine=engine,
        ledger=used["ledger"],
        customers=_all_customers(used, known),
        responses=used.get("responses"),
        incidents=used.get("incidents"),
        events=used.get("events"),
        assignments=used.get("assignments"),
        raw=dict(tables["raw"]),
        staged=dict(staged),
        as_read=dict(tables["as_read"]),
        known=known,
        present={name: frozenset(reading.named) for name, reading in readings.items()},
        extras={name: reading.extras for name, reading in readings.items()},
        unread={name: reading.unread for name, reading in readings.items()},
        files={name: reading.file for name, reading in readings.items()},
        rows=_account(staged),
        notices=notices,
        changes=changes,
        only_averages=only_averages,
        shape_seen=shape_of(staged["ledger"], study, only_averages=only_averages),
    )


def _only_averages(staged: Mapping[str, ir.Table], readings: Mapping[str, Reading]) -> bool:
    """Whether there are answers, and each stands for several people."""
    if "responses" not in staged or not {"n", *COUNTS} & readings["responses"].named.keys():
        return False
    answers = staged["responses"].filter(lambda t: t.set_aside.isnull())
    single = averaged_rows(answers).ifelse(0, 1).sum()
    counted = answers.aggregate(rows=answers.count(), single=single).execute()
    return int(counted.rows[0]) > 0 and int(counted.single[0]) == 0


def _used(engine: Engine, table: ir.Table, reading: Reading, changes: SurveyChanges) -> ir.Table:
    rows, extras = table.filter(table.set_aside.isnull()), reading.extras
    if reading.table == "responses":
        plain = rows
        rows = joined_scores(as_expressed(rows, reading.study.survey.express), changes)
        rows = with_people(rows, reading.named)
        # asked many times from here on, so what takes work is worked out once
        rows = rows if rows is plain else engine.keep("answers", rows)
    beside = [read for name, read in STEP_COLUMNS.items() if reading.table == "ledger" and name in reading.named]
    beside += ["acquired_by"] if reading.table == "customers" and "acquired_by" in reading.named else []
    person = ["person"] if reading.table == "ledger" and reading.study.data.unit else []
    used = rows.select(*dict.fromkeys([*KEPT[reading.table], *extras, *beside, *person]))
    if reading.table == "customers":
        used = used.mutate(persona=used.persona.fill_null(EVERYBODY))
    if reading.table == "ledger":
        known = used.retained.isin([0.0, 1.0])
        used = used.mutate(retained=known.ifelse(used.retained, ibis.null("float64")).cast("int64"))
        used = with_margin(used)
    return engine.keep("unit_ledger", summed_ledger(used, extras, reading.study)) if person else used


def _all_customers(used: Mapping[str, ir.Table], known: ir.Table) -> ir.Table:
    in_time = known.filter((known.in_time == 1) & (known.listed == 0))
    unlisted = in_time.select("customer_id", persona=ibis.literal(EVERYBODY), joined_t=ibis.null("int64"))
    if "customers" not in used:
        return unlisted
    listed = used["customers"]
    blank = {name: ibis.null(listed[name].type()) for name in listed.columns if name not in KEPT["customers"]}
    return ibis.union(listed, unlisted.mutate(**blank).select(*listed.columns))


def _account(staged: Mapping[str, ir.Table]) -> pd.DataFrame:
    import pandas as pd

    accounts = []
    for name, table in staged.items():
        counted = table.group_by(reason=table.set_aside.fill_null("")).aggregate(rows=lambda t: t.count()).execute()
        by_reason = {str(reason): int(rows) for reason, rows in zip(counted.reason, counted.rows, strict=True)}
        used = by_reason.pop("", 0)
        rows_in = used + sum(by_reason.values())
        for reason, aside in sorted(by_reason.items()) or [("", 0)]:
            accounts.append((name, rows_in, used, aside, reason))
    return pd.DataFrame(accounts, columns=["table", "rows_in", "rows_used", "set_aside", "reason"])
