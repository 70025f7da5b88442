"""The regressions of a study whose customers may leave."""

from __future__ import annotations

from impact.cells import CustomerCells
from impact.journey import Journey
from models.calibration.leaving import hazard_slope
from models.calibration.placebo import as_headline
from models.calibration.slopes import Calibration, Slope
from models.calibration.spend import spend_slopes


def calibrate_customers(cells: CustomerCells, journey: Journey) -> Calibration:
    """Leaving and spend on the scores of those who answered, graded."""
    answered = cells.certified
    slopes: list[Slope] = []
    if answered["leavers"].sum() >= 20:
        slopes.append(as_headline(hazard_slope(answered, ("persona", *cells.controls), "hazard")))
        slopes.append(hazard_slope(answered, (), "cross_section"))
    spend, regressions, checks = spend_slopes(cells, journey)
    return Calibration(slopes=(*slopes, *spend), regressions=tuple(regressions), checks=tuple(checks))
