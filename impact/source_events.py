"""Rows that an event of the plan sets aside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from impact.event import Event
from impact.source_shape import EVENT, shape_of
from impact.study import Study


def within(table: ir.Table, event: Event) -> Any:  # noqa: ANN401
    """Whether a row is of the event's own rows, whatever its period."""
    if not event.column:
        return ibis.literal(value=True)
    return (table[event.column].cast("string") == event.value).fill_null(False)  # noqa: FBT003


def touches(name: str, columns: Collection[str], event: Event) -> bool:
    """Whether the event speaks of rows of a table: a change of the survey of answers alone."""
    about = name == "responses" or (event.kind != "survey_change" and name not in {"customers", "assignments"})
    return about and (not event.column or event.column in columns)


def with_events(name: str, table: ir.Table, events: Sequence[Event], study: Study) -> ir.Table:
    """The staged table with the rows of excluded periods set aside.

    In a ledger whose gaps mean leaving, the period before goes too: its outcome falls into the event. Who was
    still there then is told on the row before it.
    """
    excluded = [event for event in events if event.treat == "exclude" and touches(name, table.columns, event)]
    if not excluded:
        return table
    before = 0
    if name == "ledger" and shape_of(table, study, only_averages=False) == "customers":
        before = study.model.lag
    reasons = [
        (table.t.between(event.first - before, event.last) & within(table, event), f"{EVENT}{event.event}")
        for event in excluded
    ]
    aside = ibis.coalesce(table.set_aside, ibis.cases(*reasons, else_=ibis.null("string")))
    table = table.mutate(set_aside=aside)
    return _with_told(table) if before else table


def _with_told(ledger: ir.Table) -> ir.Table:
    """The ledger where a next row that an event set aside still says that the customer stayed."""
    hidden = ledger.filter(ledger.set_aside.startswith(EVENT))
    following = hidden.select(told_id="customer_id", told_t=hidden.t - 1).distinct()
    joined = ledger.left_join(following, [ledger.customer_id == following.told_id, ledger.t == following.told_t])
    unsaid = joined.retained.isnull() & joined.retained_unread.isnull() & joined.told_id.notnull()
    return joined.mutate(retained=unsaid.ifelse(1.0, joined.retained)).drop("told_id", "told_t")
