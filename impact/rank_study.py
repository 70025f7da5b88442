"""The choice alone: a study read, estimated and decided; nothing is asked of what it rests on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from impact.approval import Approval, read_approvals
from impact.cells import Cells, summarise
from impact.checks import Check
from impact.choosing import Settled, has_margin, settle
from impact.coverage import coverage_checks, measure_coverage
from impact.errors import TooThinError
from impact.estimate import estimate
from impact.intake import Intake
from impact.run import RunOptions, decision_rows, inspect_whole
from models.base import bare_base
from models.checks import require_enough, thin_check, unit_checks
from models.history import history_checks
from models.inference import Engine
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.ranking_page import NOT_ASKED, deliver_ranking, ranking_tables, refuse_not_ranking
from scenarios.limit_faults import limit_checks

if TYPE_CHECKING:
    import pandas as pd

    from impact.progress import Progress

FOLDER = "ranking"


@dataclass(frozen=True, slots=True, kw_only=True)
class RankOutcome:
    """What a ranking leaves: where, whether it may be used, the choice and its tables, and what was checked."""

    out: Path
    fitness: Literal["fit", "not fit for use"]
    headline: str
    notices: tuple[str, ...]
    decision: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    currency: str
    checks: tuple[Check, ...]
    files: tuple[Path, ...]
    seconds: float


def rank_study(path: Path, options: RunOptions, progress: Progress) -> RankOutcome:
    """The ranking and the choice of a study, by default written to `ranking/` in the study's output folder.

    Approvals are read from the folder they stand in: `out`, or that output folder.

    Raises:
        InputError: bad input; nothing is written.
    """
    started = time.monotonic()
    seed = () if options.seed is None else (f"study.seed={options.seed}",)
    with progress.stage("Reading and checking"):
        intake = inspect_whole(path, (*options.overrides, *seed)).taken_in()
        runs = options.out or intake.study.folder / "out"
        place = options.out or runs / FOLDER
        refuse_not_ranking(place)
        approvals = read_approvals(runs)
    with progress.stage("Summarising in the data engine"):
        cells = summarise(intake.source, intake.case.journey, intake.study)
    found = find_choice(intake, cells, progress, approvals, options.engine)
    with progress.stage("Writing pages"):
        edition = make_edition(found)
        files = deliver_ranking(edition, found, place)
    return RankOutcome(
        out=place,
        fitness=edition.fitness,
        headline=edition.sentences[0],
        notices=(*edition.notices, NOT_ASKED),
        decision=decision_rows(edition.tables),
        tables=ranking_tables(edition),
        currency=edition.currency,
        checks=found.checks,
        files=files,
        seconds=time.monotonic() - started,
    )


def find_choice(
    intake: Intake,
    cells: Cells,
    progress: Progress,
    approvals: tuple[Approval, ...] = (),
    engine: Engine = "quick",
) -> Findings:
    """Estimates and decision; neither, with a check that says why, from too few units or too thin data."""
    study, journey = intake.study, intake.case.journey
    with progress.stage("Measuring coverage"):
        coverage = measure_coverage(intake.source, journey, study)
    few = unit_checks(cells)
    checks = (*intake.checks, *limit_checks(study, intake.case.plan), *coverage_checks(coverage), *few)
    checks = (*checks, *history_checks(cells, study))
    estimates, settled = None, Settled()
    try:
        if not few:
            require_enough(cells)
            estimates, more = estimate(intake, cells, coverage, progress, approvals, engine)
            with progress.stage("Valuing, ranking, choosing"):
                settled = settle(intake, cells, estimates)
            checks = (*checks, *more, *settled.checks)
    except TooThinError as thin:
        checks = (*checks, thin_check(thin))
    return Findings(
        study=study,
        journey=journey,
        plan=intake.case.plan,
        cells=cells,
        coverage=coverage,
        estimates=estimates,
        decision=settled.decision,
        bare_base=bare_base(cells, study),
        checks=checks,
        has_margin=has_margin(cells, study),
        rows=intake.source.rows,
        reconciliation=intake.report.reconciliation,
        walks=settled.walks,
        comparison=settled.comparison,
        explained=settled.explained,
    )
