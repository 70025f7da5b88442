"""Cells and moments of a study of many customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

from impact.cells.bands import banded_controls, binned_levels
from impact.cells.coverage import money_by_period, stage_coverage
from impact.cells.driver_sums import driver_sums
from impact.cells.lifetime_cells import lifetime_cells
from impact.cells.many import ManyCells
from impact.cells.moments import within_moments
from impact.cells.near import near_moments
from impact.cells.panel import build_panel, score_column
from impact.cells.renewal import met_at_renewal
from impact.cells.score_cells import change_cells, score_cells, score_steps
from impact.cells.segment_cells import segment_cells
from impact.cells.spend_summary import summarise_spend
from impact.cells.summary import RECENT, CustomerCells, Moments, Rows
from impact.journey import OVERALL, Journey

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from impact.source import Source
    from impact.study import Study

MOST_CELLS = 100_000  # more than this and the cells stay on their engine
TENURE_EDGES_YEARS = (0.5, 1.0, 2.0, 4.0, 8.0)
OVERALL_SCORE = score_column(OVERALL)


def summarise_customers(source: Source, journey: Journey, study: Study) -> CustomerCells:
    """Cells and moments of a study whose customers may leave."""
    panel = build_panel(source, journey, study)
    panel = panel.mutate(
        tenure_band=_above(panel, tenure_edges(study)),
        age=_above(panel, age_edges(study)),
        **banded_controls(panel, study),
        **binned_levels(panel, journey),
    )
    operations = [pain.pain_point for pain in journey.pain_points if pain.source == "operations"]
    survey = [pain.pain_point for pain in journey.pain_points if pain.source == "survey"]
    controls = [control for control in study.model.controls if control != "tenure"]
    groups = ["persona", "tenure_band"]
    held = [*groups, "t", *controls]
    settled = panel.filter(panel.stays.notnull())
    answered = settled.filter(settled[OVERALL_SCORE].notnull())
    active = panel.filter(panel.t == study.as_of)
    coverage = stage_coverage(source, journey, study)
    staying = summarise_spend(panel, source, journey, study)
    steps = score_steps(coverage)
    return CustomerCells(
        controls=tuple(controls),
        leaving=_leave(_leaving(settled, [*held, *operations])),
        by_tenure=_small(_leaving(settled, ["persona", "tenure"])),
        answered=_leave(_leaving(_told(settled, survey), [*held, *operations, *survey])) if survey else None,
        certified=score_cells(answered, OVERALL, held, steps),
        certified_stages={stage: score_cells(settled, stage, held, steps) for stage in journey.stage_ids()},
        certified_change=change_cells(answered, held, steps),
        scores=_scores(panel, journey, ["persona", "t", *operations, *survey]),
        spend=_spend(panel, operations),
        spend_placebo=_spend_placebo(panel, operations),
        base=_small(
            active.group_by(groups).agg(
                customers=active.count(), revenue=active.revenue.sum(), margin=active.margin.sum()
            )
        ),
        tenures=_small(active.group_by([*groups, "tenure"]).agg(customers=active.count())),
        recent=_small(_leaving(_latest(settled), groups)),
        patterns=_met(panel, settled, source, journey, study),
        driver_sums=driver_sums(source, journey, study),
        coverage=coverage,
        money=money_by_period(panel),
        staying=staying,
        lifetime=lifetime_cells(panel, source, study),
        spend_near=near_moments(panel),
        segments=segment_cells(active, source, study),
    )


def tenure_edges(study: Study) -> list[int]:
    """The tenures, in periods, at which a tenure band begins but the first."""
    return [round(years * study.periods_a_year) for years in TENURE_EDGES_YEARS]


def age_edges(study: Study) -> list[int]:
    """The tenures at which an age begins: tenure bands, with the first period of a customer on its own."""
    return [1, *tenure_edges(study)]


def _above(panel: Table, edges: list[int]) -> Value:
    """How many edges the tenure has reached, -1 where it is not known."""
    band = ibis.literal(0)
    for edge in edges:
        band = band + (panel.tenure >= edge).ifelse(1, 0)
    return ibis.ifelse(panel.tenure < 0, -1, band)


def _leaving(rows: Table, keys: list[str]) -> Table:
    sums = {"n": rows.count(), "leavers": (1 - rows.stays).sum()}
    if "tenure" not in keys:
        sums["tenure"] = rows.tenure.mean()
    return rows.group_by(keys).agg(**sums)


def _latest(settled: Table) -> Table:
    """Rows of the last four periods of which the outcome is known."""
    last = settled.aggregate(last=settled.t.max()).execute()["last"][0]
    return settled if last is None or last != last else settled.filter(settled.t > int(last) - RECENT)


def _met(panel: Table, settled: Table, source: Source, journey: Journey, study: Study) -> pd.DataFrame:
    """What was met together over the last four periods; where accounts renew, by those who had to decide."""
    everybody = _patterns(panel.filter(panel.t > study.as_of - RECENT), journey)
    if "renewal_t" not in source.ledger.columns:
        return everybody
    return met_at_renewal(_patterns(settled.filter(settled.t >= study.as_of - RECENT), journey), everybody)


def _leave(cells: Table) -> Rows:
    """The cells themselves where they are few, else the cells on their engine."""
    kept = cells.cache()
    count = int(kept.count().execute())
    return _small(kept) if count <= MOST_CELLS else ManyCells(table=kept, cells=count)


def _small(cells: Table) -> pd.DataFrame:
    """A small table in the order of its columns, which no engine's collation has a say in."""
    found: pd.DataFrame = cells.to_pandas()
    return found.sort_values(list(found.columns), kind="stable", ignore_index=True)


def _told(settled: Table, survey: list[str]) -> Table:
    """Rows of those who answered: an overall score or a pain point of the survey is known."""
    known = settled[OVERALL_SCORE].notnull()
    for pain in survey:
        known = known | settled[pain].notnull()
    return settled.filter(known)


def _scores(panel: Table, journey: Journey, keys: list[str]) -> dict[str, Rows]:
    """Sums of each stage's scores by what was met, in one pass over the panel."""
    stages = [*journey.stage_ids(), OVERALL]
    known = ibis.or_(*(panel[score_column(stage)].notnull() for stage in stages))
    rows = panel.filter(known)
    sums: dict[str, Value] = {}
    for k, stage in enumerate(stages):
        score = rows[score_column(stage)]
        sums |= {f"n{k}": score.count(), f"total{k}": score.sum(), f"squares{k}": (score * score).sum()}
    wide = rows.group_by(keys).agg(**sums).cache()
    few = int(wide.count().execute()) <= MOST_CELLS
    found: dict[str, Rows] = {}
    for k, stage in enumerate(stages):
        mine = wide.filter(wide[f"n{k}"] > 0)
        mine = mine.select(*keys, n=mine[f"n{k}"], total=mine[f"total{k}"], squares=mine[f"squares{k}"])
        found[stage] = _small(mine) if few else ManyCells(table=mine, cells=int(mine.count().execute()))
    return found


def _spend(rows: Table, exposures: list[str]) -> tuple[Moments, ...]:
    """Next period's revenue of those who stay, on what they met this period."""
    return within_moments(rows, outcome="next_revenue", exposures=exposures)


def _spend_placebo(panel: Table, exposures: list[str]) -> tuple[Moments, ...]:
    """Next period's revenue on what is only met a period after it: there should be nothing to find.

    What was met before stays in the regression: centring by customer ties earlier and later
    exposures together, and without it a real effect would show up in its own placebo.
    """
    later = [f"later__{name}" for name in exposures]
    after = panel.select("customer_id", t=panel.t - 2, **dict(zip(later, [panel[e] for e in exposures], strict=True)))
    rows = panel.inner_join(after, ["customer_id", "t"])
    return within_moments(rows, outcome="next_revenue", exposures=[*later, *exposures])


def _patterns(recent: Table, journey: Journey) -> pd.DataFrame:
    """What was met together, counted; where there are too many, the commonest and a sample of the rest.

    The sample takes every so-many-th pattern in the order of how common it is and carries the weight
    of all: a tail cut off would take those who meet most with it.
    """
    keys = ["persona", "age", *journey.pain_ids()]
    cells = recent.group_by(keys).agg(n=recent.count()).cache()
    count = int(cells.count().execute())
    if count <= MOST_CELLS:
        return _small(cells)
    head = MOST_CELLS // 2 // int(cells.persona.nunique().execute())
    step = -(-count // (MOST_CELLS // 2))
    order: list[Any] = [cells.n.desc(), cells.age, *(cells[pain] for pain in journey.pain_ids())]
    placed = cells.mutate(place=ibis.row_number().over(ibis.window(group_by="persona", order_by=order)))
    tail = placed.place >= head
    whole = placed.filter(tail).group_by("persona").agg(whole=lambda t: t.n.sum()).to_pandas().set_index("persona")
    kept: pd.DataFrame = placed.filter(~tail | ((placed.place - head) % step == 0)).to_pandas()
    rare = kept["place"] >= head
    share = kept["persona"].map(whole["whole"] / kept[rare].groupby("persona")["n"].sum())
    kept["n"] = kept["n"].astype(float).where(~rare, kept["n"] * share)
    return kept.drop(columns="place").sort_values(keys, kind="stable", ignore_index=True)
