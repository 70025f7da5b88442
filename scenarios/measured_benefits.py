"""The measured benefit of an initiative in money: what was approved, as far as it was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from impact.record import Record, latest_of_each
from models.measured_claims import Share
from scenarios.benefits import Measured, approved_benefit


def measured_benefits(records: Sequence[Record], delivered: Mapping[str, Share]) -> dict[str, Measured]:
    """By initiative its measured benefit, discounted over the horizon: the approved one times the share delivered.

    The rest of the horizon is taken to go on as measured; what the plan states beside is scaled with it.

    Args:
        records: approved forecasts, oldest first.
        delivered: how much of its forecast was measured, by initiative.
    """
    found: dict[str, Measured] = {}
    for name, share in delivered.items():
        record = next((one for one in reversed(latest_of_each(records)) if name in one.chosen), None)
        approved = None if record is None else approved_benefit(record, name)
        if approved is not None:
            found[name] = Measured(mean=approved * share.mean, low=approved * share.low, high=approved * share.high)
    return found
