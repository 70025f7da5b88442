"""The whole flow, from a study to its pages. Read this first."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from impact.approval import Approval
from impact.cells import Cells
from impact.check_outcome import CheckOutcome, check_outcome
from impact.checks import Check
from impact.choosing import find_choice
from impact.doubting import doubt
from impact.intake import Intake
from impact.opening import Delivery, inspect_whole, open_to_decide
from impact.planning import plan_ahead
from impact.recording import beside_records
from impact.refresh import with_refresh
from models.inference import Engine
from models.lifetime.measure import lifetime_checks, measure_lifetimes
from reports.deliver import deliver, refuse_foreign
from reports.findings import Findings
from reports.make_edition import make_edition
from scenarios.limit_faults import limit_checks

if TYPE_CHECKING:
    import pandas as pd

    from impact.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a run is asked beside its study. `out` defaults to `out/` beside the study file.

    `since` names the earlier forecast that the change is explained from.
    """

    out: Path | None = None
    engine: Engine = "quick"
    seed: int | None = None
    overrides: tuple[str, ...] = ()
    since: str | None = None


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


def run_study(path: Path, options: RunOptions, progress: Progress) -> RunOutcome:
    """The whole study: taken in, estimated, decided, delivered.

    Raises:
        InputError: bad input; nothing is written.
    """
    started = time.monotonic()
    opened = open_to_decide(path, options, Delivery(folder="", refuse=refuse_foreign), progress)
    found = find(opened.intake, opened.cells, progress, opened.approvals, options.engine)
    found = beside_records(found, opened.approvals, opened.records)
    if opened.earlier is not None:
        with progress.stage("Explaining what changed"):
            found = with_refresh(found, opened.intake, opened.earlier)
    with progress.stage("Writing pages"):
        edition = make_edition(found)
        files = deliver(edition, found, opened.intake, opened.place)
    return RunOutcome(
        out=opened.place,
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
    """Everything a run finds: decision and plan, what speaks against it, and how long customers stay."""
    found = find_choice(intake, cells, progress, approvals, engine)
    with progress.stage("Planning by quarter"):
        found = plan_ahead(intake, found)
    with progress.stage("Asking what it rests on"):
        doubted = doubt(intake, cells, found)
    with progress.stage("Following customers"):
        base = found.estimates.base if found.estimates else None
        lifetimes = measure_lifetimes(cells, intake.study, base)
    return replace(
        found,
        checks=(*found.checks, *doubted.checks, *lifetime_checks(lifetimes)),
        lifetimes=lifetimes,
        gates=doubted.gates,
        segments=doubted.segments,
        against=doubted.against,
        across=doubted.across,
    )


def decision_rows(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The ranked initiatives as the command shows them, best first."""
    columns = ["rank", "initiative", "name", "cost", "npv_p05", "npv", "npv_p95", "p_npv_positive", "chosen", "verdict"]
    ranked = tables["initiatives"].sort_values("rank")
    chosen = tables["portfolio"][["initiative", "chosen"]]
    return ranked.merge(chosen, on="initiative", how="left").reindex(columns=columns)
