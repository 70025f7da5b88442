"""How much evidence each stage has, and what the ledger says by period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from impact.journey import OVERALL, Journey

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.source import Source
    from impact.study import Study


def stage_coverage(source: Source, journey: Journey, study: Study) -> pd.DataFrame:
    """A row a stage (and overall): responses, customers, mean score, sd and scale."""
    if source.responses is None:
        return pd.DataFrame(columns=["stage", "responses", "customers", "mean", "sd", "scale_min", "scale_max"])
    rows = source.responses.filter(source.responses.t <= study.as_of)
    weight = rows.n * rows.weight
    found: pd.DataFrame = (
        rows.group_by("stage")
        .agg(
            responses=rows.n.sum(),
            customers=rows.customer_id.nunique(),
            mean=(rows.score * weight).sum() / weight.sum().nullif(0),
            sd=rows.score.std(),
            scale_min=rows.scale_min.min(),
            scale_max=rows.scale_max.max(),
        )
        .to_pandas()
    )
    order = pd.Index([*journey.stage_ids(), OVERALL], name="stage")
    return found.set_index("stage").reindex(order).reset_index()


def money_by_period(panel: Table) -> pd.DataFrame:
    """A row a period: active customers, revenue, margin, and the share that stays (null in the last)."""
    found: pd.DataFrame = (
        panel.group_by("t")
        .agg(
            customers=panel.count(),
            revenue=panel.revenue.sum(),
            margin=panel.margin.sum(),
            retained=panel.stays.mean(),
        )
        .order_by("t")
        .to_pandas()
    )
    return found
