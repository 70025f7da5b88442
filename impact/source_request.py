"""Answers given after their customer asked to leave: what came after the request cannot have caused it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

if TYPE_CHECKING:
    from impact.source_staging import Reading

AFTER_REQUEST = "after cancel request"
_DATED = {"ledger": "cancel_requested_at", "responses": "responded_at"}
_ISO_DAY = r"^\s*\d{4}-\d{2}-\d{2}"


def day_column(raw: ir.Table, reading: Reading, staged: Mapping[str, ir.Table]) -> dict[str, ir.Value]:
    """The column `day_text` (ISO, null where only a period is given) of requests and of the answers beside them."""
    theirs = reading.named.get(_DATED.get(reading.table, ""))
    beside = reading.table == "ledger" or "day_text" in getattr(staged.get("ledger"), "columns", ())
    if theirs is None or not beside:
        return {}
    text: Any = raw[theirs].cast("string")
    return {"day_text": text.re_search(_ISO_DAY).ifelse(text.strip().substr(0, 10), ibis.null("string"))}


def without_later_answers(answers: ir.Table, staged: Mapping[str, ir.Table]) -> ir.Table:
    """The answers, those after their customer's first request to cancel set aside.

    By the day where both have one, else by the period: an answer of the request's own period stays.
    """
    ledger = staged.get("ledger")
    if ledger is None or "day_text" not in ledger.columns:
        return answers
    asked = ledger.filter(ledger.cancel_t.notnull())
    requests = asked.group_by("customer_id").agg(request_t=asked.cancel_t.min(), request_day=asked.day_text.min())
    joined = answers.left_join(requests.rename(request_id="customer_id"), [("customer_id", "request_id")])
    same = (joined.t == joined.request_t) & (joined.day_text > joined.request_day)
    late = ((joined.t > joined.request_t) | same).fill_null(False)  # noqa: FBT003
    aside = ibis.cases(
        (joined.set_aside.notnull(), joined.set_aside),
        (late, ibis.literal(AFTER_REQUEST)),
        else_=ibis.null("string"),
    )
    return joined.mutate(set_aside=aside).drop("request_id", "request_t", "request_day")
