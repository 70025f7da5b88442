"""Groups of fewer than five persons: told by no table, page or workbook; stores and accounts are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from impact.groups import LEAST_GROUP, persons
from reports.deliver import deliver
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.tables import build_tables
from tests.quick_study import Quick, quick_starter

FEW = LEAST_GROUP - 1
# Every column of the contract's tables that counts persons, or that times a count gives one.
COUNTED = {
    "journey": ("responses", "customers"),
    "calibration": ("n",),
    "lifetime": ("n", "left", "customers"),
    "survival": ("n",),
    "revenue_kept": ("customers",),
    "predictive": ("customers", "left"),
    "carried": ("n",),
    "excellence": ("n",),
    "by_segment": ("customers",),
}
# These leave the engine with small groups already hidden, which tests/impact/test_coverage.py holds.
COUNTED_ON_THE_ENGINE = {"coverage", "response_rates", "respondents", "transitions", "stage_flow", "journey_over_time"}
PLANNED = {"information"}  # how many would be asked or would take part
SCORED = ["score", "score_low", "score_high", "emotion"]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Quick:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory)


def with_few(found: Findings) -> Findings:
    """The same findings with four persons who answered one stage, met one pain point, and carry one slope."""
    coverage = found.cells.coverage.copy()
    coverage.loc[coverage["stage"] == "join", ["customers", "responses"]] = FEW
    estimates = found.estimates
    assert estimates is not None
    active = sum(float(persona.customers.sum()) for persona in estimates.base.personas)
    personas = tuple(
        replace(persona, prevalence=np.array([FEW / active, *persona.prevalence[1:]]))
        for persona in estimates.base.personas
    )
    first, *others = estimates.calibration.slopes
    calibration = replace(estimates.calibration, slopes=(replace(first, n=FEW), *others))
    one, *rest = estimates.carried.rows
    carried = replace(estimates.carried, rows=(replace(one, n=FEW), *rest))
    base = replace(estimates.base, personas=personas)
    estimates = replace(estimates, base=base, calibration=calibration, carried=carried)
    step, *others_up = estimates.excellence
    estimates = replace(estimates, excellence=(replace(step, n=FEW), *others_up))
    return replace(found, cells=replace(found.cells, coverage=coverage), estimates=estimates)


def test_no_table_counts_a_group_under_five_persons(quick: Quick) -> None:
    tables = build_tables(with_few(quick.found))
    for name, columns in COUNTED.items():
        for column in columns:
            told = tables[name][column].dropna()
            assert ((told == 0) | (told >= LEAST_GROUP)).all(), (name, column)
    journey = tables["journey"].set_index("stage")
    assert journey.loc["join", SCORED].isna().all()
    assert journey.drop(index="join")[SCORED].notna().any(axis=None)


def test_a_share_that_gives_away_a_group_under_five_is_not_shown(quick: Quick) -> None:
    found = with_few(quick.found)
    prevalence = build_tables(found)["pain_points"]["prevalence"]
    assert np.isnan(prevalence.iloc[0])
    assert prevalence.iloc[1:].notna().all()
    assert found.estimates is not None
    active = sum(float(persona.customers.sum()) for persona in found.estimates.base.personas)
    told = prevalence.dropna() * active
    assert ((told == 0) | (told >= LEAST_GROUP)).all()


def test_pages_and_workbook_hide_what_the_tables_hide(quick: Quick, tmp_path: Path) -> None:
    found = with_few(quick.found)
    deliver(make_edition(found), found, quick.intake, tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "impact.xlsx", data_only=True)
    rows = {row[0]: row for row in book["Journey"].iter_rows(values_only=True)}
    shown = dict(zip(rows["stage"], rows["join"], strict=True))
    assert {shown[name] for name in ("responses", "customers", "score")} == {"n/a"}
    forecast = json.loads((tmp_path / "out" / "forecast.json").read_text(encoding="utf-8"))
    assert "personas" not in forecast


def test_every_column_that_counts_persons_is_known_here(quick: Quick) -> None:
    counts = {"responses", "customers", "n", "respondents", "persons", "leavers", "left"}
    tables = build_tables(quick.found)
    found = {
        (name, column)
        for name, table in tables.items()
        for column in table.columns
        if column in counts and name not in COUNTED_ON_THE_ENGINE | PLANNED
    }
    assert found == {(name, column) for name, columns in COUNTED.items() for column in columns}


def test_a_count_of_persons_is_told_from_five_on_and_none_as_none() -> None:
    assert [persons(count) for count in (0, 1, 4, 5, 1234)] == ["0", "fewer than 5", "fewer than 5", "5", "1,234"]


def test_rows_in_are_rows_used_and_set_aside_in_the_record_and_the_workbook(quick: Quick, tmp_path: Path) -> None:
    found = replace(
        quick.found,
        rows=quick.found.rows.assign(rows_in=lambda rows: rows.rows_in + 3, set_aside=3, reason="unknown customer"),
    )
    edition = make_edition(found)
    source = replace(quick.intake.source, rows=found.rows)
    deliver(edition, found, replace(quick.intake, source=source), tmp_path / "out")
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert {row["table"] for row in record["rows"]} == {"ledger", "customers", "responses", "incidents"}
    for row in record["rows"]:
        assert row["rows_in"] == row["rows_used"] + row["set_aside"]
        said = f"{row['table']}: {row['rows_in']:,} rows = {row['rows_used']:,} used + 3 set aside (unknown customer)"
        assert said in edition.rows
    book = openpyxl.load_workbook(tmp_path / "out" / "impact.xlsx", data_only=True)
    about = [row[1] for row in book["About"].iter_rows(values_only=True) if row[1]]
    assert set(edition.rows) <= set(about)
