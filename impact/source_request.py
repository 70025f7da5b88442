"""Answers given after their customer asked to leave: what came after the request cannot have caused it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from impact.source_days import days_since_1970
from impact.source_text import without_blanks

if TYPE_CHECKING:
    from impact.source_staging import Reading

AFTER_REQUEST = "after cancel request"
REQUEST_DAY = "cancel_day"
_ISO_DAY = r"^[ \t]*[0-9]{4}-[0-9]{2}-[0-9]{2}"


def request_day(raw: ir.Table, reading: Reading) -> dict[str, ir.Value]:
    """The ledger's column `cancel_day`: days since 1970-01-01, null where only a period is given."""
    theirs = reading.named.get("cancel_requested_at") if reading.table == "ledger" else None
    if theirs is None:
        return {}
    text: Any = without_blanks(raw[theirs].cast("string"))
    dated = text.re_search(_ISO_DAY).ifelse(text, "1970-01-01")
    year, month, day = (dated.substr(start, length).cast("int64") for start, length in ((0, 4), (5, 2), (8, 2)))
    return {REQUEST_DAY: text.re_search(_ISO_DAY).ifelse(days_since_1970(year, month, day), ibis.null("int64"))}


def without_later_answers(answers: ir.Table, ledger: ir.Table | None) -> ir.Table:
    """The answers, those after their customer's first request to cancel set aside.

    By the day where both have one, else by the period: an answer of the request's own period stays.
    """
    if ledger is None or REQUEST_DAY not in ledger.columns:
        return answers
    asked = ledger.filter(ledger.cancel_t.notnull())
    requests = asked.group_by("customer_id").agg(request_t=asked.cancel_t.min(), request_day=asked[REQUEST_DAY].min())
    joined = answers.left_join(requests.rename(request_id="customer_id"), [("customer_id", "request_id")])
    same = (joined.t == joined.request_t) & (joined.day > joined.request_day)
    late = ((joined.t > joined.request_t) | same).fill_null(False)  # noqa: FBT003
    aside = ibis.cases(
        (joined.set_aside.notnull(), joined.set_aside),
        (late, ibis.literal(AFTER_REQUEST)),
        else_=ibis.null("string"),
    )
    return joined.mutate(set_aside=aside).drop("request_id", "request_t", "request_day")
