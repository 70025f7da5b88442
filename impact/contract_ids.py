"""Whether the tables speak of the same customers, and of each occurrence once."""

from __future__ import annotations

import ibis.expr.types as ir

from impact.checks import Check
from impact.errors import Finding
from impact.ids import shown_id
from impact.source import Source
from impact.source_staging import UNKNOWN_CUSTOMER, file_row
from impact.step_downs import review
from impact.study import Study

MOST_UNMET = 0.5
_IDS_SHOWN = 3
_ROWS_SHOWN = 3


def id_faults(source: Source, study: Study) -> list[Finding]:
    """A finding for each table none of whose customers has a ledger row."""
    return [
        Finding(
            code="D320",
            place=f"{source.files[name]} customer_id",
            found=f"no customer of {name} is in the ledger: {name} has {_examples(_usable(source, name), study)}, "
            f"the ledger {_examples(source.staged['ledger'], study)}",
            allowed="ids of the ledger, written alike",
            remedy="write the ids alike in both: leading zeros, blanks and letter case count; export them as text",
        )
        for name, (rows, met) in _meetings(source).items()
        if rows and not met
    ]


def id_reviews(source: Source) -> list[Check]:
    """A review for each table over half of whose rows are of customers without a ledger row."""
    return [
        review("D343", f"{name}: {rows - met:,} of {rows:,} rows without a customer of the ledger", "half of the rows")
        for name, (rows, met) in _meetings(source).items()
        if met and (rows - met) / rows > MOST_UNMET
    ]


def equal_rows(source: Source) -> list[Check]:
    """A review for each table of experience with rows equal to an earlier one in all columns that are read."""
    found = []
    for name in ("responses", "incidents"):
        if name not in source.staged:
            continue
        staged = source.staged[name]
        used = staged.filter(staged.set_aside.isnull())
        first = used.group_by("row_hash").aggregate(first=lambda t: t.source_row.min())
        again = used.join(first, "row_hash").filter(lambda t: t.source_row > t["first"])
        count = int(again.count().execute())
        if count:
            rows = again.order_by("source_row").limit(_ROWS_SHOWN).select("source_row", "first").execute()
            shown = ", ".join(
                f"row {file_row(source.files[name], int(row))} equals row {file_row(source.files[name], int(same))}"
                for row, same in zip(rows.source_row, rows["first"], strict=True)
            )
            found.append(review("D344", f"{name}: {count:,} {'row' if count == 1 else 'rows'}: {shown}", "0"))
    return found


def _usable(source: Source, name: str) -> ir.Table:
    """The table's rows that are used, or would be if their customer were known."""
    staged = source.staged[name]
    kept = staged.set_aside.isnull() | (staged.set_aside == UNKNOWN_CUSTOMER)
    return staged.filter(kept & staged.customer_id.notnull())


def _meetings(source: Source) -> dict[str, tuple[int, int]]:
    """By table beside the ledger: the rows usable, and those of them whose customer has a ledger row."""
    ledger = source.staged["ledger"].filter(lambda t: t.customer_id.notnull()).select("customer_id").distinct()
    if not int(ledger.count().execute()):
        return {}
    found = {}
    for name in ("customers", "responses", "incidents"):
        if name in source.staged:
            rows = _usable(source, name)
            met = rows.semi_join(ledger, "customer_id")
            found[name] = (int(rows.count().execute()), int(met.count().execute()))
    return found


def _examples(table: ir.Table, study: Study) -> str:
    named = table.filter(table.customer_id.notnull()).select("customer_id").distinct()
    ids = named.order_by("customer_id").limit(_IDS_SHOWN).execute().customer_id
    return ", ".join(repr(shown_id(one, study)[:40]) for one in ids)
