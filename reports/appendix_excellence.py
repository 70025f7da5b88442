"""The appendix on good to excellent: what customers with better scores do, and what moving some is worth."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import percent, signed_percent
from reports.records import Row, label, number, records, text
from reports.sections import Section, Table, figures_of, horizon_title

NOTE = (
    "What customers with middle scores do beside those with low ones, and top beside middle; different customers are "
    "compared, so little of it may be cause. Money: one customer in a hundred moved up, with the haircut of such "
    "a comparison. Must-be: low scores cost more than top scores win, against the other stages; attractive: the "
    "reverse; performance: both alike."
)


def excellence(edition: Edition) -> Section | None:
    """Both steps of every stage where enough answered; None where none is told."""
    rows = records(edition, "excellence")
    if not rows:
        return None
    return Section(
        anchor="excellence",
        title=f"Good to excellent / {edition.money_name} of 1% of customers moved / {horizon_title(edition)}",
        note=NOTE,
        table=Table(
            headings=("Stage", "Step", "Class", "Below it", "Leaving", "90% range", "Low", "Expected", "High"),
            rows=tuple(
                (
                    label(row, "stage"),
                    text(row, "step"),
                    text(row, "kano"),
                    percent(number(row, "share")),
                    signed_percent(number(row, "leaving")),
                    _range(row),
                    *figures_of(row, "value_per_percent_p05", "value_per_percent", "value_per_percent_p95"),
                )
                for row in rows
            ),
            words=3,
        ),
    )


def _range(row: Row) -> str:
    return f"{signed_percent(number(row, 'leaving_low'))} to {signed_percent(number(row, 'leaving_high'))}"
