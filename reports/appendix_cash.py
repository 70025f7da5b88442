"""The appendix on cash: the chosen set by period, and what is still to come of what is live."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import money, percent
from reports.records import label, number, records, text
from reports.sections import Section, Table, figures_of, horizon_title
from reports.tables_walk import PORTFOLIO

CASH_COLUMNS = (
    *("capex", "opex", "retention", "spend", "service_saving", "other_benefit", "non_cashable", "net"),
    *("cumulative", "discounted"),
)
ALWAYS = ("capex", "opex", "retention", "spend", "net", "cumulative", "discounted")
IN_WORDS = {"service_saving": "service saved", "other_benefit": "other", "non_cashable": "saved, not cash"}


def cash(edition: Edition) -> Section | None:
    """Cash of the chosen set by period; None where nothing is chosen."""
    rows = [row for row in records(edition, "cashflow") if text(row, "initiative") == PORTFOLIO]
    if not rows or edition.worth is None:
        return None
    columns = [name for name in CASH_COLUMNS if name in ALWAYS or any(number(row, name) for row in rows)]
    return Section(
        anchor="cash",
        title=f"Cash of the chosen set / {edition.currency} / by {edition.period_kind}",
        note=f"Expected values, overlap taken out. Discounted, net cash adds up to the NPV of "
        f"{money(edition.worth.mean)}.{_after_tax(edition)}",
        table=Table(
            headings=("Period", *(IN_WORDS.get(name, name) for name in columns)),
            rows=tuple((text(row, "period"), *figures_of(row, *columns)) for row in rows),
        ),
    )


def _after_tax(edition: Edition) -> str:
    if edition.worth is None or edition.worth.after_tax is None:
        return ""
    return (
        f" After tax at {percent(edition.worth.tax_rate)}: {money(edition.worth.after_tax)}, every outlay deducted "
        "when it is paid, and a loss set off against other profit of the same period."
    )


def ongoing(edition: Edition) -> Section | None:
    """What is still to come of what is live or done; None where nothing is."""
    rows = records(edition, "ongoing")
    if not rows:
        return None
    return Section(
        anchor="ongoing",
        title=f"What is live: still to come / {horizon_title(edition)}",
        note="What works today is in the baseline. Still to come: the rest of the ramp, less what wears off. Cost is "
        "undiscounted, committed, and outside the budget for new initiatives; money already spent is in no figure.",
        table=Table(
            headings=("Initiative", "Status", "At work", "Low", "Expected", "High", "Still to pay", "To run"),
            rows=tuple(
                (
                    label(row, "initiative"),
                    text(row, "status"),
                    percent(number(row, "live_now")),
                    *figures_of(row, "value_to_come_p05", "value_to_come", "value_to_come_p95"),
                    *figures_of(row, "cost_to_come", "run_cost_to_come"),
                )
                for row in rows
            ),
            words=2,
        ),
    )
