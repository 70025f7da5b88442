"""The benefits register: what was approved for each initiative, what it cost, what was measured, what may be booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from impact.initiative import CostRow, Initiative, Plan
from impact.record import Record, latest_of_each


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What an initiative was measured to bring, discounted over the horizon, in money: mean and 90% range."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """One line of the register, in money; None where nothing was approved, paid or measured.

    `approved_cost` is one-off cash as the approved plan states it, undiscounted, and `actual_cost` what was paid of
    it; `approved_benefit` and `measured_benefit` are discounted over the horizon. `bookable` is the lower end of the
    measured 90% range, nil where that is negative.
    """

    initiative: Initiative
    approved_cost: float | None
    actual_cost: float | None
    approved_benefit: float | None
    measured_benefit: float | None
    bookable: float | None


def benefits(plan: Plan, records: Sequence[Record], measured: Mapping[str, Measured]) -> tuple[Benefit, ...]:
    """A line an initiative, in plan order.

    What was approved is read from the latest forecast of record that chose the initiative: what is live is no longer
    among the choices of later ones.

    Args:
        plan: the plan as it is now.
        records: approved forecasts, oldest first.
        measured: by initiative.
    """
    counting = latest_of_each(records)
    return tuple(_line(item, plan.costs, counting, measured.get(item.initiative)) for item in plan.initiatives)


def _line(item: Initiative, costs: Sequence[CostRow], records: Sequence[Record], measured: Measured | None) -> Benefit:
    name = item.initiative
    record = next((one for one in reversed(records) if name in one.chosen), None)
    return Benefit(
        initiative=item,
        approved_cost=None if record is None else _approved_cost(record, name),
        actual_cost=_paid(item, costs),
        approved_benefit=None if record is None else approved_benefit(record, name),
        measured_benefit=None if measured is None else measured.mean,
        bookable=None if measured is None else max(measured.low, 0.0),
    )


def approved_benefit(record: Record, initiative: str) -> float | None:
    """Mean discounted benefit that a forecast claimed for an initiative; None where it claimed none.

    Benefit is money from customers kept and from spend, saved service cost as far as it is cash, and what the plan
    states beside; costs are not taken off.
    """
    claims = [record.claim(f"initiative/{initiative}/benefit/{period}") for period in record.about.horizon]
    if any(one is None for one in claims):
        return None
    means = (one.mean for one in claims if one is not None)
    return float(sum(mean * factor for mean, factor in zip(means, record.about.discount, strict=True)))


def _approved_cost(record: Record, initiative: str) -> float | None:
    row = next((row for row in record.initiatives if row["initiative"] == initiative), None)
    return None if row is None or row["cost"] is None else float(row["cost"])


def _paid(item: Initiative, costs: Sequence[CostRow]) -> float | None:
    """One-off cash paid so far: the plan's own figure, else the capex of its actual rows of the costs table."""
    if item.actual_cost is not None:
        return item.actual_cost
    rows = [row.capex for row in costs if row.initiative == item.initiative and row.actual]
    return float(sum(rows)) if rows else None
