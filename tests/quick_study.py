"""A whole run of the starter study on a tenth of the joint draws, for tests of what comes before and after them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from impact import run
from impact.cells import summarise
from impact.intake import Intake, take_in
from impact.progress import SilentProgress
from impact.starter import write_starter
from models.inference import Engine
from models.uplift import Question, UpliftPosterior, fit_uplift
from reports.findings import Findings

EVERY = 10  # of the engine's joint draws are kept, so that what comes after it takes a tenth of its time


def quick_uplift(question: Question, seed: int, engine: Engine, tell: Callable[[int, int], None]) -> UpliftPosterior:
    """The quick engine's posterior, one joint draw of ten."""
    whole = fit_uplift(question, seed, "quick", tell)
    return whole.at(np.arange(0, whole.draws, EVERY))


@dataclass(frozen=True, kw_only=True)
class Quick:
    """A study taken in and what a short run found."""

    intake: Intake
    found: Findings


def find_quickly(folder: Path, *overrides: str) -> Quick:
    """The findings of a study folder, on a tenth of the joint draws."""
    intake = take_in(folder, overrides)
    cells = summarise(intake.source, intake.case.journey, intake.study)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("impact.estimate.fit_uplift", quick_uplift)
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
