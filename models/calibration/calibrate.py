"""Every regression of a study, graded."""

from __future__ import annotations

from impact.cells import Cells, SitePanel
from impact.journey import Journey
from models.calibration.customers import calibrate_customers
from models.calibration.sites import calibrate_sites
from models.calibration.slopes import Calibration


def calibrate(cells: Cells, journey: Journey, reliability: float = 1.0) -> Calibration:
    """The regressions of a study, graded; `reliability` of the score as measured, 1 where it was not."""
    if isinstance(cells, SitePanel):
        return calibrate_sites(cells, journey)
    return calibrate_customers(cells, journey, reliability)
