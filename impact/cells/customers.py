"""Cells and moments of a study of many customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.cells.coverage import money_by_period, stage_coverage
from impact.cells.moments import within_moments
from impact.cells.panel import build_panel, score_column
from impact.cells.summary import CustomerCells, Moments
from impact.journey import OVERALL, Journey

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from impact.source import Source
    from impact.study import Study

TENURE_EDGES_YEARS = (0.5, 1.0, 2.0, 4.0, 8.0)
SCORE_STEPS = 8  # of the overall scale; bin means keep a slope nearly lossless from seven bins up
CONTROL_GROUPS = 5
CONTROL_VALUES = 12  # a numeric control of more values than this enters by its fifths
OVERALL_SCORE = score_column(OVERALL)
RECENT = 4  # periods that stand for "now" in prevalence and leaving


def summarise_customers(source: Source, journey: Journey, study: Study) -> CustomerCells:
    """Cells and moments of a study whose customers may leave."""
    panel = build_panel(source, journey, study)
    panel = panel.mutate(tenure_band=_tenure_band(panel, study), **_banded(panel, study))
    operations = [pain.pain_point for pain in journey.pain_points if pain.source == "operations"]
    survey = [pain.pain_point for pain in journey.pain_points if pain.source == "survey"]
    controls = [control for control in study.model.controls if control != "tenure"]
    groups = ["persona", "tenure_band"]
    settled = panel.filter(panel.stays.notnull())
    answered = settled.filter(settled[OVERALL_SCORE].notnull())
    active = panel.filter(panel.t == study.as_of)
    coverage = stage_coverage(source, journey, study)
    return CustomerCells(
        controls=tuple(controls),
        leaving=_leaving(settled, [*groups, "t", *controls, *operations]),
        answered=_answered(settled, [*groups, "t", *controls, *operations], survey, _overall_step(coverage)),
        scores=_scores(panel, journey, [*operations, *survey]),
        spend=_spend(settled, operations),
        spend_placebo=_spend_placebo(settled, panel, operations),
        spend_on_score=_spend(answered, [OVERALL_SCORE]),
        spend_on_score_placebo=_spend_placebo(answered, panel, [OVERALL_SCORE]),
        base=active.group_by(groups)
        .agg(customers=active.count(), revenue=active.revenue.sum(), margin=active.margin.sum())
        .order_by(groups)
        .to_pandas(),
        recent=_leaving(settled.filter(settled.t >= study.as_of - RECENT), groups),
        patterns=_patterns(panel.filter(panel.t > study.as_of - RECENT), journey),
        pairs=_pairs(panel, journey),
        coverage=coverage,
        money=money_by_period(panel),
    )


def _tenure_band(panel: Table, study: Study) -> Value:
    edges = [round(years * study.periods_a_year) for years in TENURE_EDGES_YEARS]
    band = ibis.literal(0)
    for edge in edges:
        band = band + (panel.tenure >= edge).ifelse(1, 0)
    return ibis.ifelse(panel.tenure < 0, -1, band)


def _banded(panel: Table, study: Study) -> dict[str, Value]:
    """Numeric controls of many values enter as the rank of their fifth, so that cells stay few.

    Equal values stay together, so that the same rows always fall into the same fifth.
    """
    banded = {}
    for control in study.model.controls:
        if control == "tenure" or not panel[control].type().is_numeric():
            continue
        if panel[control].nunique().execute() > CONTROL_VALUES:
            place = panel[control].percent_rank()
            fifth = ibis.least((place * CONTROL_GROUPS).floor(), CONTROL_GROUPS - 1)
            banded[control] = panel[control].isnull().ifelse(ibis.null("int64"), fifth.cast("int64"))
    return banded


def _leaving(rows: Table, keys: list[str]) -> pd.DataFrame:
    cells = rows.group_by(keys).agg(n=rows.count(), leavers=(1 - rows.stays).sum(), tenure=rows.tenure.mean())
    found: pd.DataFrame = cells.order_by(keys).to_pandas()
    return found


def _overall_step(coverage: pd.DataFrame) -> float:
    """The width of a bin of the overall score, in points; 1 where its scale is not known."""
    scale = coverage[coverage["stage"] == OVERALL]
    width = float((scale["scale_max"] - scale["scale_min"]).max()) if len(scale) else 0.0
    return width / SCORE_STEPS if width > 0 else 1.0


def _answered(settled: Table, keys: list[str], survey: list[str], step: float) -> pd.DataFrame:
    """Cells of those who answered, by a bin of the overall score whose own mean is kept."""
    column = score_column(OVERALL)
    known = settled[column].notnull()
    for pain in survey:
        known = known | settled[pain].notnull()
    rows = settled.filter(known).mutate(overall_bin=(settled[column] / step).round())
    by = [*keys, *survey, "overall_bin"]
    cells = rows.group_by(by).agg(
        n=rows.count(), leavers=(1 - rows.stays).sum(), tenure=rows.tenure.mean(), overall=rows[column].mean()
    )
    found: pd.DataFrame = cells.order_by(by).to_pandas()
    return found


def _scores(panel: Table, journey: Journey, exposures: list[str]) -> pd.DataFrame:
    frames = []
    keys = ["persona", "t", *exposures]
    for stage in [*journey.stage_ids(), OVERALL]:
        rows = panel.filter(panel[score_column(stage)].notnull())
        score = rows[score_column(stage)]
        cells = rows.group_by(keys).agg(n=rows.count(), total=score.sum(), squares=(score * score).sum())
        frame: pd.DataFrame = cells.order_by(keys).to_pandas()
        frames.append(frame.assign(stage=stage))
    return pd.concat(frames, ignore_index=True)


def _spend(settled: Table, exposures: list[str]) -> tuple[Moments, ...]:
    """Next period's revenue of those who stay, on what they met this period."""
    return within_moments(settled, outcome="next_revenue", exposures=exposures)


def _spend_placebo(settled: Table, panel: Table, exposures: list[str]) -> tuple[Moments, ...]:
    """Next period's revenue on what is only met a period after it: there should be nothing to find.

    What was met before stays in the regression: centring by customer ties earlier and later
    exposures together, and without it a real effect would show up in its own placebo.
    """
    later = [f"later__{name}" for name in exposures]
    after = panel.select("customer_id", t=panel.t - 2, **dict(zip(later, [panel[e] for e in exposures], strict=True)))
    rows = settled.inner_join(after, ["customer_id", "t"])
    if OVERALL_SCORE in exposures:
        rows = rows.filter(rows[f"later__{OVERALL_SCORE}"].notnull())
    return within_moments(rows, outcome="next_revenue", exposures=[*later, *exposures])


def _patterns(recent: Table, journey: Journey) -> pd.DataFrame:
    exposures = list(journey.pain_ids())
    keys = ["persona", *exposures]
    found: pd.DataFrame = recent.group_by(keys).agg(n=recent.count()).order_by(keys).to_pandas()
    return found


def _pairs(panel: Table, journey: Journey) -> pd.DataFrame:
    """Pairwise sums of scores of one customer and period: what driver importance needs."""
    stages = [*journey.stage_ids(), OVERALL]
    sums: dict[str, Value] = {}
    for i, first in enumerate(stages):
        for second in stages[i:]:
            a, b = panel[score_column(first)], panel[score_column(second)]
            both = a.notnull() & b.notnull()
            sums |= {
                f"{first}|{second}|n": both.ifelse(1, 0).sum(),
                f"{first}|{second}|first": a.sum(where=both),
                f"{first}|{second}|second": b.sum(where=both),
                f"{first}|{second}|product": (a * b).sum(where=both),
                f"{first}|{second}|first_square": (a * a).sum(where=both),
                f"{first}|{second}|second_square": (b * b).sum(where=both),
            }
    wide = panel.agg(**sums).to_pandas().iloc[0]
    keys = [tuple(name.split("|")) for name in wide.index]
    long = pd.Series(wide.to_numpy(dtype=float), index=pd.MultiIndex.from_tuples(keys, names=["a", "b", "what"]))
    return pd.DataFrame(long.unstack("what").reset_index())
