"""A whole cycle: run, approve, run again, change an input, run again; what was approved stays on record."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from impact.approval import read_approvals
from impact.approve import Signature, approve_run
from impact.case import load_case
from impact.record import Record, read_own_records, read_records
from impact.recording import beside_records
from impact.study import load_study
from reports.deliver import deliver, put_whole
from reports.make_edition import make_edition
from scenarios.benefits import approved_benefit
from scenarios.worth import other_benefit
from tests.quick_study import Quick, quick_starter

MOST_BYTES = 2_000_000
OF_METRICS, OF_INITIATIVES = 2 * 6 * 12, 60 * 3 * 12
ROUNDED = 1e-3  # sums of claims, each rounded to a ten-thousandth of its own width
OTHERS = ("calibration", "ranking", "planning", "track")
PORTFOLIO = Signature(by="Ann Lee", what="portfolio", valid_until=None, note="")


def copied(factory: pytest.TempPathFactory, folder: Path) -> tuple[Path, Quick]:
    """A copy of the starter study that may be changed, and what a run of it finds."""
    whole = quick_starter(factory)
    study = Path(shutil.copytree(whole.intake.study.folder, folder / "study"))
    moved = replace(whole.found.study, path=study / "study.toml")
    return study, Quick(intake=replace(whole.intake, study=moved), found=replace(whole.found, study=moved))


@pytest.fixture
def study_and_quick(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> tuple[Path, Quick]:
    """A copy of its own for a test that changes it."""
    return copied(tmp_path_factory, tmp_path)


def run_into(out: Path, quick: Quick) -> None:
    """What `run` does with what it found."""
    asked = quick.found.study.study
    records = read_own_records(out, asked.name, asked.currency)
    found = beside_records(quick.found, read_approvals(out), records)
    deliver(make_edition(found), found, quick.intake, out)


def record_of(out: Path) -> dict[str, object]:
    forecast = json.loads((out / "forecast.json").read_text(encoding="utf-8"))
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["approval"] == forecast["approval"]
    return {"status": forecast["status"], "portfolio": forecast["approval"]["portfolio"]}


def about_sheet(out: Path) -> str:
    sheet = openpyxl.load_workbook(out / "impact.xlsx", read_only=True)["About"]
    return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)


def test_a_run_is_a_draft_then_approved_and_after_a_change_of_inputs_not(study_and_quick: tuple[Path, Quick]) -> None:
    study, quick = study_and_quick
    out = study / "out"
    run_into(out, quick)
    assert record_of(out) == {"status": "draft", "portfolio": None}
    assert "Portfolio not approved: nobody has signed it." in (out / "report.html").read_text(encoding="utf-8")

    signed = approve_run(out, PORTFOLIO)
    assert signed.record is not None
    kept = signed.record.read_bytes()
    date = signed.approval.at[:10]
    run_into(out, quick)
    words = f"approved by Ann Lee on {date} until {signed.approval.valid_until}"
    assert record_of(out) == {"status": "approved", "portfolio": words}
    assert f"Portfolio {words}." in (out / "report.html").read_text(encoding="utf-8")
    assert f"Portfolio {words}." in about_sheet(out)

    with (study / "study.toml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    run_into(out, quick)
    words = f"not approved: study.toml changed since Ann Lee approved run {signed.approval.run_id} on {date}"
    assert record_of(out) == {"status": "draft", "portfolio": words}
    assert f"Portfolio {words}." in (out / "report.html").read_text(encoding="utf-8")
    assert f"Portfolio {words}." in about_sheet(out)
    checks = pd.read_csv(out / "tables" / "checks.csv").set_index("code")
    assert checks.loc["C685", "status"] == "review"

    second = approve_run(out, replace(PORTFOLIO, by="Bo Ek"))
    assert second.record is not None and second.record != signed.record
    assert signed.record.read_bytes() == kept
    run_into(out, quick)
    assert [one.approved_by for one in read_records(out)] == ["Ann Lee", "Bo Ek"]
    checks = pd.read_csv(out / "tables" / "checks.csv").set_index("code")
    assert (checks.loc["C685", "status"], checks.loc["C686", "status"]) == ("pass", "review")


def test_the_same_study_in_another_place_is_the_same_run(study_and_quick: tuple[Path, Quick], tmp_path: Path) -> None:
    study, quick = study_and_quick
    run_into(study / "out", quick)
    approve_run(study / "out", PORTFOLIO)
    moved = Path(shutil.copytree(study, tmp_path / "elsewhere"))
    there = replace(quick.found.study, path=moved / "study.toml")
    run_into(moved / "out", Quick(intake=quick.intake, found=replace(quick.found, study=there)))
    assert record_of(moved / "out")["status"] == "approved"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A study that was run, approved and run again, and the forecast of record."""

    study: Path
    quick: Quick
    record: Record


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One approved run and another after it, only to be read."""
    study, quick = copied(tmp_path_factory, tmp_path_factory.mktemp("approved"))
    run_into(study / "out", quick)
    approve_run(study / "out", PORTFOLIO)
    run_into(study / "out", quick)
    (record,) = read_records(study / "out")
    return Ran(study=study, quick=quick, record=record)


def test_the_record_holds_what_was_chosen_and_claims_it_with_and_without(ran: Ran) -> None:
    approved, quick = ran.record, ran.quick
    decision = quick.found.decision
    assert decision is not None and decision.portfolio is not None
    assert approved.worth == pytest.approx(decision.portfolio.npv.mean())
    ids = {one.id for one in approved.claims}
    assert len(ids) == len(approved.claims)
    for kind in ("metric", "idle"):
        for metric in ("customers", "retention", "revenue", "margin", "csat", "cash"):
            assert {f"{kind}/{metric}/{period}" for period in approved.about.horizon} <= ids
    named = {one.initiative for one in approved.claims if one.initiative}
    assert named == {name for name in approved.chosen if name in quick.found.plan.ids()} != set()
    active = sum(float(persona.customers.sum()) for persona in decision.case.base.personas)
    assert (approved.about.customers, approved.about.joiners) == (active, False)


def test_the_plan_on_record_reads_back_as_the_plan_that_was_run(ran: Ran) -> None:
    approved, quick, study = ran.record, ran.quick, ran.study
    read = load_study(study)
    inline = read.plan.model_copy(
        update={"journey": None, **{name: list(rows) for name, rows in approved.plan.items()}}
    )
    assert load_case(replace(read, plan=inline)).plan == quick.found.plan


def test_approved_cost_and_benefit_of_what_was_chosen_stand_in_the_register(ran: Ran) -> None:
    approved, quick, study = ran.record, ran.quick, ran.study
    table = pd.read_csv(study / "out" / "tables" / "benefits.csv").set_index("initiative")
    decision = quick.found.decision
    assert decision is not None
    case = decision.case
    for i, name in enumerate(case.ids()):
        if name not in table.index:
            continue
        if name not in approved.chosen:
            assert np.isnan(table.loc[name, "approved_benefit"]) and np.isnan(table.loc[name, "approved_cost"])
            continue
        gained = decision.ranking.value[i].gained() + other_benefit(case.offers[i])
        expected = float((gained @ case.base.discount).mean())
        assert table.loc[name, "approved_benefit"] == approved_benefit(approved, name)
        assert table.loc[name, "approved_benefit"] == pytest.approx(expected, rel=ROUNDED)
        assert table.loc[name, "approved_cost"] == case.offers[i].plan_cost
    assert table["measured_benefit"].isna().all() and table["bookable"].isna().all()


def test_a_claim_takes_so_little_that_sixty_initiatives_over_three_years_stay_below_two_megabytes(ran: Ran) -> None:
    lines = [line for line in ran.record.path.read_text(encoding="utf-8").splitlines() if '"quantiles"' in line]
    assert len(lines) == len(ran.record.claims)
    mean = {
        own: np.mean([len(line) for line in lines if ('"kind":"initiative"' in line) == own]) for own in (True, False)
    }
    assert mean[True] * OF_INITIATIVES + mean[False] * OF_METRICS < MOST_BYTES


def test_no_verb_removes_what_another_wrote_or_anybody_signed(study_and_quick: tuple[Path, Quick]) -> None:
    study, quick = study_and_quick
    out = study / "out"
    run_into(out, quick)
    record = approve_run(out, PORTFOLIO).record
    assert record is not None
    for name in OTHERS:
        (out / name).mkdir()
        (out / name / "own.txt").write_text(name, encoding="utf-8")
    (out / "tables" / "left_over.csv").write_text("old", encoding="utf-8")
    before = record.read_bytes()
    run_into(out, quick)
    assert record.read_bytes() == before
    assert all((out / name / "own.txt").read_text(encoding="utf-8") == name for name in OTHERS)
    assert not (out / "tables" / "left_over.csv").exists()

    written = put_whole(out / "ranking", lambda draft: (draft / "ranking.json").write_text("{}"))
    assert [path.name for path in written] == ["ranking.json"]
    assert record.read_bytes() == before
    assert (out / "planning" / "own.txt").is_file()
