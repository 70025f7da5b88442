"""The regressions of a study of customers: leaving, and the money of those who stay."""

from __future__ import annotations

from dataclasses import replace

from impact.cells import CustomerCells
from impact.journey import Journey
from models.calibration.leaving import calibrate_leaving
from models.calibration.slopes import Calibration
from models.calibration.spend import spend_slopes


def calibrate_customers(cells: CustomerCells, journey: Journey, reliability: float = 1.0) -> Calibration:
    """Leaving and spend on the scores of those who answered, graded; `reliability` 1 is not measured."""
    leaving = calibrate_leaving(cells, journey, reliability)
    spend, checks = spend_slopes(cells, journey)
    return replace(
        leaving,
        slopes=(*leaving.slopes, *spend),
        checks=(*leaving.checks, *checks),
    )
