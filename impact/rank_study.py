"""The choice alone: a study read, estimated and decided; nothing is asked of what it rests on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from impact.approval import read_approvals
from impact.cells import summarise
from impact.checks import Check
from impact.choosing import find_choice
from impact.run import RunOptions, decision_rows, inspect_whole
from reports.make_edition import make_edition
from reports.ranking_page import NOT_ASKED, deliver_ranking, ranking_tables, refuse_not_ranking

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
