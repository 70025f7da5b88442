"""Values by segment: who gains from each pain point, stage, initiative and the portfolio, on the same joint draws.

Of the journey alone: what an initiative costs, saves in service, and brings by its plan belongs to no segment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from impact.cells import Cells
from impact.journey import Journey
from impact.study import Study
from models.concentration import Concentration, find_concentration
from models.segments import (
    Breakdown,
    Meter,
    PerWorth,
    base_worth,
    find_breakdowns,
    make_meter,
    pain_points_per_worth,
)
from models.value import moves_of
from scenarios.decision import Decision
from scenarios.effect import joint_course
from scenarios.worth import Case

NIL = 1e-9  # of the sum of the segments' sizes: a total below it is nil but for rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentLine:
    """What one thing is worth in one segment: mean and percentiles of the draws, and the share of the total's mean.

    `kind` is base, pain_point, stage, initiative or portfolio. `share` is NaN where the total is nil.
    """

    column: str
    segment: str
    customers: float
    kind: str
    id: str
    value: float
    p05: float
    p50: float
    p95: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """Every value by the segments of every column, and the customers that carry most of each."""

    lines: tuple[SegmentLine, ...]
    concentration: Concentration


def find_segments(decision: Decision, cells: Cells, journey: Journey, study: Study) -> Segments:
    """The values of pain points, stages, initiatives and the chosen portfolio by segment and largest customer."""
    case = decision.case
    breakdowns = find_breakdowns(cells, study, case.base)
    lines: list[SegmentLine] = []
    per_worth = {}
    for one in values_per_worth(decision, journey):
        per_worth[one.kind, one.id] = one.draws.mean(axis=0)
        lines += [line for breakdown in breakdowns for line in segment_lines(one, breakdown, base_worth(case.base))]
    return Segments(lines=tuple(lines), concentration=find_concentration(cells, study, case.base, per_worth))


def values_per_worth(decision: Decision, journey: Journey) -> Iterator[PerWorth]:
    """The base, every pain point and stage, every initiative on its own, and what is chosen."""
    case = decision.case
    meter = make_meter(case.base, case.today)
    yield from pain_points_per_worth(meter, journey)
    alone = [
        (("initiative", offer.item.initiative), [i])
        for i, offer in enumerate(case.offers)
        if offer.kind == "initiative"
    ]
    if decision.portfolio is not None and decision.portfolio.chosen.any():
        alone.append((("portfolio", ""), [int(i) for i in np.flatnonzero(decision.portfolio.chosen)]))
    ongoing = _set_per_worth(meter, case, ()) if case.ongoing else 0.0
    for (kind, name), members in alone:
        yield PerWorth(kind=kind, id=name, draws=_set_per_worth(meter, case, members) - ongoing)


def _set_per_worth(meter: Meter, case: Case, members: Sequence[int]) -> np.ndarray:
    """What a set of initiatives brings together with what is ongoing, per unit of a cell's money `(draw, cell)`."""
    pains, offers = len(case.posterior.pain_points), [case.offers[i] for i in members]
    course = joint_course(offers, case.posterior.draws, pains, case.periods, case.ongoing)
    return meter.read(course.at, moves_of(case.base, case.today, course))


def segment_lines(one: PerWorth, breakdown: Breakdown, worth: np.ndarray) -> list[SegmentLine]:
    """A line a segment of one column; `worth` `(cell,)` is the whole base's."""
    draws = one.by_segment(breakdown)
    value, total = draws.mean(axis=0), float((one.draws @ worth).mean())
    p05, p50, p95 = np.percentile(draws, [5, 50, 95], axis=0)
    nil = abs(total) <= NIL * float(np.abs(value).sum())
    return [
        SegmentLine(
            column=breakdown.column,
            segment=segment,
            customers=float(breakdown.customers[s]),
            kind=one.kind,
            id=one.id,
            value=float(value[s]),
            p05=float(p05[s]),
            p50=float(p50[s]),
            p95=float(p95[s]),
            share=float("nan") if nil else float(value[s]) / total,
        )
        for s, segment in enumerate(breakdown.segments)
    ]
