"""What finished initiatives were measured to do, in the terms in which a forecast claimed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from impact.periods import PeriodKind, period_label
from impact.record import Record, latest_of_each
from models.happened import Actual
from models.measured import MeasuredInitiative

MONEY = ("margin", "revenue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of what was forecast of an initiative was measured: mean and 90% range, 1 for all of it."""

    mean: float
    low: float
    high: float


def kept_customers(measured: Sequence[MeasuredInitiative]) -> dict[tuple[str, str, int], Actual]:
    """The share of customers an initiative was measured to keep, as `retention` of the period in which it shows last.

    Who leaves is told on the last row before; a forecast tells it of the period after. It is measured on those who got
    it; a forecast speaks of all customers, so that it counts by the share who did.
    """
    return {
        (one.initiative, "retention", shown_in(one)): Actual(
            value=-one.effect.estimate * one.reach, se=one.effect.normal_se * one.reach
        )
        for one in measured
        if one.outcome == "churn" and one.unit == "points"
    }


def shown_in(one: MeasuredInitiative) -> int:
    """The period (an ordinal) in whose figures the last measured effect shows."""
    return one.last + (one.outcome == "churn")


def share_delivered(
    measured: Sequence[MeasuredInitiative], records: Sequence[Record], kind: PeriodKind
) -> dict[str, Share]:
    """By initiative how much of its forecast was measured; none where neither leaving nor money can be compared.

    Leaving where it was measured, else money: the effect over what the latest record that chose it claimed of the
    period in which it shows last. Money is told relative to the margin that was forecast, or for a customer there. The
    effect counts by the share of customers who got it. A claim smaller than the error of the measurement tells nothing:
    noise over next to nothing would be booked over the whole horizon.
    """
    found: dict[str, Share] = {}
    counting = latest_of_each(records)
    for one in sorted(measured, key=lambda item: item.outcome != "churn"):
        record = next((r for r in reversed(counting) if one.initiative in r.chosen), None)
        if record is None or one.initiative in found:
            continue
        expected = _claimed(one, record, period_label(shown_in(one), kind))
        if expected is None or expected <= one.effect.normal_se * one.reach:
            continue
        sign = -one.reach if one.outcome == "churn" else one.reach
        low, high = sorted((sign * one.effect.low / expected, sign * one.effect.high / expected))
        found[one.initiative] = Share(mean=sign * one.effect.estimate / expected, low=low, high=high)
    return found


def _claimed(one: MeasuredInitiative, record: Record, period: str) -> float | None:
    """What a record claimed of the measured outcome in a period, in the unit of the measurement."""
    if one.outcome == "churn" and one.unit == "points":
        return _mean(record, f"initiative/{one.initiative}/retention/{period}")
    benefit = _mean(record, f"initiative/{one.initiative}/benefit/{period}")
    if one.outcome not in MONEY or benefit is None:
        return None
    over = _mean(record, f"metric/{one.outcome if one.unit == 'relative' else 'customers'}/{period}")
    return benefit / over if over else None


def _mean(record: Record, claim: str) -> float | None:
    found = record.claim(claim)
    return None if found is None else found.mean
