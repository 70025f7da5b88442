"""A whole run of the starter study without its sampler: the posterior is drawn from the reduced forms.

What the sampler does has tests of its own; what comes before and after it is tested on this.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from impact import run
from impact.cells import summarise
from impact.intake import Intake, take_in
from impact.progress import SilentProgress
from impact.rng import stream
from impact.starter import write_starter
from models.inference import Fit, SamplerSettings
from models.reduced import GaussianSummary, ReducedForms
from models.uplift import PSI, Credibility, UpliftPosterior, draw_credibility
from reports.findings import Findings

DRAWS = 400
SCORE_SD, LEAVING_SD, SPEND_SD = 0.3, 0.3, 0.03


def quick_uplift(
    forms: ReducedForms,
    signs: np.ndarray,
    credibility: Credibility,
    seed: int,
    settings: SamplerSettings,
    tell: Callable[[int, int], None],
) -> UpliftPosterior:
    """A posterior in the shape of `fit_uplift`: each reduced form under an independent Normal prior."""
    rng = stream(seed, "quick uplift")

    def draw(parts: Sequence[GaussianSummary], sd: float) -> np.ndarray:
        drawn = []
        for part in parts:
            cov = np.linalg.inv(part.precision + np.eye(len(part.mean)) / sd**2)
            drawn.append(rng.multivariate_normal(cov @ part.precision @ part.mean, cov, size=DRAWS))
        return np.stack(drawn, axis=1)

    score = draw(forms.score, SCORE_SD) * forms.score_sd
    leaving = np.zeros_like(score) if forms.leaving is None else draw(forms.leaving, LEAVING_SD)
    tell(1, 1)
    return UpliftPosterior(
        pain_points=forms.pain_points,
        personas=forms.personas,
        score=score,
        leaving=leaving,
        spend=draw(forms.spend, SPEND_SD),
        credibility=draw_credibility(forms.pain_points, credibility, DRAWS, seed),
        theta=rng.normal(-0.25, 0.05, DRAWS),
        psi=rng.normal(*PSI, DRAWS),
        prior_share=np.full(len(signs), 0.2),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=4_000.0, divergences=0, worst=""),
    )


@dataclass(frozen=True, kw_only=True)
class Quick:
    """A study taken in and what a run without its sampler found."""

    intake: Intake
    found: Findings


def find_quickly(folder: Path, *overrides: str) -> Quick:
    """The findings of a study folder, sampler stood in for."""
    intake = take_in(folder, overrides)
    cells = summarise(intake.source, intake.case.journey, intake.study)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "fit_uplift", quick_uplift)
        return Quick(intake=intake, found=run.find(intake, cells, SilentProgress()))


def quick_starter(factory: pytest.TempPathFactory) -> Quick:
    """The findings of the starter study, made once a session."""
    return _made_in(factory.getbasetemp() / "quick_starter")


@functools.cache
def _made_in(folder: Path) -> Quick:
    write_starter(folder)
    return find_quickly(folder)


def change_plan(folder: Path, change: Callable[[openpyxl.Workbook], None]) -> Path:
    """The study folder after its plan workbook was changed."""
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    change(book)
    book.save(folder / "plan.xlsx")
    return folder


def empty_sheets(*names: str) -> Callable[[openpyxl.Workbook], None]:
    """A change that leaves only the headings of some plan tables."""

    def change(book: openpyxl.Workbook) -> None:
        for name in names:
            book[name].delete_rows(2, book[name].max_row)

    return change


def fill_column(sheet: str, column: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    """A change that sets one column of a plan table in every row; the column is added where it is missing."""

    def change(book: openpyxl.Workbook) -> None:
        table = book[sheet]
        heads = [cell.value for cell in table[1]]
        place = heads.index(column) + 1 if column in heads else len(heads) + 1
        table.cell(1, place).value = column
        for row in range(2, table.max_row + 1):
            table.cell(row, place).value = value

    return change
