"""Which of the two shapes a study has, told from its settings, its answers and its ledger."""

from __future__ import annotations

from typing import Literal

import ibis.expr.types as ir

from impact.study import Study

Shape = Literal["customers", "sites"]
SITES_SHARE = 0.95
EVENT = "event "
# Units leave the engine as themselves; more of them than this would no longer be a summary.
MOST_UNITS = 100_000


def shape_of(ledger: ir.Table, study: Study, *, only_averages: bool) -> Shape:
    """The shape as set, else sites where answers are summed or most first-period units are seen in each later one.

    `ledger` is the staged one: periods set aside by an event are no gaps.
    """
    asked = shape_asked(study)
    if asked is not None:
        return asked
    return "sites" if only_averages or _seen_throughout(ledger) else "customers"


def shape_asked(study: Study) -> Shape | None:
    """The shape that the study's settings say, None where it is told from the data."""
    if study.data.unit:
        return "sites"
    if study.study.shape != "auto":
        return study.study.shape
    return "sites" if study.study.relationship == "site" else None


def _seen_throughout(staged: ir.Table) -> bool:
    ledger = staged.filter(staged.set_aside.isnull() | staged.set_aside.startswith(EVENT))
    seen = ledger.aggregate(periods=ledger.t.nunique(), first=ledger.t.min()).execute()
    periods = int(seen.periods[0])
    if periods < 2:
        # of one period nobody's leaving is known: units can be compared with each other alone, as sites are
        return 0 < int(ledger.count().execute()) <= MOST_UNITS
    units = ledger.group_by("customer_id").aggregate(start=lambda t: t.t.min(), seen=lambda t: t.t.nunique())
    starters = units.filter(units.start == int(seen["first"][0]))
    told = starters.aggregate(
        share=(starters.seen == periods).ifelse(1.0, 0.0).mean(), units=starters.count()
    ).execute()
    return float(told.share[0]) >= SITES_SHARE and int(told.units[0]) <= MOST_UNITS
