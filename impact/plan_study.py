"""The plan by quarter alone: a study read, estimated and decided, and its scenarios; nothing else is asked of it."""

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
from impact.planning import asked_scenarios, plan_ahead
from impact.run import RunOptions
from reports.make_edition import make_edition
from reports.part import part_tables, refuse_other
from reports.planning_page import PLANNING, deliver_planning

if TYPE_CHECKING:
    import pandas as pd

    from impact.progress import Progress

FOLDER = "planning"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOutcome:
    """What a plan by quarter leaves: where, whether it may be used, its tables, and what was checked.

    `asked` are the scenarios asked for by name, every one of the plan where none is.
    """

    out: Path
    fitness: Literal["fit", "not fit for use"]
    headline: str
    notices: tuple[str, ...]
    asked: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    currency: str
    checks: tuple[Check, ...]
    files: tuple[Path, ...]
    seconds: float


def plan_study(path: Path, options: RunOptions, asked: tuple[str, ...], progress: Progress) -> PlanOutcome:
    """The scenarios of a study by quarter, by default written to `planning/` in the study's output folder.

    Raises:
        InputError: bad input, an unknown scenario among it; nothing is written.
    """
    started = time.monotonic()
    delivery = Delivery(
        folder=FOLDER, refuse=partial(refuse_other, PLANNING), ask=lambda intake: asked_scenarios(intake.case, asked)
    )
    opened = open_to_decide(path, options, delivery, progress)
    found = find_choice(opened.intake, opened.cells, progress, opened.approvals, options.engine)
    with progress.stage("Planning by quarter"):
        found = plan_ahead(opened.intake, found, asked)
    with progress.stage("Writing pages"):
        edition = make_edition(found)
        files = deliver_planning(edition, found, opened.place)
    named = tuple(one.name for one in asked_scenarios(opened.intake.case, asked))
    return PlanOutcome(
        out=opened.place,
        fitness=edition.fitness,
        headline=edition.sentences[0],
        notices=(*edition.notices, PLANNING.not_asked),
        asked=named or (found.planned.names() if found.planned else ()),
        tables=part_tables(PLANNING, edition),
        currency=edition.currency,
        checks=found.checks,
        files=files,
        seconds=time.monotonic() - started,
    )
