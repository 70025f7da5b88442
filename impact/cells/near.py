"""Moments of neighbouring periods: each customer's answer beside its own of the period before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from impact.cells.moments import within_moments
from impact.cells.panel import score_column
from impact.cells.summary import Moments
from impact.journey import OVERALL

if TYPE_CHECKING:
    from ibis.expr.types import Table


def near_moments(panel: Table) -> tuple[Moments, ...]:
    """Moments by persona of next period's revenue on the overall score, within two neighbouring periods.

    Every two neighbouring periods that a customer answered in stand as one customer seen twice, so that a row
    counts in up to two pairs.
    """
    score = score_column(OVERALL)
    rows = panel.filter(panel[score].notnull())
    parts = []
    for shift in (0, 1):
        pair = ((rows.t + shift) / 2).floor().cast("int64").cast("string")
        who = rows.customer_id + ibis.literal(f"/{shift}/") + pair
        parts.append(rows.select("persona", "t", score, "next_revenue", customer_id=who))
    return within_moments(parts[0].union(parts[1]), outcome="next_revenue", exposures=[score])
