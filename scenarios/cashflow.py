"""When an initiative is paid, when it is live, how far its fix has ramped up: all by ledger period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.initiative import CostRow, Initiative
from scenarios.booked import rows_to_come


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Future periods of a study: `first` is the ordinal of the first one after `as_of`.

    `cost` and `effect` `(period,)` are factors of whatever is paid, and of the share of any fix at work, in each
    period; None where they are 1.
    """

    first: int
    periods: int
    periods_a_year: int
    cost: np.ndarray | None = None
    effect: np.ndarray | None = None

    @property
    def steps_a_quarter(self) -> int:
        """Steps are the finer of quarters and periods: months of a quarter in a monthly ledger."""
        return 3 if self.periods_a_year == 12 else 1

    @property
    def steps_a_period(self) -> int:
        """Quarters of a year in a yearly ledger, else 1."""
        return 4 if self.periods_a_year == 1 else 1

    @property
    def steps(self) -> int:
        """Steps of the horizon."""
        return self.periods * self.steps_a_period

    @property
    def quarters(self) -> int:
        """Quarters of the horizon, one that is begun included."""
        return -(-self.steps // self.steps_a_quarter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of an initiative: `late` `(draw,)` quarters behind its plan, `delivered` `(draw,)` 0 or 1.

    None where it is certain: on time, delivered.
    """

    late: np.ndarray | None = None
    delivered: np.ndarray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One initiative by future period.

    `start` is the place of its first period. `cost_share` `(period,)` of its one-off cost; `live` share of the fix
    at work, `quarters` it runs and `opex` in money, `(1, period)` or `(draw, period)` where its fate is uncertain;
    `capex` `(period,)` in money replaces the spread where the plan has a costs table for it; `building` `(quarter,)`
    is the share of each quarter of the horizon in which it is built. A clock that makes fixes stronger takes `live`
    above 1.
    """

    start: int
    cost_share: np.ndarray
    live: np.ndarray
    quarters: np.ndarray
    capex: np.ndarray
    opex: np.ndarray
    building: np.ndarray


def planned_start(item: Initiative, clock: Clock) -> int:
    """Place of the period in which the plan lets it start: its start, else its earliest, else the first."""
    return max(item.start or item.earliest or clock.first, clock.first) - clock.first


def schedule(
    item: Initiative, costs: tuple[CostRow, ...], clock: Clock, start: int | None = None, fate: Fate | None = None
) -> Schedule:
    """The schedule of an initiative from its planned start, or from the place `start` of another period.

    Cost is spread evenly over the duration; the fix is live from its last period of building, ramps in equal steps
    and wears off by its decay. What is late goes live later and is paid as planned; what is not delivered is paid
    once and never runs. Rows of the costs table replace the spread and move with the start; their running cost from
    the planned go-live on is paid as far as the initiative runs.
    """
    fate = fate or Fate()
    planned = planned_start(item, clock)
    start = planned if start is None else start
    first = start * clock.steps_a_period
    length = max(item.duration * clock.steps_a_quarter, 1)
    place = np.arange(clock.steps)
    built = ((place >= first) & (place < first + length)).astype(float)
    share = built.reshape(clock.periods, -1).sum(axis=1) / length
    live, running = _at_work(item, clock, place - (first + length - 1), fate)
    quarters = running.reshape(len(running), clock.periods, -1).sum(axis=2) / clock.steps_a_quarter
    capex, opex = np.zeros(clock.periods), item.run_cost * quarters
    rows = rows_to_come([row for row in costs if row.initiative == item.initiative], clock.first)
    if rows:
        on_time = schedule(item, (), clock, start).quarters
        capex, opex = _of_rows(rows, clock, max(start - planned, 0))
        share, opex = np.zeros(clock.periods), opex * _still_run(quarters, on_time)
    at_work = live.reshape(len(live), clock.periods, -1).mean(axis=2)
    paid = np.ones(clock.periods) if clock.cost is None else clock.cost
    return Schedule(
        start=start,
        cost_share=share * paid,
        live=at_work if clock.effect is None else at_work * clock.effect,
        quarters=quarters,
        capex=capex * paid,
        opex=opex * paid,
        building=_by_quarter(built, clock),
    )


def _of_rows(rows: Sequence[CostRow], clock: Clock, later: int) -> tuple[np.ndarray, np.ndarray]:
    """Capex and opex of rows, `(period,)` each, moved by as many periods."""
    capex, opex = np.zeros(clock.periods), np.zeros(clock.periods)
    for row in rows:
        place = row.period - clock.first + later
        if place < clock.periods:
            capex[place] += row.capex
            opex[place] += row.opex
    return capex, opex


def _still_run(quarters: np.ndarray, on_time: np.ndarray) -> np.ndarray:
    """Share of what would run on time that does run `(1 or draw, period)`; all of it before go-live."""
    planned = np.broadcast_to(on_time, quarters.shape)
    return np.asarray(np.divide(quarters, planned, out=np.ones(quarters.shape), where=planned > 0))


def _at_work(item: Initiative, clock: Clock, since: np.ndarray, fate: Fate) -> tuple[np.ndarray, np.ndarray]:
    """Share of the fix at work and whether it runs, `(1 or draw, step)`; `since` `(step,)` counts from go-live."""
    late = np.zeros(1) if fate.late is None else fate.late * clock.steps_a_quarter
    since = since - late[:, None]
    ramp = np.clip((since + 1) / (item.ramp * clock.steps_a_quarter + 1), 0, 1)
    kept = (1 - item.decay) ** (np.maximum(since, 0) / (4 * clock.steps_a_quarter))
    running = np.clip(since + 1, 0, 1)
    delivered = np.ones(1) if fate.delivered is None else fate.delivered
    return ramp * kept * delivered[:, None], running * delivered[:, None]


def _by_quarter(built: np.ndarray, clock: Clock) -> np.ndarray:
    whole = np.zeros(clock.quarters * clock.steps_a_quarter)
    whole[: len(built)] = built
    return np.asarray(whole.reshape(clock.quarters, -1).mean(axis=1))
