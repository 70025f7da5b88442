"""Margins: a rate where they are positive, money where too many are not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from impact.cells import CustomerCells
from impact.cells.summary import SpendSummary
from impact.checks import Check
from impact.groups import persons


def in_money(staying: SpendSummary) -> bool:
    """Whether margins are taken in money, because over 1% of them are at or below zero."""
    return "margin" in staying.within


def margin_rates(margins: pd.DataFrame) -> pd.DataFrame:
    """Margin over revenue by persona and period: persona, t, rate; nan where revenue is not positive."""
    revenue = margins["revenue"].where(margins["revenue"] > 0)
    return margins[["persona", "t"]].assign(rate=margins["margin"].where(margins["known"] > 0) / revenue)


def margin_checks(cells: CustomerCells) -> list[Check]:
    """How margins enter, and where a relative effect of pain points on spend misleads."""
    staying = cells.staying
    if staying is None or not staying.margins["known"].sum():
        return []
    return [_in_levels(staying), _pains(cells)] if in_money(staying) else [_at_rates(staying)]


def _at_rates(staying: SpendSummary) -> Check:
    rates = margin_rates(staying.margins)["rate"].dropna()
    low, high = (float(rates.min()), float(rates.max())) if len(rates) else (np.nan, np.nan)
    return Check(
        code="C431",
        check="How margin follows revenue",
        status="pass",
        found=f"margin {low:.0%} to {high:.0%} of revenue by persona and period",
        limit="at most 1% of margins at or below zero",
        text="A relative gain in revenue is taken to be the same relative gain in margin.",
        remedy="",
    )


def _in_levels(staying: SpendSummary) -> Check:
    sums = staying.margins[["known", "not_positive", "negative", "lost", "margin"]].sum()
    share = sums["not_positive"] / sums["known"]
    return Check(
        code="C431",
        check="How margin follows revenue",
        status="review",
        found=f"{int(sums['not_positive']):,} of {int(sums['known']):,} margins at or below zero ({share:.1%}); "
        f"{int(sums['negative']):,} below it sum to {sums['lost']:,.2f} of {sums['margin']:,.2f}",
        limit="at most 1% for a rate",
        text="The slope of margin is in money per customer and period, every negative period counted as it is booked; "
        "a logarithm would drop them.",
        remedy="Nothing need be done where the margins are right; book credits in the period they belong to.",
    )


def _pains(cells: CustomerCells) -> Check:
    base = cells.base.groupby("persona")[["customers", "margin"]].sum()
    below = [f"{who} ({persons(int(row.customers))})" for who, row in base.iterrows() if row.margin <= 0]
    return Check(
        code="C430",
        check="Pain points' effect on spend where margins are negative",
        status="review",
        found="margin at or below zero in all of " + ", ".join(below) if below else "no persona as a whole",
        limit="margins above zero",
        text="What a pain point does to spend is measured relative to revenue and applied to margin: where margin is "
        "negative, more spend counts as more loss, and less of it as gain.",
        remedy="Read the spend part of pain points and initiatives beside the slope of margin in money, or set "
        "apart the customers that are served at a loss.",
    )
