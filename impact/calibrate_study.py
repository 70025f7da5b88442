"""The rates alone: a study read, summarised, calibrated and certified; no pain point is estimated, nothing chosen."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from impact.approval import Approval, read_approvals
from impact.cells import Cells, SitePanel, summarise
from impact.checks import Check
from impact.coverage import measure_coverage
from impact.errors import TooThinError
from impact.intake import Intake, take_in
from models.certificate_issue import Beside, certificate_checks, issue_certificates, terms_of
from models.checks import require_enough, thin_check, unit_checks
from models.history import history_checks
from models.planning import planning_checks, stand
from models.rated import rate
from reports.calibration import Rates, deliver_rates, refuse_other
from reports.rate_page import NOT_SAMPLED

if TYPE_CHECKING:
    import pandas as pd

    from impact.progress import Progress

FOLDER = "calibration"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateOutcome:
    """What a calibration leaves: where, whether it may be used, the certificates, and what was checked."""

    out: Path
    fit: bool
    certificates: pd.DataFrame
    notes: tuple[str, ...]
    checks: tuple[Check, ...]
    files: tuple[Path, ...]
    seconds: float


def calibrate_study(path: Path, out: Path | None, overrides: tuple[str, ...], progress: Progress) -> CalibrateOutcome:
    """The rates of a study, written to `out`, by default to `calibration/` in the study's output folder.

    Approvals are read from the folder they stand in: `out`, or that output folder.

    Raises:
        InputError: bad input; nothing is written.
    """
    started = time.monotonic()
    with progress.stage("Reading and checking"):
        intake = take_in(path, overrides)
        runs = out or intake.study.folder / "out"
        place = out or runs / FOLDER
        refuse_other(place)
        approvals = read_approvals(runs)
    with progress.stage("Summarising in the data engine"):
        cells = summarise(intake.source, intake.case.journey, intake.study)
    with progress.stage("Calibrating"):
        rates = find_rates(intake, cells, approvals)
    with progress.stage("Writing pages"):
        files = deliver_rates(rates, place)
    return CalibrateOutcome(
        out=place,
        fit=rates.fit,
        certificates=rates.tables()["certificate"],
        notes=(*rates.notices(), NOT_SAMPLED),
        checks=rates.checks,
        files=files,
        seconds=time.monotonic() - started,
    )


def find_rates(intake: Intake, cells: Cells, approvals: tuple[Approval, ...]) -> Rates:
    """Every rate with its certificate and where it stands; none, with a check that says why, from too thin data."""
    study, journey = intake.study, intake.case.journey
    few = unit_checks(cells)
    checks = (*intake.checks, *few, *history_checks(cells, study))
    blank = Rates(study=study, journey=journey, sites=isinstance(cells, SitePanel), checks=checks)
    if few:
        return blank
    try:
        require_enough(cells)
    except TooThinError as thin:
        return blank.checked((*checks, thin_check(thin)))
    rated = rate(cells, journey, study, measure_coverage(intake.source, journey, study))
    beside = Beside(evidence=intake.case.plan.evidence, doubts=rated.doubts, posterior=None, score_sd=float("nan"))
    certified = issue_certificates(cells, rated.calibration, study, terms_of(cells, study), beside)
    plans = stand(certified, approvals, study)
    more = (*rated.checks, *certificate_checks(certified), *planning_checks(plans))
    return Rates(
        study=study,
        journey=journey,
        sites=blank.sites,
        checks=(*checks, *more),
        calibration=rated.calibration,
        drivers=rated.drivers,
        certified=certified,
        plans=plans,
    )
