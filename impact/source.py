"""The data engine: the study's tables, read once, cleaned by expressions and kept where they are computed on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import ibis
import ibis.expr.types as ir

from impact.errors import Finding, InputError
from impact.formats.sheets import SheetRefusedError
from impact.source_staging import KEPT, Reading, missing_columns, read_file, reading_of, stage_table, unreadable_file
from impact.study import Study

if TYPE_CHECKING:
    import pandas as pd

EVERYBODY = "all"
SITES_SHARE = 0.95
_READ_ORDER = ("ledger", "customers", "responses", "incidents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The study's tables in canonical form on their engine.

    `responses` and `incidents` are None where the study names none. `staged` holds every row of every
    table with its `source_row` (1 is the first below the header), the text of what could not be read
    (`COLUMN_unread`) and `set_aside`, the reason a row is not used. `present` lists the columns found,
    `extras` the control, size and report columns, `unread` the file's columns that stand for none.
    A margin blank in part of the ledger is filled at the margin share of the rows that have one.
    `rows` has table, rows_in, rows_used, set_aside, reason.
    """

    connection: Any
    ledger: ir.Table
    customers: ir.Table
    responses: ir.Table | None
    incidents: ir.Table | None
    staged: Mapping[str, ir.Table]
    present: Mapping[str, frozenset[str]]
    extras: Mapping[str, tuple[str, ...]]
    unread: Mapping[str, tuple[str, ...]]
    files: Mapping[str, str]
    rows: pd.DataFrame

    def shape(self, study: Study) -> Literal["customers", "sites"]:
        """The study's shape: as set, else sites where nearly all first-period units are seen in each later one."""
        if study.study.shape != "auto":
            return study.study.shape
        seen = self.ledger.aggregate(periods=self.ledger.t.nunique(), first=self.ledger.t.min()).execute()
        periods = int(seen.periods[0])
        if periods < 2:
            return "customers"
        first = int(seen["first"][0])
        units = self.ledger.group_by("customer_id").aggregate(start=lambda t: t.t.min(), seen=lambda t: t.t.nunique())
        starters = units.filter(units.start == first)
        share = starters.aggregate(share=(starters.seen == periods).ifelse(1.0, 0.0).mean()).execute()
        return "sites" if float(share.share[0]) >= SITES_SHARE else "customers"


def open_source(study: Study) -> Source:
    """The study's tables on an in-memory engine.

    Raises:
        InputError: every table that cannot be read and every column that is missing, at once.
    """
    connection = _connect()
    staged: dict[str, ir.Table] = {}
    readings: dict[str, Reading] = {}
    findings: list[Finding] = []
    for table in _READ_ORDER:
        asked = getattr(study.data, table)
        if asked is None or not study.located(asked)[0].is_file():
            continue
        try:
            raw = read_file(connection, table, *study.located(asked))
            readings[table] = reading_of(table, study, raw.columns)
            if faults := missing_columns(readings[table], raw.columns):
                findings += faults
                continue
            staged[table] = connection.create_table(
                f"staged_{table}", stage_table(connection, raw, readings[table], staged)
            )
        except (duckdb.Error, SheetRefusedError) as error:
            findings.append(unreadable_file(asked, error))
    if findings or "ledger" not in staged:
        raise InputError(findings)
    return _source(connection, staged, readings)


def _connect() -> Any:  # noqa: ANN401
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 4 << 30
    limit = max(1, min(8, memory // (2 << 30)))
    connection = ibis.duckdb.connect(memory_limit=f"{limit}GB", temp_directory=tempfile.gettempdir())
    connection.raw_sql("SET TimeZone = 'UTC'")
    # Threads add up floats in any order; the last digit of a sum then sends the sampler another way.
    connection.raw_sql("SET threads = 1")
    return connection


def _source(connection: Any, staged: Mapping[str, ir.Table], readings: Mapping[str, Reading]) -> Source:  # noqa: ANN401
    used = {name: _used(table, readings[name]) for name, table in staged.items()}
    used["customers"] = _all_customers(used)
    kept = {name: connection.create_table(name, table) for name, table in used.items()}
    return Source(
        connection=connection,
        ledger=kept["ledger"],
        customers=kept["customers"],
        responses=kept.get("responses"),
        incidents=kept.get("incidents"),
        staged=dict(staged),
        present={name: frozenset(reading.named) for name, reading in readings.items()},
        extras={name: reading.extras for name, reading in readings.items()},
        unread={name: reading.unread for name, reading in readings.items()},
        files={name: reading.file for name, reading in readings.items()},
        rows=_account(staged),
    )


def _used(table: ir.Table, reading: Reading) -> ir.Table:
    used = table.filter(table.set_aside.isnull()).select(*KEPT[reading.table], *reading.extras)
    if reading.table == "customers":
        used = used.mutate(persona=used.persona.fill_null(EVERYBODY))
    if reading.table == "ledger":
        known = used.retained.isin([0.0, 1.0])
        used = used.mutate(retained=known.ifelse(used.retained, ibis.null("float64")).cast("int64"))
        used = _with_margin(used)
    return used


def _with_margin(ledger: ir.Table) -> ir.Table:
    """The ledger with a blank margin filled at sum of margin over sum of revenue of the rows that have both."""
    both = ledger.filter(ledger.margin.notnull() & ledger.revenue.notnull())
    sums = both.aggregate(rows=both.count(), margin=both.margin.sum(), revenue=both.revenue.sum()).execute()
    if not int(sums.rows[0]) or not float(sums.revenue[0]):
        return ledger
    share = float(sums.margin[0]) / float(sums.revenue[0])
    return ledger.mutate(margin=ledger.margin.fill_null(ledger.revenue * share))


def _all_customers(used: Mapping[str, ir.Table]) -> ir.Table:
    ledger = used["ledger"].select("customer_id").distinct()
    everybody = ledger.mutate(persona=ibis.literal(EVERYBODY), joined_t=ibis.null("int64"))
    if "customers" not in used:
        return everybody
    listed = used["customers"]
    unlisted = everybody.anti_join(listed, "customer_id")
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
