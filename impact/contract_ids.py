"""Whether the tables speak of the same customers, and of each occurrence once."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from impact.checks import Check
from impact.errors import Finding
from impact.ids import shown_id
from impact.source import Source
from impact.source_staging import READ, UNKNOWN_CUSTOMER, file_row
from impact.step_downs import review
from impact.study import Study

MOST_UNMET = 0.5
_IDS_SHOWN = 3
_ROWS_SHOWN = 3
Meetings = Mapping[str, tuple[int, int]]
# Few and short, so that the question costs little: it is asked of every row, and nearly always answered no.
_ALIKE = {
    "responses": ("customer_id", "t", "stage", "score"),
    "incidents": ("customer_id", "t", "pain_point"),
}


def id_faults(source: Source, study: Study, met_by: Meetings) -> list[Finding]:
    """A finding for each table none of whose customers has a ledger row."""
    return [
        Finding(
            code="D320",
            place=f"{source.files[name]} customer_id",
            found=f"no customer of {name} is in the ledger: {name} has {_examples(_usable(source, name), study)}, "
            f"the ledger {_examples(source.staged['ledger'], study)}",
            allowed="ids of the ledger, written alike",
            remedy="write the ids alike in both: leading zeros, blanks and letter case count; export them as text. "
            "Where no id is usable, sum all tables to [data] unit",
        )
        for name, (rows, met) in met_by.items()
        if rows and not met
    ]


def id_reviews(met_by: Meetings) -> list[Check]:
    """A review for each table over half of whose rows are of customers without a ledger row."""
    return [
        review("D343", f"{name}: {rows - met:,} of {rows:,} rows without a customer of the ledger", "half of the rows")
        for name, (rows, met) in met_by.items()
        if met and (rows - met) / rows > MOST_UNMET
    ]


def equal_rows(source: Source) -> list[Check]:
    """A review for each table of experience with rows equal to an earlier one in all columns that are read."""
    found = []
    for name, keys in _ALIKE.items():
        if name not in source.staged or not _some_alike(source.staged[name], keys):
            continue
        again = _equal_to_earlier(source, name, keys)
        count = int(again.count().execute())
        if count:
            rows = again.order_by("source_row").limit(_ROWS_SHOWN).execute()
            file = source.files[name]
            pairs = [(file_row(file, a), file_row(file, b)) for a, b in zip(rows.source_row, rows.one, strict=True)]
            shown = ", ".join(f"{row} equals {one}" for row, one in pairs if row)
            said = f"{name}: {count:,} {'row' if count == 1 else 'rows'}"
            found.append(review("D344", f"{said}: {shown}" if shown else said, "0"))
    return found


def _some_alike(staged: ir.Table, keys: tuple[str, ...]) -> bool:
    """Whether two used rows are alike in a few columns as they were understood, which equal rows always are."""
    used = staged.filter(staged.set_aside.isnull())
    alike = used.group_by(list(keys)).aggregate(rows=used.count())
    counted = alike.aggregate(groups=alike.count(), rows=alike.rows.sum().fill_null(0)).execute()
    return int(counted.rows[0]) > int(counted.groups[0])


def _equal_to_earlier(source: Source, name: str, keys: tuple[str, ...]) -> ir.Table:
    """Used rows that are equal to an earlier `one` in every column as it was read."""
    staged, whole = source.staged[name], source.as_read[name]
    used = staged.filter(staged.set_aside.isnull())
    counted = used.group_by(list(keys)).aggregate(rows=used.count())
    customers = counted.filter(counted.rows > 1).select("customer_id").distinct()
    rows = whole.filter(whole.set_aside.isnull()).semi_join(customers, "customer_id")
    read = [column for column in rows.columns if column.startswith(READ)]
    alike = ibis.window(group_by=read, order_by="source_row")
    placed = rows.select(
        "source_row",
        place=ibis.row_number().over(alike),
        one=rows.source_row.min().over(ibis.window(group_by=read)),
    )
    return placed.filter(placed.place > 0)


def _usable(source: Source, name: str) -> ir.Table:
    """The table's rows that are used, or would be if their customer were known."""
    staged = source.staged[name]
    kept = staged.set_aside.isnull() | (staged.set_aside == UNKNOWN_CUSTOMER)
    return staged.filter(kept & staged.customer_id.notnull())


def meetings(source: Source) -> Meetings:
    """By table beside the ledger: the rows usable, and those of them whose customer has a ledger row."""
    known = source.known
    listed = known.aggregate(ledger=known.in_ledger.sum().fill_null(0)).execute()
    if not int(listed.ledger[0]):
        return {}
    found = {}
    for name in ("customers", "responses", "incidents", "events", "assignments"):
        if name in source.staged:
            rows = _usable(source, name)
            if name == "customers":
                rows = rows.left_join(known.select("customer_id", "in_ledger"), "customer_id")
            counted = rows.aggregate(rows=rows.count(), met=rows.in_ledger.sum().fill_null(0)).execute()
            found[name] = (int(counted.rows[0]), int(counted.met[0]))
    return found


def _examples(table: ir.Table, study: Study) -> str:
    named = table.filter(table.customer_id.notnull()).select("customer_id").distinct()
    ids = named.order_by("customer_id").limit(_IDS_SHOWN).execute().customer_id
    return ", ".join(repr(shown_id(one, study)[:40]) for one in ids)
