"""Studies whose customers may leave only at a renewal, or whose last outcomes are not known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.cells.summary import RECENT, CustomerCells
from impact.source_outcome import renewal_periods, with_risk

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.source import Source
    from impact.study import Study


def over_the_term(source: Source) -> Source:
    """The source with what was experienced since the last renewal standing in each later period of the term.

    What a customer met in the first quarter of its year is part of what it decides on at the end. A
    customer without renewal dates keeps each period's own.
    """
    if "renewal_t" not in source.ledger.columns:
        return source
    terms = _terms(source.ledger)
    parts = {
        name: None if table is None else _spread(table, terms)
        for name, table in (("responses", source.responses), ("incidents", source.incidents))
    }
    return replace(source, responses=parts["responses"], incidents=parts["incidents"])


def _terms(ledger: Table) -> Table:
    """A row a row of the ledger: `term_id`, `row_t` and `after`, the period after which its experience counts."""
    rows = ledger.select("customer_id", "t")
    renewals = renewal_periods(ledger)
    pairs = rows.inner_join(renewals, [("customer_id", "renewed_id")])
    bound = pairs.group_by("customer_id", "t").agg(
        renewed_t=pairs.renewed_t.max(where=pairs.renewed_t < pairs.t), dates=pairs.count()
    )
    first = rows.group_by("customer_id").agg(first_t=rows.t.min())
    joined = rows.left_join(bound, ["customer_id", "t"]).drop("customer_id_right", "t_right")
    joined = joined.left_join(first, ["customer_id"]).drop("customer_id_right")
    since = ibis.coalesce(joined.renewed_t, joined.first_t - 1)
    after = joined.dates.isnull().ifelse(joined.t - 1, since)
    return joined.select(term_id="customer_id", row_t="t", after=after)


def _spread(table: Table, terms: Table) -> Table:
    joined = table.inner_join(terms, [("customer_id", "term_id")])
    joined = joined.filter((joined.t > joined.after) & (joined.t <= joined.row_t))
    return joined.mutate(t=joined.row_t).select(*table.columns)


def per_period(cells: CustomerCells, source: Source, study: Study) -> CustomerCells:
    """The summary with leaving counted over all customer-periods of the last four whose outcome is known.

    Cells hold those at risk. What a base loses in a period is their leaving times the share that is at risk.
    """
    if "renewal_t" not in source.ledger.columns:
        return cells
    shares = _shares(source, study)
    late = shares[shares["t"] >= study.as_of - RECENT].groupby("persona")[["rows", "at_risk"]].sum()
    recent = cells.recent.merge(late, on="persona", how="left")
    recent = recent.assign(n=recent["n"] * recent["rows"] / recent["at_risk"]).drop(columns=["rows", "at_risk"])
    by_period = shares.groupby("t")[["rows", "at_risk"]].sum()
    share = cells.money["t"].map(by_period["at_risk"] / by_period["rows"])
    retained = (1 - (1 - cells.money["retained"]) * share).where(share > 0, 1.0).where(cells.money["t"] < study.as_of)
    return replace(cells, recent=recent, money=cells.money.assign(retained=retained))


def met_at_renewal(at_risk: pd.DataFrame, everybody: pd.DataFrame) -> pd.DataFrame:
    """Patterns of customers at risk in the last four outcome periods; of a persona without any, of everybody."""
    others = everybody[~everybody["persona"].isin(at_risk["persona"])]
    return pd.concat([at_risk, others], ignore_index=True) if len(others) else at_risk


def _shares(source: Source, study: Study) -> pd.DataFrame:
    """By persona and period with an outcome: ledger rows, and those of them at risk."""
    ledger = with_risk(source.ledger)
    ledger = ledger.filter(ledger.t < study.as_of)
    persons = source.customers.select(known_id="customer_id", own="persona")
    rows = ledger.left_join(persons, [("customer_id", "known_id")])
    own = rows.own.fill_null("all")
    persona = ibis.coalesce(rows.persona, own) if "persona" in ledger.columns else own
    found: pd.DataFrame = (
        rows.mutate(of_persona=persona)
        .group_by(persona="of_persona", t="t")
        .agg(rows=lambda t: t.count(), at_risk=lambda t: t.at_risk.sum())
        .order_by("persona", "t")
        .to_pandas()
    )
    return found
