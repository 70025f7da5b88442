"""Reduced forms of a study of many customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd

from impact.cells import CustomerCells, Moments
from impact.cells.many import ManyCells
from impact.cells.summary import Rows
from impact.journey import OVERALL, Journey, PainPoint
from models.designs import Design, build_design
from models.reduced import (
    GaussianSummary,
    ReducedForms,
    allow_for_few,
    hazard_summary,
    join,
    linear_summary,
    moments_summary,
    overall_sd,
    rescale,
    silent,
)


def reduce_customers(cells: CustomerCells, journey: Journey) -> ReducedForms:
    """What every pain point moves among customers, by persona; pain points in plan order."""
    operations, survey = by_source(journey)
    personas = _personas(cells)
    unit = unit_exposures(cells, journey)
    sd = overall_sd(cells.coverage)

    def arrange(summary: GaussianSummary) -> GaussianSummary:
        return _in_plan_order(summary, journey, unit)

    score = [arrange(_score(cells, persona, [*operations, *survey])) for persona in personas]
    spend = _by_persona(cells.spend, len(operations), len(survey))
    placebo = _by_persona(cells.spend_placebo, len(operations), len(survey))
    nothing = silent(len(journey.pain_points))
    stage, stage_se = _own_stage(cells, journey)
    return ReducedForms(
        pain_points=journey.pain_ids(),
        personas=personas,
        unit_exposure=unit,
        score_sd=sd,
        score=tuple(rescale(summary, 1 / sd) for summary in score),
        leaving=reduce_leaving(cells, journey),
        spend=tuple(arrange(spend.get(persona, nothing)) for persona in personas),
        spend_placebo=tuple(arrange(placebo.get(persona, nothing)) for persona in personas),
        stage_effect=stage * unit,
        stage_se=stage_se * unit,
    )


def reduce_leaving(cells: CustomerCells, journey: Journey) -> tuple[GaussianSummary, ...]:
    """What every pain point moves of leaving, by persona; pain points in plan order."""
    operations, survey = by_source(journey)
    unit = unit_exposures(cells, journey)
    return tuple(
        _in_plan_order(_leaving(cells, persona, operations, survey), journey, unit) for persona in _personas(cells)
    )


def by_source(journey: Journey) -> tuple[list[str], list[str]]:
    """Pain points known from operations, and those known from surveys alone."""
    operations = [pain.pain_point for pain in journey.pain_points if pain.source == "operations"]
    return operations, [pain.pain_point for pain in journey.pain_points if pain.source == "survey"]


def _personas(cells: CustomerCells) -> tuple[str, ...]:
    return tuple(sorted(cells.base["persona"].unique()))


def _in_plan_order(summary: GaussianSummary, journey: Journey, unit: np.ndarray) -> GaussianSummary:
    """A likelihood in the order of operations, then surveys, put in the order of the plan and its units."""
    operations, survey = by_source(journey)
    order = [[*operations, *survey].index(pain) for pain in journey.pain_ids()]
    moved = GaussianSummary(
        mean=summary.mean[order], precision=summary.precision[np.ix_(order, order)], dispersion=summary.dispersion
    )
    return rescale(moved, unit)


def _by_persona(moments: tuple[Moments, ...], operations: int, survey: int) -> dict[str, GaussianSummary]:
    """Spend likelihoods by persona; pain points known only from a survey are silent on spend."""
    return {
        one.persona: join(allow_for_few(moments_summary(one, operations), one.customers), silent(survey))
        for one in moments
    }


def level_floor(pain: PainPoint, level: np.ndarray, weight: np.ndarray) -> float:
    """The level a fix can reach: as the plan states it, or the best decile of what was seen."""
    if pain.floor is not None:
        return pain.floor
    known = np.isfinite(level)
    if not known.any():
        return 0.0
    order = np.argsort(level[known], kind="stable")
    share = np.cumsum(weight[known][order]) / weight[known].sum()
    best = 0.1 if pain.kind == "pain" else 0.9
    return float(level[known][order][np.searchsorted(share, best)])


def pattern_floor(patterns: pd.DataFrame, pain: PainPoint) -> float:
    """The floor of a level over all personas of a study of customers."""
    return level_floor(pain, patterns[pain.pain_point].to_numpy(float), patterns["n"].to_numpy(float))


def unit_exposures(cells: CustomerCells, journey: Journey) -> np.ndarray:
    """The exposure one unit of each pain point stands for `(pain_point,)`: 1, or a level's mean excess."""
    return np.array([_mean_excess(cells.patterns, pain) for pain in journey.pain_points])


def _mean_excess(patterns: pd.DataFrame, pain: PainPoint) -> float:
    if pain.measure != "level":
        return 1.0
    known = patterns.dropna(subset=[pain.pain_point])
    if known.empty:
        return 1.0
    above = (known[pain.pain_point].astype(float) - pattern_floor(patterns, pain)).clip(lower=0)
    mean = float(np.average(above, weights=known["n"]))
    return mean if mean > 0 else 1.0


def _score(cells: CustomerCells, persona: str, exposures: list[str]) -> GaussianSummary:
    rows = of_persona(cells.scores[OVERALL], persona)
    if count_cells(rows) < 3:
        return silent(len(exposures))
    return linear_summary(rows, build_design(rows, (), exposures))


def _leaving(cells: CustomerCells, persona: str, operations: list[str], survey: list[str]) -> GaussianSummary:
    found = {part: hazard_summary(rows, held) for part, rows, held in leaving_parts(cells, persona, operations, survey)}
    first = found.get("everyone", silent(0))
    return first if cells.answered is None else join(first, found.get("answered", silent(len(survey))))


def leaving_parts(
    cells: CustomerCells, persona: str, operations: list[str], survey: list[str]
) -> Iterator[tuple[Literal["everyone", "answered"], Rows, Design]]:
    """The cells and design of each part of a persona's leaving.

    Pain points of operations are told by everyone, those of surveys by who answered, if five or more of them left.
    """
    if operations:
        everyone = of_persona(cells.leaving, persona)
        yield "everyone", everyone, build_design(everyone, cells.controls, operations)
    if cells.answered is None:
        return
    answered = of_persona(cells.answered, persona)
    if _total(answered, "leavers") < 5:
        return
    held = build_design(answered, cells.controls, [*operations, *survey])
    yield "answered", answered, held.only(held.effects[len(operations) :])


def of_persona(rows: Rows, persona: str) -> Rows:
    """The cells of one persona."""
    if isinstance(rows, ManyCells):
        return rows.only("persona", persona)
    return rows[rows["persona"] == persona].reset_index(drop=True)


def count_cells(rows: Rows) -> int:
    """How many cells there are."""
    return rows.cells if isinstance(rows, ManyCells) else len(rows)


def _total(rows: Rows, column: str) -> float:
    return rows.totals(column)[0] if isinstance(rows, ManyCells) else float(rows[column].sum())


def _own_stage(cells: CustomerCells, journey: Journey) -> tuple[np.ndarray, np.ndarray]:
    """Effect of each pain point on the score of its own stage, personas together: points and se."""
    exposures = list(journey.pain_ids())
    estimate, se = np.full(len(exposures), np.nan), np.full(len(exposures), np.nan)
    for stage in {pain.stage for pain in journey.pain_points}:
        rows = cells.scores[stage]
        if _total(rows, "n") < 30:
            continue
        summary = linear_summary(rows, build_design(rows, ("persona",), exposures))
        mine = [k for k, pain in enumerate(journey.pain_points) if pain.stage == stage]
        estimate[mine], se[mine] = summary.mean[mine], summary.se()[mine]
    return estimate, se
