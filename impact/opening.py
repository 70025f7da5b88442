"""A study opened: taken in and summarised, to be decided and delivered, or for a trial of its estimates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from impact.approval import Approval, read_approvals
from impact.cells import Cells, summarise
from impact.errors import TooThinError
from impact.intake import Inspection, Intake, inspect_study, take_in
from impact.record import Record, read_own_records
from impact.recorded_plan import Earlier, read_earlier
from models.checks import require_enough, unit_checks
from scenarios.limit_faults import limit_findings

if TYPE_CHECKING:
    from impact.progress import Progress
    from impact.run import RunOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A study ready to be decided: what was taken in, its cells, where to write, and what stands there already.

    `approvals` and the `records` of what was approved; `earlier` is the forecast that the change is explained from.
    """

    intake: Intake
    cells: Cells
    place: Path
    approvals: tuple[Approval, ...]
    records: tuple[Record, ...] = ()
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is to be delivered: its `folder` in the study's output folder, empty for that itself.

    `refuse` raises where something else is in its place; `ask` raises where the study cannot give what is asked.
    """

    folder: str
    refuse: Callable[[Path], None]
    ask: Callable[[Intake], object] = lambda intake: None


def inspect_whole(path: Path, overrides: tuple[str, ...]) -> Inspection:
    """The study as far as it can be read, with every fault of its files and of its plan beside its limits."""
    found = inspect_study(path, overrides)
    if found.study is None or found.case is None or any(one.code.startswith("S") for one in found.findings):
        return found
    return replace(found, findings=(*found.findings, *limit_findings(found.study, found.case.plan)))


def open_to_decide(path: Path, options: RunOptions, delivery: Delivery, progress: Progress) -> Opened:
    """A study's intake and cells, written nowhere yet.

    Approvals are read from the folder they stand in: `options.out`, or the study's output folder.

    Raises:
        InputError: bad input, or the place to write is taken.
    """
    seed = () if options.seed is None else (f"study.seed={options.seed}",)
    with progress.stage("Reading and checking"):
        intake = inspect_whole(path, (*options.overrides, *seed)).taken_in()
        delivery.ask(intake)
        runs = options.out or intake.study.folder / "out"
        place = options.out or runs / delivery.folder
        delivery.refuse(place)
        approvals = read_approvals(runs)
        records = read_own_records(runs, intake.study.study.name, intake.study.study.currency)
        earlier = read_earlier(options.since, runs, intake.study) if options.since else None
    with progress.stage("Summarising in the data engine"):
        cells = summarise(intake.source, intake.case.journey, intake.study)
    return Opened(intake=intake, cells=cells, place=place, approvals=approvals, records=records, earlier=earlier)


def open_study(path: Path, overrides: tuple[str, ...], seed: int | None, progress: Progress) -> tuple[Intake, Cells]:
    """A study's intake and cells; `seed` replaces its own.

    Raises:
        InputError: bad input.
        TooThinError: the data carry no answer, so that there is nothing to try.
    """
    with progress.stage("Reading and checking"):
        intake = take_in(path, overrides if seed is None else (*overrides, f"study.seed={seed}"))
    with progress.stage("Summarising in the data engine"):
        cells = summarise(intake.source, intake.case.journey, intake.study)
    for few in unit_checks(cells):
        raise TooThinError(few.code, few.text, few.remedy)
    require_enough(cells)
    return intake, cells
