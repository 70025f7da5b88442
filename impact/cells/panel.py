"""The panel inside the engine: a row a customer and period, experience beside outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from impact.cells.renewal import over_the_term
from impact.columns import COUNTS
from impact.journey import OVERALL, Journey, PainPoint
from impact.source_outcome import with_outcome

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
    stays (0/1, null where not known or not at risk), next_revenue (null where not known), exposures by pain
    point (operations: 0 where none was seen; survey: null where the customer did not answer), scores by stage.
    """
    ledger = source.ledger.filter(source.ledger.t <= study.as_of)
    panel = ledger.left_join(source.customers, "customer_id", rname="{name}_customer")
    panel = panel.mutate(
        persona=_persona(panel),
        tenure=ibis.ifelse(panel.joined_t.isnull(), -1, ibis.greatest(panel.t - panel.joined_t, 0)),
        **_controls(panel, study),
    )
    controls = [control for control in study.model.controls if control != "tenure"]
    steps = [name for name in ("renewal_t", "churn_kind") if name in panel.columns]
    keep = ["customer_id", "t", "persona", "tenure", "revenue", "margin", "retained", *steps, *controls]
    panel = with_outcome(panel.select(*dict.fromkeys(keep)), study)
    panel = panel.drop("retained", *(name for name in steps if name not in controls))
    for extra in experience(over_the_term(source), journey):
        # the outcome of a row lies a period on; a longer lag brings older experience to it
        extra = extra.mutate(t=extra.t + (study.model.lag - 1))
        panel = panel.left_join(extra, ["customer_id", "t"]).drop("customer_id_right", "t_right")
    return source.engine.keep("panel", fill_unexposed(panel, journey))


def _persona(panel: Table) -> Value:
    """The persona of the ledger's row, which is as of its period, before the customer's own."""
    own = panel.persona_customer if "persona_customer" in panel.columns else ibis.null("string")
    return ibis.coalesce(panel.persona, own, ibis.literal("all"))


def _controls(panel: Table, study: Study) -> dict[str, Value]:
    """Controls named on the ledger win over the customer's own; `tenure` is the panel's."""
    named = {}
    for control in study.model.controls:
        if control != "tenure" and control not in panel.columns:
            named[control] = panel[f"{control}_customer"]
    return named


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
        return mine.ifelse(1, 0).max().cast("int8")
    return ibis.least(mine.ifelse(1, 0).sum(), COUNT_CAP).cast("int8")


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
        if {"n", "weight", "respondent_id", *COUNTS}.isdisjoint(present):
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
        else padded.contains(f";{pain.pain_point};").ifelse(1, 0).max().cast("int8")
        for pain in pains
    }


def _low_score(rows: Table, stage: str) -> Value:
    """1 where the stage was scored in the bottom two of five, null where it was not scored."""
    place = (rows.score - rows.scale_min) / (rows.scale_max - rows.scale_min)
    return (place < 0.4).ifelse(1, 0).max(where=rows.stage == stage).cast("int8")


def fill_unexposed(panel: Table, journey: Journey) -> Table:
    """No incident in a period means not exposed; a level or a survey that is silent means unknown."""
    filled = {}
    for pain in journey.pain_points:
        known_zero = pain.source == "operations" and pain.measure != "level"
        if pain.pain_point not in panel.columns:
            kind = "float64" if pain.measure == "level" else "int8"
            filled[pain.pain_point] = ibis.literal(0).cast(kind) if known_zero else ibis.null(kind)
        elif known_zero:
            filled[pain.pain_point] = panel[pain.pain_point].fill_null(0)
    for stage in [*journey.stage_ids(), OVERALL]:
        if score_column(stage) not in panel.columns:
            filled[score_column(stage)] = ibis.null("float64")
    return panel.mutate(**filled) if filled else panel
