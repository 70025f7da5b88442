"""The plan by quarter and fiscal year: base with what is chosen, without it, and every scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.shocks import Shocks
from scenarios.quarters import IDLE, QuarterPlan, StageMoves, plan_quarters
from scenarios.scenario import World
from scenarios.shaken import shaken
from scenarios.simulate import Simulated, simulate


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Every scenario summed up, base first and base with nothing funded second.

    `years` is the fiscal year of each period. `draws` are those of the first two.
    """

    simulated: tuple[Simulated, ...]
    years: tuple[str, ...]
    draws: tuple[QuarterPlan, QuarterPlan]

    def names(self) -> tuple[str, ...]:
        """The scenarios beside the two of base, in order."""
        return tuple(one.scenario for one in self.simulated[2:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What scores stand at today, in points: `now` of overall and of stages, and what `moves` the stages.

    `shocks` are what strays from any plan by period; None leaves the ranges to what is not known of effects.
    """

    now: Mapping[str, float]
    moves: StageMoves
    shocks: Shocks | None = None


def plan_worlds(worlds: Sequence[World], members: Sequence[int], standing: Standing, years: Sequence[str]) -> Planned:
    """The plan of worlds, base first, with the same initiatives in each.

    Args:
        worlds: base, then scenarios.
        members: places of what is funded.
        standing: scores today.
        years: the fiscal year of each period.
    """
    base, idle = worlds[0], replace(worlds[0], name=IDLE)
    return Planned(
        simulated=tuple(simulate(worlds, members, standing.now, standing.moves, years, standing.shocks)),
        years=tuple(years),
        draws=(
            shaken(plan_quarters(base, members, standing.now, standing.moves), base.case.base, standing.shocks),
            shaken(plan_quarters(idle, (), standing.now, standing.moves), base.case.base, standing.shocks),
        ),
    )
