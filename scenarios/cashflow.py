"""When an initiative is paid, when it is live, how far its fix has ramped up: all by ledger period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.initiative import CostRow, Initiative


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Future periods of a study: `first` is the ordinal of the first one after `as_of`."""

    first: int
    periods: int
    periods_a_year: int

    @property
    def steps_a_quarter(self) -> int:
        """Steps are the finer of quarters and periods: months of a quarter in a monthly ledger."""
        return 3 if self.periods_a_year == 12 else 1

    @property
    def steps_a_period(self) -> int:
        """Quarters of a year in a yearly ledger, else 1."""
        return 4 if self.periods_a_year == 1 else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One initiative by future period `(period,)`.

    `cost_share` of its one-off cost, `live` share of the fix that has ramped up, `quarters` it runs;
    `capex` and `opex` in money replace the spread where the plan has a costs table for it.
    """

    start: int
    cost_share: np.ndarray
    live: np.ndarray
    quarters: np.ndarray
    capex: np.ndarray
    opex: np.ndarray


def schedule(item: Initiative, costs: tuple[CostRow, ...], clock: Clock) -> Schedule:
    """The schedule of an initiative that starts as the plan says, or else in the first future period.

    Cost is spread evenly over the duration; the fix is live from its last period of building and
    ramps in equal steps.
    """
    start = max(item.start or item.earliest or clock.first, clock.first) - clock.first
    steps = clock.periods * clock.steps_a_period
    first = start * clock.steps_a_period
    building = max(item.duration * clock.steps_a_quarter, 1)
    place = np.arange(steps)
    paid = ((place >= first) & (place < first + building)) / building
    since = place - (first + building - 1)
    ramp = np.clip((since + 1) / (item.ramp * clock.steps_a_quarter + 1), 0, 1)
    running = (since >= 0).astype(float)
    by_period = (clock.periods, clock.steps_a_period)
    quarters = running.reshape(by_period).sum(axis=1) / clock.steps_a_quarter
    rows = [row for row in costs if row.initiative == item.initiative and row.period >= clock.first]
    capex, opex = np.zeros(clock.periods), item.run_cost * quarters
    share = paid.reshape(by_period).sum(axis=1)
    if rows:
        share, opex = np.zeros(clock.periods), np.zeros(clock.periods)
        for row in rows:
            if row.period - clock.first < clock.periods:
                capex[row.period - clock.first] += row.capex
                opex[row.period - clock.first] += row.opex
    return Schedule(
        start=start,
        cost_share=share,
        live=ramp.reshape(by_period).mean(axis=1),
        quarters=quarters,
        capex=capex,
        opex=opex,
    )
