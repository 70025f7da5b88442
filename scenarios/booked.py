"""Rows of the costs table beside the last period with data: what is spent, and what is still to come."""

from __future__ import annotations

from collections.abc import Sequence

from impact.checks import Check, make_check
from impact.initiative import CostRow, Plan
from impact.periods import PeriodKind, period_label


def rows_to_come(rows: Sequence[CostRow], first: int) -> tuple[CostRow, ...]:
    """The rows of periods from `first` on that count, each period once.

    What is marked as actual there cannot have happened: it counts as planned, and not at all where a planned row of
    the same initiative and period stands beside it.
    """
    planned = {(row.initiative, row.period) for row in rows if not row.actual}
    return tuple(
        row for row in rows if row.period >= first and not (row.actual and (row.initiative, row.period) in planned)
    )


def row_checks(plan: Plan, as_of: int, kind: PeriodKind) -> tuple[Check, ...]:
    """Whether planned and actual rows lie where they can; none without rows."""
    if not plan.costs:
        return ()
    paid = {(row.initiative, row.period) for row in plan.costs if row.actual}
    late = [
        row for row in plan.costs if not row.actual and row.period <= as_of and (row.initiative, row.period) not in paid
    ]
    early = [row for row in plan.costs if row.actual and row.period > as_of]
    told = [
        f"{what}: {', '.join(f'{row.initiative} {period_label(row.period, kind)}' for row in rows)}"
        for what, rows in (("planned in the past", late), ("actual in the future", early))
        if rows
    ]
    return (
        make_check(
            "C641",
            "Rows of the costs table lie where they can",
            "review" if told else "pass",
            found="; ".join(told) or "each",
            limit=f"actual up to {period_label(as_of, kind)}, planned after it",
            text="A planned row in the past is in no figure; an actual row in the future counts as planned."
            if told
            else "What is spent is in no figure; what is still to come is counted.",
            remedy="Move late rows to when they will be paid; take the mark off those still to come." if told else "",
        ),
    )
