"""What came of each customer and period: stayed, left, not at risk or not yet known, by the kind of relationship."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from impact.study import Study

NOT_VOLUNTARY = ("involuntary", "migrated")
CHURN_KINDS = ("voluntary", *NOT_VOLUNTARY)
# Ledger columns that are carried only where the file has them: their name there and once read.
STEP_COLUMNS = {"renewal_at": "renewal_t", "churn_kind": "churn_kind", "persona": "persona"}


def with_outcome(rows: ir.Table, study: Study) -> ir.Table:
    """The ledger's rows with `stays` (0/1, null where not known or not at risk) and `next_revenue`.

    `next_revenue` is null where it is not known; it is known of a customer that is not at risk.
    """
    told = told_outcome(rows, study)
    if "renewal_t" in told.columns:
        told = with_risk(told)
        told = told.mutate(stays=(told.at_risk == 1).ifelse(told.stays, ibis.null("int64"))).drop("at_risk")
    if "churn_kind" in told.columns:
        told = told.mutate(stays=_left_otherwise(told).ifelse(ibis.null("int64"), told.stays))
    return told


def told_outcome(rows: ir.Table, study: Study) -> ir.Table:
    """The rows with `stays` and `next_revenue` as the ledger tells them, whatever the reason for leaving."""
    return _by_return(rows, study) if study.study.relationship == "repeat" else _by_next_row(rows, study)


def unknown_kinds(rows: ir.Table) -> ir.BooleanValue:
    """Whether a row's kind of leaving is a word that is not known."""
    found: ir.BooleanValue = rows.churn_kind.lower().notin(CHURN_KINDS)
    return found


def _left_otherwise(told: ir.Table) -> ir.BooleanValue:
    """Whether a customer left, and not of its own will."""
    found: ir.BooleanValue = (told.stays == 0) & told.churn_kind.lower().fill_null("").isin(NOT_VOLUNTARY)
    return found


def _by_next_row(rows: ir.Table, study: Study) -> ir.Table:
    """Contract: a row in the next period, or `retained` where it is given."""
    following = rows.select(customer_id="customer_id", t=rows.t - 1, next_revenue="revenue", seen=ibis.literal(1))
    joined = rows.left_join(following, ["customer_id", "t"]).drop("customer_id_right", "t_right")
    told = ibis.coalesce(joined.retained.cast("int64"), joined.seen, ibis.literal(0))
    return joined.mutate(stays=(joined.t < study.as_of).ifelse(told, ibis.null("int64"))).drop("seen")


def _by_return(rows: ir.Table, study: Study) -> ir.Table:
    """Repeat: a row within `inactive_after` periods; a period without one brought nothing.

    Of the last periods nobody's outcome is taken: those who came back are known, those who did not are
    not, and to keep the first alone would find no leaving.
    """
    wait = study.study.inactive_after
    ordered = ibis.window(group_by="customer_id", order_by="t")
    ahead = rows.mutate(back_t=rows.t.lead().over(ordered), back_revenue=rows.revenue.lead().over(ordered))
    back = (ahead.back_t - ahead.t <= wait).fill_null(False)  # noqa: FBT003
    seen = (ahead.t + wait <= study.as_of).ifelse(back.ifelse(1, 0), ibis.null("int64"))
    told = (ahead.t < study.as_of).ifelse(ahead.retained.cast("int64"), ibis.null("int64"))
    ahead = ahead.mutate(stays=ibis.coalesce(told, seen).cast("int64"))
    silent = (ahead.stays == 1) & (ahead.t < study.as_of)
    revenue = ibis.cases(
        ((ahead.back_t == ahead.t + 1).fill_null(False), ahead.back_revenue),  # noqa: FBT003
        (silent.fill_null(False), ibis.literal(0.0)),  # noqa: FBT003
        else_=ibis.null("float64"),
    )
    return ahead.mutate(next_revenue=revenue).drop("back_t", "back_revenue")


def with_risk(rows: ir.Table) -> ir.Table:
    """The rows with `at_risk`: 1 in each renewal period of a customer, and always where it has none; else 0."""
    renewals = renewal_periods(rows)
    bound = renewals.select(bound_id="renewed_id").distinct()
    joined = rows.left_join(renewals, [("customer_id", "renewed_id"), ("t", "renewed_t")])
    joined = joined.left_join(bound, [("customer_id", "bound_id")])
    risk = (joined.bound_id.isnull() | joined.renewed_id.notnull()).ifelse(1, 0)
    return joined.mutate(at_risk=risk).drop("renewed_id", "renewed_t", "bound_id")


def renewal_periods(ledger: ir.Table) -> ir.Table:
    """A row a customer and period in which it may leave: `renewed_id`, `renewed_t`."""
    dated = ledger.filter(ledger.renewal_t.notnull())
    return dated.select(renewed_id="customer_id", renewed_t="renewal_t").distinct()
