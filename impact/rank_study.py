"""The choice alone: a study read, estimated and decided; nothing is asked of what it rests on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from impact.checks import Check
from impact.choosing import find_choice
from impact.opening import Delivery, open_to_decide
from impact.run import RunOptions, decision_rows
from reports.make_edition import make_edition
from reports.part import refuse_other
from reports.ranking_page import NOT_ASKED, RANKING, deliver_ranking, ranking_tables

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
    opened = open_to_decide(path, options, Delivery(folder=FOLDER, refuse=partial(refuse_other, RANKING)), progress)
    found = find_choice(opened.intake, opened.cells, progress, opened.approvals, options.engine)
    with progress.stage("Writing pages"):
        edition = make_edition(found)
        files = deliver_ranking(edition, found, opened.place)
    return RankOutcome(
        out=opened.place,
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
