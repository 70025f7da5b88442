"""A study opened for a trial of its estimates: taken in, summarised, and with enough to estimate from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from impact.cells import Cells, summarise
from impact.errors import TooThinError
from impact.intake import Intake, take_in
from models.checks import require_enough, unit_checks

if TYPE_CHECKING:
    from impact.progress import Progress


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
