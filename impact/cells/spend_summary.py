"""What leaves the engine of the money of those who stay: moments by score, cells, margins by period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.cells.moments import Scale, moments_by_group
from impact.cells.panel import score_column
from impact.cells.spend_cells import spend_cells
from impact.cells.summary import Moments, SpendSummary
from impact.journey import OVERALL, Journey

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.source import Source
    from impact.study import Study

MOST_NOT_POSITIVE = 0.01  # above this share of margins at or below zero money is taken in levels
NEXT = {"revenue": "next_revenue", "margin": "next_margin", "cost_to_serve": "next_cost"}
_PLACES = 3


def summarise_spend(panel: Table, source: Source, journey: Journey, study: Study) -> SpendSummary:
    """Moments of the next period's money on the scores of this one, cells of revenue, and margins by period.

    A row a customer and period in which a score and the next period's revenue are known.
    """
    terms = (*journey.stage_ids(), OVERALL)
    margins = _margins(panel)
    rows = source.engine.keep("spend_rows", _with_next(_scored(panel, terms), source, study))
    later = source.engine.keep("spend_later", _with_later(rows, panel, terms))
    within: dict[str, Mapping[str, tuple[Moments, ...]]] = {}
    placebo: dict[str, Mapping[str, tuple[Moments, ...]]] = {}
    for outcome, (column, scale) in _outcomes(source, margins).items():
        within[outcome] = _by_term(rows, terms, column, scale, ("",))
        placebo[outcome] = _by_term(later, terms, column, scale, ("later__", ""))
    scored = rows.filter(rows[score_column(OVERALL)].notnull())
    bounded = spend_cells(scored, study)
    return SpendSummary(
        within=within,
        placebo=placebo,
        margins=margins,
        cells=bounded.cells,
        dropped=bounded.dropped,
        customers=int(scored.customer_id.nunique().execute()),
    )


def _outcomes(source: Source, margins: pd.DataFrame) -> dict[str, tuple[str, Scale]]:
    """By outcome of calibration: the column of the next period's money, and how it is compared."""
    present = source.present["ledger"]
    found: dict[str, tuple[str, Scale]] = {"log_revenue": (NEXT["revenue"], "own mean")}
    if "margin" in present and margins["known"].sum():
        levels = margins["not_positive"].sum() > MOST_NOT_POSITIVE * margins["known"].sum()
        found |= {"margin": (NEXT["margin"], "money")} if levels else {"log_margin": (NEXT["margin"], "own mean")}
    if "cost_to_serve" in present:
        found["cost_to_serve"] = (NEXT["cost_to_serve"], "money")
    return found


def _margins(panel: Table) -> pd.DataFrame:
    """By persona and period: customers, revenue, margin, how many margins are known, not positive, negative."""
    low, negative = (panel.margin <= 0).ifelse(1, 0), (panel.margin < 0).ifelse(1, 0)
    found: pd.DataFrame = (
        panel.group_by("persona", "t")
        .agg(
            customers=panel.count(),
            revenue=panel.revenue.sum(),
            margin=panel.margin.sum(),
            known=panel.margin.count(),
            not_positive=low.sum().fill_null(0),
            negative=negative.sum().fill_null(0),
            lost=(panel.margin < 0).ifelse(panel.margin, 0.0).sum().fill_null(0.0),
        )
        .to_pandas()
    )
    return found.sort_values(["persona", "t"], kind="stable", ignore_index=True)


def _scored(panel: Table, terms: tuple[str, ...]) -> Table:
    known = ibis.or_(*(panel[score_column(term)].notnull() for term in terms))
    return panel.filter(known & panel.next_revenue.notnull())


def _with_next(rows: Table, source: Source, study: Study) -> Table:
    """The rows with the next period's margin and cost to serve; a period without a row brought and cost nothing."""
    ledger = source.ledger.filter(source.ledger.t <= study.as_of)
    after = ledger.select(
        "customer_id", t=ledger.t - 1, next_margin="margin", next_cost="cost_to_serve", booked=ibis.literal(1)
    )
    joined = rows.left_join(after, ["customer_id", "t"]).drop("customer_id_right", "t_right")
    silent = joined.booked.isnull()
    nothing = {name: silent.ifelse(0.0, joined[name].cast("float64")) for name in ("next_margin", "next_cost")}
    return joined.mutate(**nothing).drop("booked")


def _with_later(rows: Table, panel: Table, terms: tuple[str, ...]) -> Table:
    """The rows with the scores of the period after the money, which cannot have caused it."""
    scores = {f"later__{score_column(term)}": panel[score_column(term)] for term in terms}
    after = panel.select("customer_id", t=panel.t - 2, **scores)
    return rows.inner_join(after, ["customer_id", "t"])


def _by_term(
    rows: Table, terms: tuple[str, ...], money: str, scale: Scale, sides: tuple[str, ...]
) -> dict[str, tuple[Moments, ...]]:
    """Moments by term and persona, all terms in the same queries; a term's rows are those that scored it.

    Every term has its rows once below one another, its number before the persona, so that it makes groups of its
    own. `sides` are the prefixes of the scores asked about, the first one first.
    """
    parts = []
    for number, term in enumerate(terms):
        names = [f"{side}{score_column(term)}" for side in sides]
        mine = rows.filter(ibis.and_(*(rows[name].notnull() for name in names)))
        scores = {f"{side}score": mine[name].cast("float64") for side, name in zip(sides, names, strict=True)}
        group = ibis.literal(f"{number:0{_PLACES}d}") + mine.persona
        parts.append(mine.select("customer_id", "t", persona=group, money=mine[money], **scores))
    long = ibis.union(*parts) if len(parts) > 1 else parts[0]
    asked = [f"{side}score" for side in sides]
    moments, left_out = moments_by_group(long, outcome="money", exposures=asked, scale=scale)
    found: dict[str, tuple[Moments, ...]] = {term: () for term in terms}
    for one in moments:
        place = one.persona[:_PLACES]
        gone = sum(count for group, count in left_out.items() if group.startswith(place))
        term = terms[int(place)]
        found[term] = (*found[term], replace(one, persona=one.persona[_PLACES:], left_out=gone))
    return found
