"""The year of docs/quarterly.md played through on a tenth of the joint draws: its commands and the planner's edits."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from impact.__main__ import main
from tests.quick_study import change_plan, quick_uplift
from tests.tiny_study import edit

ROOT = Path(__file__).parents[1]
MAKE = ROOT / "examples" / "subscription" / "make_year.py"
FUNDED = "plain_offers"
NOTE = ("--by", "Ann Lee", "--what", "portfolio")


@dataclass(kw_only=True)
class Year:
    """The study's folder, and the tables that stood in its output folder after each part, by part and table."""

    folder: Path
    tables: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)

    def keep(self, part: str, *names: str) -> None:
        """Nothing; keeps tables as they are now, for a later run writes over them."""
        for name in names:
            self.tables[part, Path(name).stem] = pd.read_csv(self.folder / "out" / f"{name}.csv")


def play_year(folder: Path) -> Year:
    """The year after its last command."""
    subprocess.run([sys.executable, str(MAKE), str(folder)], check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    year = Year(folder=folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("impact.estimate.fit_uplift", quick_uplift)
        _january(year)
        _april(year)
        _october(year)
    return year


def _say(year: Year, verb: str, *rest: str, out: bool = False) -> None:
    place = year.folder / "out" if out else year.folder
    assert main([verb, str(place), *rest]) == 0


def _january(year: Year) -> None:
    _say(year, "run")
    year.keep("january", "tables/initiatives", "tables/haircut")
    _say(year, "plan", "--scenario", "downside + late")
    year.keep("january", "planning/tables/scenarios", "planning/tables/scenario_differences")
    _say(year, "approve", *NOTE, out=True)


def _april(year: Year) -> None:
    edit(year.folder, "study.toml", 'as_of = "2025Q4"', 'as_of = "2026Q1"')
    edit(year.folder, "study.toml", "# assignments", "assignments")
    change_plan(year.folder, _live)
    _say(year, "track")
    year.keep("april", "track/track", "track/misses")
    _say(year, "run", "--since", "last")
    year.keep("april", "tables/refresh", "tables/plan_changes")


def _live(book: openpyxl.Workbook) -> None:
    table = book["initiatives"]
    heads = [cell.value for cell in table[1]]
    row = next(cells[0].row for cells in table.iter_rows(min_row=2) if cells[0].value == FUNDED)
    for name, value in {"status": "live", "actual_start": "2026Q1", "actual_cost": 13_400}.items():
        table.cell(row, heads.index(name) + 1).value = value


def _october(year: Year) -> None:
    edit(year.folder, "study.toml", 'as_of = "2026Q1"', 'as_of = "2026Q3"')
    _say(year, "track")
    names = ("track", "scores", "misses", "measured", "benefits", "calibration_curve")
    year.keep("october", *(f"track/{name}" for name in names))
    edit(year.folder, "study.toml", "# measured", "measured")
    _say(year, "run")
    year.keep("october", "tables/initiatives", "tables/haircut", "tables/monitoring", "tables/evidence")
