"""Writes a year of the simulated company to play through, quarter by quarter: what docs/quarterly.md is about.

python examples/subscription/make_year.py FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from make import PLAN_COLUMNS, SPEC, write_company

from impact.formats.plan_template import SHEETS, write_plan_template
from impact.starter_plan import PLAN as STARTER
from models.simulate import Company, CompanySpec, RolloutSpec, simulate_company

NAME = "Northwind Mobile (simulated)"
FIRST_AS_OF = "2025Q4"
# Live from 2026Q1 for half of the customers, drawn by lot. The plan says 64%, and a second pain point that it leaves.
YEAR: CompanySpec = replace(SPEC, rollouts=(RolloutSpec(pain_point="unclear_offer", step=7, removed=0.5),))
KEPT = (
    "plain_offers",
    "number_desk",
    "easy_identity",
    "cell_upgrade",
)  # of eight initiatives
UNUSED = (*(f"{table}.csv" for table in PLAN_COLUMNS), "truth.csv", "truth_portfolio.csv")
PLAN_FILES = "".join(f'{table} = "{table}.csv"\n' for table in PLAN_COLUMNS)
EDITS = {
    'as_of = "2026Q3"': f'as_of = "{FIRST_AS_OF}"     # the data go on to 2026Q3: move this on, a quarter at a time',
    'truth = "truth.csv"\n': "",
    'incidents = "incidents.parquet"\n': (
        'incidents = "incidents.parquet"\n# assignments = "assignments.csv"   # who got it: once it is live\n'
    ),
    PLAN_FILES: 'journey = "plan.xlsx"\n# measured = "out/track/evidence.csv"   # what track measured: once it has\n',
}


def write_year(folder: Path) -> Path:
    """The folder, now a study at the end of 2025 whose tables go on for three quarters more."""
    company = simulate_company(YEAR)
    write_company(company, folder, NAME)
    company.assignments.to_csv(folder / "assignments.csv", index=False, lineterminator="\n")
    write_plan_template(folder / "plan.xlsx", _plan(company))
    for name in UNUSED:
        (folder / name).unlink()
    text = (folder / "study.toml").read_text("utf-8")
    for old, new in EDITS.items():
        assert old in text, old
        text = text.replace(old, new)
    kept = [line for line in text.splitlines() if not line.startswith("credibility")]
    (folder / "study.toml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


def _plan(company: Company) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The company's plan as rows by sheet, with the scenarios that `cx-impact init` ships."""
    rows = {
        table: _rows(company.plan if table in ("initiatives", "fixes") else company.journey, table)
        for table in PLAN_COLUMNS
        if table in SHEETS
    }
    return {**rows, "scenarios": STARTER["scenarios"]}


def _rows(source: object, table: str) -> list[dict[str, Any]]:
    rows = [{name: asdict(item)[name] for name in PLAN_COLUMNS[table]} for item in getattr(source, table)]
    return [row for row in rows if row.get("initiative") in (None, *KEPT)]


if __name__ == "__main__":
    write_year(Path(sys.argv[1]))
