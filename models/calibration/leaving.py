"""Leaving: what a point of satisfaction goes with in the rate at which customers leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from impact.cells import CustomerCells
from impact.checks import Check
from impact.journey import OVERALL, Journey
from models.calibration.hazard import fit_hazard
from models.calibration.lasting import USUAL_RELIABILITY, leaving_gap
from models.calibration.leaving_checks import gap_checks, link_checks, no_rate, rows_checks
from models.calibration.links import choose_link
from models.calibration.overlap import Rows, overlapping
from models.calibration.pooling import partly_pooled
from models.calibration.slopes import Calibration, LinkChoice, Method, Regression, Slope

LEAST_LEAVERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Cells of leaving by one score: the column it stands in, and the term it is called."""

    cells: pd.DataFrame
    column: str
    term: str


def calibrate_leaving(cells: CustomerCells, journey: Journey, reliability: float = 1.0) -> Calibration:
    """Every slope of leaving on a score: overall and each stage alone, by persona, on change; with what is doubtful.

    A stage's slope is that of its score without the other stages': what goes with a point there, whatever else goes
    with it. Stages of one visit share the mood of the visit, so their slopes are not to be added. `reliability` of
    the overall score says what of a gap is noise; at 1, not measured, the usual ones are allowed for.
    """
    names = {stage.stage: stage.name for stage in journey.stages} | {OVERALL: "Overall score"}
    scored = [Scored(cells=cells.certified, column="overall", term=OVERALL)]
    scored += [
        Scored(cells=cells.certified_stages[stage], column="score", term=stage)
        for stage in journey.stage_ids()
        if stage in cells.certified_stages
    ]
    slopes: list[Slope] = []
    regressions: list[Regression] = []
    checks: list[Check] = []
    links: list[LinkChoice] = []
    for one in scored:
        if one.cells.empty:
            continue
        rows, found = hazard_regression(one, cells.controls)
        checks += rows_checks(rows, one.cells, names[one.term], cells.controls)
        if isinstance(found, str):
            checks.append(no_rate(names[one.term], found))
            continue
        regressions.append(found)
        slopes.append(found.slope)
        links.append(choose_link(found, neutral_point(cells.coverage, one.term)))
    if slopes and slopes[0].term == OVERALL:
        slopes[1:1] = _beside_overall(scored[0], cells)
        checks += link_checks(links[0])
    gap = leaving_gap(cells, (reliability, reliability) if reliability < 1 else USUAL_RELIABILITY)
    checks += gap_checks(gap)
    if gap is not None:
        slopes += [
            _of_change("within", (gap.within, gap.within_se), gap.n),
            _of_change("between", (gap.between, gap.between_se), gap.n),
        ]
    return Calibration(slopes=tuple(slopes), regressions=tuple(regressions), checks=tuple(checks), links=tuple(links))


def hazard_regression(scored: Scored, controls: Sequence[str]) -> tuple[Rows, Regression | str]:
    """The rows that say something of a score, and its headline regression or why there is none."""
    held = ("persona", *(name for name in controls if name in scored.cells))
    rows = overlapping(scored.cells, scored.column, scored.term, held)
    if rows.reason:
        return rows, rows.reason
    if rows.cells["leavers"].sum() < LEAST_LEAVERS:
        return rows, f"Fewer than {LEAST_LEAVERS} of those who scored it left."
    found = fit_hazard(rows, scored.term, "hazard")
    if found is None:
        return rows, "The steps of the regression do not come to rest."
    return rows, replace(found, slope=replace(found.slope, headline=True))


def neutral_point(coverage: pd.DataFrame, term: str) -> float | None:
    """The middle of a score's scale, which is neither good nor bad; None where its scale is not known."""
    if "scale_min" not in coverage:
        return None
    mine = coverage[coverage["stage"] == term]
    middle = float((mine["scale_min"] + mine["scale_max"]).mean()) / 2 if len(mine) else np.nan
    return middle if np.isfinite(middle) else None


def _beside_overall(scored: Scored, cells: CustomerCells) -> list[Slope]:
    """The naive slope of all who answered without controls, then those of each persona."""
    bare = pd.DataFrame({"const": 1.0, OVERALL: scored.cells["overall"].to_numpy(float)})
    naive = fit_hazard(Rows(cells=scored.cells, x=bare, left_out=0, columns=()), OVERALL, "cross_section")
    return [*([naive.slope] if naive else []), *_by_persona(scored, cells.controls)]


def _by_persona(scored: Scored, controls: Sequence[str]) -> list[Slope]:
    """Each persona's own slope, its slope drawn towards the others, and the mean of personas; where there are two."""
    own: dict[str, Slope] = {}
    for persona, mine in scored.cells.groupby("persona"):
        _, found = hazard_regression(replace(scored, cells=mine), controls)
        if isinstance(found, Regression):
            own[str(persona)] = replace(found.slope, term=f"{OVERALL}@{persona}", headline=False)
    if len(own) < 2:
        return []
    pooled = partly_pooled(np.array([s.estimate for s in own.values()]), np.array([s.se for s in own.values()]))
    everyone = sum(slope.n for slope in own.values())
    drawn = [
        replace(slope, method="pooled", estimate=float(pooled.estimate[k]), se=float(pooled.se[k]), df=np.inf)
        for k, slope in enumerate(own.values())
    ]
    mean = replace(drawn[0], term=OVERALL, estimate=pooled.mean, se=pooled.mean_se, n=everyone, units=everyone)
    return [mean, *(slope for pair in zip(own.values(), drawn, strict=True) for slope in pair)]


def _of_change(method: Method, found: tuple[float, float], n: int) -> Slope:
    return Slope(
        outcome="retention",
        term=OVERALL,
        method=method,
        estimate=found[0],
        se=found[1],
        n=n,
        units=n,
        headline=False,
        grade="within-unit" if method == "within" else "cross-section",
    )
