"""A margin that is blank in part of the ledger, filled at the margin share of the rows that have one."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

# A period's own share rests on at least so many rows; below it one large row would decide it.
LEAST_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginShares:
    """Sum of margin over sum of revenue of the rows that have both: by period where those are enough, and whole.

    `blank` counts rows whose margin is filled, `by_whole` those of them filled at the whole ledger's share.
    """

    by_period: dict[int, float]
    whole: float | None
    blank: int
    by_whole: int


def margin_shares(ledger: ir.Table) -> MarginShares:
    """The shares that blank margins of a ledger are filled at."""
    both = ledger.margin.notnull() & ledger.revenue.notnull()
    bare = ledger.margin.isnull() & ledger.revenue.notnull()
    sums = ledger.group_by("t").agg(
        rows=both.ifelse(1, 0).sum(),
        bare=bare.ifelse(1, 0).sum(),
        margin=ledger.margin.sum(where=both),
        revenue=ledger.revenue.sum(where=both),
    )
    found = sums.filter(sums.t.notnull()).execute()
    revenue = float(found.revenue.fillna(0).sum())
    whole = float(found.margin.fillna(0).sum()) / revenue if found.rows.sum() and revenue else None
    own = found[(found.rows >= LEAST_ROWS) & (found.revenue > 0)]
    shares = {int(t): float(margin / money) for t, margin, money in zip(own.t, own.margin, own.revenue, strict=True)}
    return MarginShares(
        by_period=shares,
        whole=whole,
        blank=int(found.bare.sum()) if whole is not None else 0,
        by_whole=int(found.bare[~found.t.isin(list(shares))].sum()) if whole is not None else 0,
    )


def with_margin(ledger: ir.Table) -> ir.Table:
    """The ledger with blank margins filled at their period's margin share, else at the whole ledger's."""
    shares = margin_shares(ledger)
    if shares.whole is None or not shares.blank:
        return ledger
    branches = [(ledger.t == t, ibis.literal(share)) for t, share in shares.by_period.items()]
    share = ibis.cases(*branches, else_=ibis.literal(shares.whole)) if branches else ibis.literal(shares.whole)
    return ledger.mutate(margin=ledger.margin.fill_null(ledger.revenue * share))
