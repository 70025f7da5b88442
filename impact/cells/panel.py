"""The panel inside the engine: a row a customer and period, experience beside outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from impact.journey import OVERALL, Journey, PainPoint

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from impact.source import Source
    from impact.study import Study

COUNT_CAP = 3  # more occurrences in one period are rare and would only scatter the cells


def score_column(stage: str) -> str:
    """The panel's column of a stage's score."""
    return f"score__{stage}"


def build_panel(source: Source, journey: Journey, study: Study) -> Table:
    """One row a customer and active period: money, what was experienced, what came of it.

    Columns: customer_id, t, persona, tenure (periods, -1 unknown), controls, revenue, margin,
    stays (0/1, null in the last period), next_revenue, exposures by pain point (operations: 0 where
    none was seen; survey: null where the customer did not answer), scores by stage.
    """
    ledger = source.ledger.filter(source.ledger.t <= study.as_of)
    panel = ledger.left_join(source.customers, "customer_id", rname="{name}_customer")
    panel = panel.mutate(
        persona=panel.persona.fill_null("all"),
        tenure=ibis.ifelse(panel.joined_t.isnull(), -1, ibis.greatest(panel.t - panel.joined_t, 0)),
        **_controls(panel, study),
    )
    controls = [control for control in study.model.controls if control != "tenure"]
    keep = ["customer_id", "t", "persona", "tenure", "revenue", "margin", "retained", *controls]
    panel = _with_next(panel.select(*keep), study)
    for extra in experience(source, journey):
        panel = panel.left_join(extra, ["customer_id", "t"]).drop("customer_id_right", "t_right")
    return source.engine.keep("panel", fill_unexposed(panel, journey))


def _controls(panel: Table, study: Study) -> dict[str, Value]:
    """Controls named on the ledger win over the customer's own; `tenure` is the panel's."""
    named = {}
    for control in study.model.controls:
        if control != "tenure" and control not in panel.columns:
            named[control] = panel[f"{control}_customer"]
    return named


def _with_next(panel: Table, study: Study) -> Table:
    """The panel with what the next period shows of the same customer (lag 1)."""
    following = panel.select(customer_id="customer_id", t=panel.t - 1, next_revenue="revenue", seen=ibis.literal(1))
    joined = panel.left_join(following, ["customer_id", "t"]).drop("customer_id_right", "t_right")
    told = ibis.coalesce(joined.retained.cast("int64"), joined.seen, ibis.literal(0))
    outcome = ibis.ifelse(joined.t < study.as_of, told, ibis.null("int64"))
    return joined.mutate(stays=outcome).drop("retained", "seen")


def experience(source: Source, journey: Journey) -> list[Table]:
    """What was experienced by customer and period: exposures, scores, pain points named in a survey."""
    parts = (exposures_by_period(source, journey), answers_by_period(source, journey))
    return [part for part in parts if part is not None]


def exposures_by_period(source: Source, journey: Journey) -> Table | None:
    """Exposures seen in operations by customer and period, or None where there are none to see."""
    operations = [pain for pain in journey.pain_points if pain.source == "operations" or pain.measure == "level"]
    if source.incidents is None or not operations:
        return None
    rows = source.incidents
    return rows.group_by("customer_id", "t").agg(**{pain.pain_point: _measure(rows, pain) for pain in operations})


def _measure(rows: Table, pain: PainPoint) -> Value:
    mine = rows.pain_point == pain.pain_point
    if pain.measure == "level":
        return rows.amount.mean(where=mine)
    if pain.measure == "any":
        return mine.ifelse(1, 0).max().cast("float64")
    return ibis.least(mine.ifelse(1, 0).sum(), COUNT_CAP).cast("float64")


def answers_by_period(source: Source, journey: Journey) -> Table | None:
    """What was answered by customer and period, in one pass: scores and pain points named, None without responses."""
    if source.responses is None:
        return None
    rows = source.responses
    measures = _mean_scores(rows, journey, source.present["responses"]) | _named_pains(rows, journey)
    return rows.group_by("customer_id", "t").agg(**measures)


def _mean_scores(rows: Table, journey: Journey, present: frozenset[str]) -> dict[str, Value]:
    """Mean scores, a column a stage."""
    means = {}
    for stage in [*journey.stage_ids(), OVERALL]:
        mine = rows.stage == stage
        if {"n", "weight"}.isdisjoint(present):
            means[score_column(stage)] = rows.score.mean(where=mine)
        else:
            weight = (rows.n * rows.weight).sum(where=mine)
            means[score_column(stage)] = (rows.score * rows.n * rows.weight).sum(where=mine) / weight.nullif(0)
    return means


def _named_pains(rows: Table, journey: Journey) -> dict[str, Value]:
    """Pain points named in a survey: 1 named, 0 answered and not named."""
    pains = [pain for pain in journey.pain_points if pain.source == "survey" and pain.measure != "level"]
    padded = ibis.literal(";") + rows.pain_points.fill_null("").replace(" ", "") + ibis.literal(";")
    return {
        pain.pain_point: _low_score(rows, pain.stage)
        if pain.pain_point == f"low_{pain.stage}"
        else padded.contains(f";{pain.pain_point};").ifelse(1.0, 0.0).max()
        for pain in pains
    }


def _low_score(rows: Table, stage: str) -> Value:
    """1 where the stage was scored in the bottom two of five, null where it was not scored."""
    place = (rows.score - rows.scale_min) / (rows.scale_max - rows.scale_min)
    return (place < 0.4).ifelse(1.0, 0.0).max(where=rows.stage == stage)


def fill_unexposed(panel: Table, journey: Journey) -> Table:
    """No incident in a period means not exposed; a level or a survey that is silent means unknown."""
    filled = {}
    for pain in journey.pain_points:
        known_zero = pain.source == "operations" and pain.measure != "level"
        if pain.pain_point not in panel.columns:
            filled[pain.pain_point] = ibis.literal(0.0) if known_zero else ibis.null("float64")
        elif known_zero:
            filled[pain.pain_point] = panel[pain.pain_point].fill_null(0.0)
    for stage in [*journey.stage_ids(), OVERALL]:
        if score_column(stage) not in panel.columns:
            filled[score_column(stage)] = ibis.null("float64")
    return panel.mutate(**filled) if filled else panel
