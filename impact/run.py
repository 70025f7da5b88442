"""The whole flow, from a study to its pages. Read this first."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from impact.approval import Approval, read_approvals
from impact.cells import Cells, summarise
from impact.check_outcome import CheckOutcome, check_outcome
from impact.checks import Check
from impact.choosing import Settled, has_margin, settle
from impact.coverage import coverage_checks, measure_coverage
from impact.doubting import Doubted, doubt
from impact.errors import TooThinError
from impact.estimate import estimate
from impact.intake import Inspection, Intake, inspect_study
from models.base import bare_base
from models.checks import (
    require_enough,
    thin_check,
    unit_checks,
)
from models.history import history_checks
from models.inference import Engine
from models.lifetime.measure import lifetime_checks, measure_lifetimes
from reports.deliver import deliver, refuse_foreign
from reports.findings import Findings
from reports.make_edition import make_edition
from scenarios.limit_faults import limit_checks, limit_findings

if TYPE_CHECKING:
    import pandas as pd

    from impact.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a run is asked beside its study. `out` defaults to `out/` beside the study file."""

    out: Path | None = None
    engine: Engine = "quick"
    seed: int | None = None
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """What a run leaves: where, whether it may be used, the decision, and what was checked."""

    out: Path
    fitness: Literal["fit", "not fit for use"]
    headline: str
    notices: tuple[str, ...]
    decision: pd.DataFrame
    currency: str
    checks: tuple[Check, ...]
    files: tuple[Path, ...]
    seconds: float


def check_study(path: Path, overrides: tuple[str, ...]) -> CheckOutcome:
    """The study read and validated, nothing fitted; its faults are part of the outcome."""
    found = inspect_whole(path, overrides)
    outcome = check_outcome(found, path)
    if found.study is None or found.case is None or found.findings:
        return outcome
    return replace(outcome, checks=(*outcome.checks, *limit_checks(found.study, found.case.plan)))


def inspect_whole(path: Path, overrides: tuple[str, ...]) -> Inspection:
    """The study as far as it can be read, with every fault of its files and of its plan beside its limits."""
    found = inspect_study(path, overrides)
    if found.study is None or found.case is None or any(one.code.startswith("S") for one in found.findings):
        return found
    return replace(found, findings=(*found.findings, *limit_findings(found.study, found.case.plan)))


def run_study(path: Path, options: RunOptions, progress: Progress) -> RunOutcome:
    """The whole study: taken in, estimated, decided, delivered.

    Raises:
        InputError: bad input; nothing is written.
    """
    started = time.monotonic()
    seed = () if options.seed is None else (f"study.seed={options.seed}",)
    with progress.stage("Reading and checking"):
        intake = inspect_whole(path, (*options.overrides, *seed)).taken_in()
        out = options.out or intake.study.folder / "out"
        refuse_foreign(out)
        approvals = read_approvals(out)
    with progress.stage("Summarising in the data engine"):
        cells = summarise(intake.source, intake.case.journey, intake.study)
    found = find(intake, cells, progress, approvals, options.engine)
    with progress.stage("Writing pages"):
        edition = make_edition(found)
        files = deliver(edition, found, intake, out)
    return RunOutcome(
        out=out,
        fitness=edition.fitness,
        headline=edition.sentences[0],
        notices=edition.notices,
        decision=decision_rows(edition.tables),
        currency=edition.currency,
        checks=found.checks,
        files=files,
        seconds=time.monotonic() - started,
    )


def find(
    intake: Intake,
    cells: Cells,
    progress: Progress,
    approvals: tuple[Approval, ...] = (),
    engine: Engine = "quick",
) -> Findings:
    """Everything a run finds; `approvals` are those that stand in its output folder, `engine` draws the posterior.

    Too few units leave estimates and decision out, with a review; too thin data do, with a failed check.
    """
    study, journey = intake.study, intake.case.journey
    with progress.stage("Measuring coverage"):
        coverage = measure_coverage(intake.source, journey, study)
    too_few = unit_checks(cells)
    estimates, settled, doubted = None, Settled(), Doubted()
    checks = (*intake.checks, *limit_checks(study, intake.case.plan), *coverage_checks(coverage), *too_few)
    checks = (*checks, *history_checks(cells, study))
    try:
        if not too_few:
            require_enough(cells)
            estimates, more = estimate(intake, cells, coverage, progress, approvals, engine)
            with progress.stage("Valuing, ranking, choosing"):
                settled = settle(intake, cells, estimates)
            with progress.stage("Asking what it rests on"):
                doubted = doubt(intake, cells, estimates, settled.decision) if settled.decision else doubted
            checks = (*checks, *more, *settled.checks, *doubted.checks)
    except TooThinError as thin:
        checks = (*checks, thin_check(thin))
    with progress.stage("Following customers"):
        lifetimes = measure_lifetimes(cells, study, estimates.base if estimates else None)
    checks = (*checks, *lifetime_checks(lifetimes))
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
        lifetimes=lifetimes,
        gates=doubted.gates,
        comparison=settled.comparison,
        explained=settled.explained,
        segments=doubted.segments,
        against=doubted.against,
    )


def decision_rows(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The ranked initiatives as the command shows them, best first."""
    columns = ["rank", "initiative", "name", "cost", "npv_p05", "npv", "npv_p95", "p_npv_positive", "chosen", "verdict"]
    ranked = tables["initiatives"].sort_values("rank")
    chosen = tables["portfolio"][["initiative", "chosen"]]
    return ranked.merge(chosen, on="initiative", how="left").reindex(columns=columns)
