"""Scenarios one after another on the same draws, each summed up before the next is walked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.shocks import Shocks
from scenarios.quarters import IDLE, NO_STAGES, QuarterPlan, StageMoves, Walk, plan_along, walk
from scenarios.scenario import World
from scenarios.shaken import shaken

RANGE = (0.05, 0.5, 0.95)
LAST = ("customers", "cumulative_npv")
SUMMED = ("revenue", "margin", "cash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Mean and 5th, 50th and 95th percentile of draws, each `(period,)`, then a place for every fiscal year."""

    mean: np.ndarray
    p05: np.ndarray
    p50: np.ndarray
    p95: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A scenario summed up by metric, and its differences from base of paired draws; none of base itself."""

    scenario: str
    levels: Mapping[str, Figures]
    differences: Mapping[str, Figures]


def simulate(
    worlds: Sequence[World],
    members: Sequence[int],
    scores: Mapping[str, float],
    moves: StageMoves = NO_STAGES,
    years: Sequence[str] = (),
    shocks: Shocks | None = None,
) -> Iterator[Simulated]:
    """Every world with the same set of initiatives, base first; after it, base with nothing funded.

    Args:
        worlds: base, then scenarios; their draws are joint.
        members: places of what is funded, in every world.
        scores: today's, in points: `overall`, and by stage.
        moves: what moves the stages.
        years: the fiscal year of each period; none for no years.
        shocks: what strays by period, alike in every world; None for nothing.
    """

    def as_booked(world: World, walked: Walk) -> QuarterPlan:
        return shaken(plan_along(world, walked, scores), world.case.base, shocks)

    base = worlds[0]
    funded = walk(base.case, members, moves).remembered()
    against = as_booked(base, funded)
    yield _summed_up(against, None, years)
    yield _summed_up(as_booked(replace(base, name=IDLE), walk(base.case, (), moves)), against, years)
    for world in worlds[1:]:
        yield _summed_up(as_booked(world, walk(world.case, members, moves, funded)), against, years)


def _summed_up(plan: QuarterPlan, base: QuarterPlan | None, years: Sequence[str]) -> Simulated:
    levels, differences = {}, {}
    for metric, draws in plan.metrics.items():
        mine = with_years(metric, draws, years)
        levels[metric] = figures(mine)
        if base is not None:
            differences[metric] = figures(mine - with_years(metric, base.metrics[metric], years))
    return Simulated(scenario=plan.scenario, levels=levels, differences=differences)


def with_years(metric: str, draws: np.ndarray, years: Sequence[str]) -> np.ndarray:
    """Draws by period `(draw, period)`, then by fiscal year.

    Money is summed over the periods of a year, customers and cumulative value stand at its end, retention compounds
    over it, scores are its mean.
    """
    if not len(years):
        return draws
    out = [draws]
    for year in dict.fromkeys(years):
        mine = draws[:, [one == year for one in years]]
        if metric in LAST:
            out.append(mine[:, -1:])
        elif metric in SUMMED:
            out.append(mine.sum(axis=1, keepdims=True))
        elif metric == "retention":
            out.append(mine.prod(axis=1, keepdims=True))
        else:
            out.append(mine.mean(axis=1, keepdims=True))
    return np.concatenate(out, axis=1)


def figures(draws: np.ndarray) -> Figures:
    """Mean and percentiles over the draws of `(draw, place)`, as numpy's linear percentiles are."""
    ordered = np.sort(np.ascontiguousarray(draws.T), axis=1)
    ends = []
    for share in RANGE:
        place = share * (ordered.shape[1] - 1)
        below = int(place)
        above = min(below + 1, ordered.shape[1] - 1)
        ends.append(ordered[:, below] + (place - below) * (ordered[:, above] - ordered[:, below]))
    return Figures(mean=draws.mean(axis=0), p05=ends[0], p50=ends[1], p95=ends[2])
