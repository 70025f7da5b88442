"""The panel of a study of units seen in every period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from impact.cells.coverage import money_by_period, stage_coverage
from impact.cells.driver_sums import driver_sums
from impact.cells.panel import build_panel, experience, fill_unexposed, score_column
from impact.cells.segment_cells import segment_cells
from impact.cells.summary import SitePanel
from impact.journey import OVERALL, Journey

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from impact.source import Source
    from impact.study import Study


def summarise_sites(source: Source, journey: Journey, study: Study) -> SitePanel:
    """Units by period, with money where it is booked and experience wherever it was measured."""
    panel = build_panel(source, journey, study)
    money = source.ledger.filter(source.ledger.t <= study.as_of)
    asked = [*study.model.controls, study.model.size, study.model.cluster, "persona"]
    named = list(dict.fromkeys(name for name in asked if name))
    money = money.select("customer_id", "t", "revenue", "margin", *[name for name in named if name in money.columns])
    joined = _outer(_experience(source, journey, study), money)
    own = [name for name in named if name in source.customers.columns and name not in money.columns]
    who = source.customers.select(*dict.fromkeys(("customer_id", "persona", *own)))
    joined = joined.left_join(who, "customer_id", rname="{name}_own").drop("customer_id_own")
    if "persona_own" in joined.columns:
        joined = joined.mutate(persona=ibis.coalesce(joined.persona, joined.persona_own)).drop("persona_own")
    # Sorted here: every server sorts texts by an alphabet of its own.
    frame = joined.to_pandas().sort_values(["customer_id", "t"], ignore_index=True)
    frame = frame.rename(columns={"customer_id": "unit"})
    frame["persona"] = frame["persona"].fillna("all")
    stages = [*journey.stage_ids(), OVERALL]
    booked = panel.filter((panel.t == study.as_of) & panel.revenue.notnull())
    return SitePanel(
        controls=tuple(study.model.controls),
        size=study.model.size,
        cluster=study.model.cluster,
        lag=study.model.lag,
        winsorise=study.model.winsorise,
        panel=frame.rename(columns={score_column(stage): stage for stage in stages}),
        coverage=stage_coverage(source, journey, study),
        money=money_by_period(panel),
        driver_sums=driver_sums(source, journey, study),
        segments=segment_cells(booked.mutate(tenure_band=0), source, study),
    )


def _experience(source: Source, journey: Journey, study: Study) -> Table:
    """Every unit and period in which a score or an exposure was measured, booked money or not."""
    joined, *others = experience(source, journey)
    for extra in others:
        joined = _outer(joined, extra)
    return fill_unexposed(joined, journey).filter(joined.t <= study.as_of)


def _outer(left: Table, right: Table) -> Table:
    joined = left.outer_join(right, ["customer_id", "t"])
    keys = {key: ibis.coalesce(joined[key], joined[f"{key}_right"]) for key in ("customer_id", "t")}
    return joined.mutate(**keys).drop("customer_id_right", "t_right")
