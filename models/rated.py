"""Every rate of a study as measured and doubted: what both a whole run and a calibration alone begin with."""

from __future__ import annotations

from dataclasses import dataclass

from impact.cells import Cells
from impact.checks import Check
from impact.coverage import JourneyCoverage
from impact.journey import Journey
from impact.rng import stream
from impact.study import Study
from models.calibration.calibrate import calibrate
from models.calibration.near import near_checks
from models.calibration.slopes import Calibration
from models.checks import calibration_checks
from models.drivers import Drivers, find_drivers
from models.drivers_checks import driver_checks, rise_checks
from models.reduce import reduce_cells
from models.reduced import ReducedForms
from models.sensitivity.answers import Doubt
from models.sensitivity.roll_up import doubt_checks, doubt_rates, groups_checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """The regressions of a study, drivers, reduced forms of pain points, doubts of every headline, and the checks."""

    calibration: Calibration
    drivers: tuple[Drivers, ...]
    forms: ReducedForms
    doubts: tuple[Doubt, ...]
    checks: tuple[Check, ...]


def rate(cells: Cells, journey: Journey, study: Study, coverage: JourneyCoverage) -> Rated:
    """Every regression run, doubted, and checked; no pain point is sampled."""
    calibration = calibrate(cells, journey, study.model.reliability)
    drivers = find_drivers(cells, journey, stream(study.study.seed, "drivers"))
    forms = reduce_cells(cells, journey)
    doubts = doubt_rates(calibration, cells, journey, study, forms, coverage)
    checks = (
        *driver_checks(drivers),
        *rise_checks(calibration),
        *calibration.checks,
        *calibration_checks(calibration),
        *near_checks(cells, calibration),
        *doubt_checks(doubts),
        *groups_checks(cells, journey),
    )
    return Rated(calibration=calibration, drivers=drivers, forms=forms, doubts=doubts, checks=checks)
