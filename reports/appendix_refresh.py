"""The appendix on what changed since an earlier forecast."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import money, whole
from reports.records import Row, is_on, label, number, records, text
from reports.sections import Section, Table, figures_of, horizon_title

MOST_SAID = 5  # sentences; the rest is in the table
NOTE = (
    "Net value of each initiative alone, then and now. The change is split by asking the earlier question again, then "
    "bringing one thing after another up to date: version (with tables and settings restated since), evidence, plan, "
    "the customers of today with a horizon that rolls on, and what the new periods taught. ! is further than the range "
    "stated before allows."
)


def refresh(edition: Edition) -> Section | None:
    """Every initiative then and now, and what moved it; None where no earlier forecast was named."""
    rows = records(edition, "refresh")
    if not rows:
        return None
    cause = next((text(row, "text") for row in records(edition, "checks") if text(row, "code") == "C705"), "")
    largest = sorted(rows, key=lambda row: -abs(number(row, "change") or 0.0))
    told = " ".join([said for row in largest if (said := text(row, "why"))][:MOST_SAID])
    return Section(
        anchor="refresh",
        title=f"What changed / {edition.money_name} / {horizon_title(edition)}",
        note=" ".join(part for part in (told, cause, NOTE) if part),
        table=Table(
            headings=(
                *("Initiative", "Place", "Verdict", "Then", "Now", "Change"),
                *("Version", "Evidence", "Plan", "Customers, horizon", "Learnt", "Allowed"),
            ),
            rows=tuple(
                (
                    label(row, "initiative"),
                    _then_now(_place(row, "rank_then"), _place(row, "rank_now")),
                    _then_now(text(row, "verdict_then") or "none", text(row, "verdict_now") or "none"),
                    *(_blank_or_money(row, name) for name in ("npv_then", "npv_now")),
                    *figures_of(row, "change", "version", "evidence", "plan", "rolled"),
                    money(number(row, "learnt")) + (" !" if is_on(row, "alarm") else ""),
                    _blank_or_money(row, "allowed"),
                )
                for row in rows
            ),
            words=3,
        ),
    )


def _place(row: Row, column: str) -> str:
    place = number(row, column)
    return "none" if place is None else whole(place)


def _then_now(then: str, now: str) -> str:
    return now if then == now else f"{then} to {now}"


def _blank_or_money(row: Row, column: str) -> str:
    value = number(row, column)
    return "none" if value is None else money(value)


def plan_changes(edition: Edition) -> Section | None:
    """What differs between two plans; None where nothing does, or no earlier forecast was named."""
    rows = records(edition, "plan_changes")
    if not rows:
        return None
    return Section(
        anchor="plan-changes",
        title="What changed in the plan",
        note="Rows of today's plan beside those of the earlier forecast. What was renamed or merged keeps its history; "
        "what was split is shown as it was.",
        table=Table(
            headings=("Table", "Of", "Change", "Before", "After"),
            rows=tuple(
                (
                    text(row, "table").replace("_", " "),
                    *(text(row, name) for name in ("id", "change", "before", "after")),
                )
                for row in rows
            ),
            words=5,
        ),
        holds_money=False,
    )
