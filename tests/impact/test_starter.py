"""The study that `init` writes: whole, labelled synthetic, enough to run on, and never over another."""

from __future__ import annotations

import csv
import itertools
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from impact.case import load_case
from impact.errors import InputError
from impact.formats.plan_template import SHEETS
from impact.plan_columns import PLAN_TABLES
from impact.settings import DataSection, FinanceSection, ModelSection, PortfolioSection, StudySection, SurveySection
from impact.starter import write_starter
from impact.study import load_study

LEAST_LEAVERS = 300  # below this only pooled effects can be told, and the starter should show more
LEAST_ANSWERS = 5_000


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter") / "my study"
    write_starter(folder)
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_all_its_files_are_there_and_nothing_else(starter: Path) -> None:
    assert {path.name for path in starter.iterdir()} == {"study.toml", "README.md", ".gitignore", "plan.xlsx", "data"}
    assert {path.stem for path in (starter / "data").iterdir()} == {"customers", "ledger", "incidents", "responses"}


def test_the_study_file_and_the_plan_are_read_without_a_fault(starter: Path) -> None:
    study = load_study(starter)
    case = load_case(study)
    assert case.steps == ()
    assert len(case.plan.initiatives) == 4
    assert {fix.pain_point for fix in case.plan.fixes} <= set(case.journey.pain_ids())


@pytest.mark.parametrize(
    ("section", "model"),
    [
        ("study", StudySection),
        ("data", DataSection),
        ("survey", SurveySection),
        ("finance", FinanceSection),
        ("model", ModelSection),
        ("portfolio", PortfolioSection),
    ],
)
def test_every_setting_of_a_section_is_shown(starter: Path, section: str, model: type[StudySection]) -> None:
    text = (starter / "study.toml").read_text(encoding="utf-8")
    body = text.partition(f"\n[{section}]\n")[2].partition("\n\n[")[0]
    shown = set(re.findall(r"^(?:# )?(\w+) += ", body, re.MULTILINE))
    nested = {name for name in ("columns", "items") if f"[data.{name}." in body}
    assert set(model.model_fields) <= shown | nested


def test_the_optional_settings_are_right_when_they_are_switched_on(starter: Path) -> None:
    text = (starter / "study.toml").read_text(encoding="utf-8")
    switched_on = re.sub(r"^# (?=\w+ +=|\[data\.(?:columns|items))", "", text, flags=re.MULTILINE)
    settings = tomllib.loads(switched_on)
    columns = settings["data"].pop("columns")
    assert columns == {"responses": {"customer_id": "RespondentID"}}
    data = DataSection.model_validate(settings["data"])
    assert data.items["QID1"].stage == "buy"
    assert data.timezone == "Europe/Berlin"
    assert FinanceSection.model_validate(settings["finance"]).fiscal_year_start == 1
    assert ModelSection.model_validate(settings["model"]).reliability == 1.0
    assert PortfolioSection.model_validate(settings["portfolio"]).floor == 0.8
    assert StudySection.model_validate(settings["study"]).report_by == ("region",)
    assert SurveySection.model_validate(settings["survey"]).programme == "relationship"


def test_enough_customers_leave_and_answer(starter: Path) -> None:
    ledger = rows_of(starter / "data" / "ledger.csv")
    seen = {(row["customer_id"], row["period"]) for row in ledger}
    periods = sorted({period for _, period in seen})
    following = dict(itertools.pairwise(periods))
    leavers = sum((customer, following[period]) not in seen for customer, period in seen if period in following)
    assert len(periods) == 6
    assert periods[-1] == load_study(starter).study.as_of
    assert leavers >= LEAST_LEAVERS
    assert len(rows_of(starter / "data" / "responses.csv")) >= LEAST_ANSWERS


def test_the_tables_name_only_stages_personas_and_pain_points_of_the_plan(starter: Path) -> None:
    journey = load_case(load_study(starter)).journey
    stages = {row["stage"] for row in rows_of(starter / "data" / "responses.csv")}
    personas = {row["persona"] for row in rows_of(starter / "data" / "customers.csv")}
    pains = Counter(row["pain_point"] for row in rows_of(starter / "data" / "incidents.csv"))
    assert stages == {*journey.stage_ids(), "overall"}
    assert personas == {persona.persona for persona in journey.personas}
    assert set(pains) == set(journey.pain_ids())


def test_nobody_can_take_a_row_for_a_real_customer(starter: Path) -> None:
    for table in (starter / "data").iterdir():
        assert all(row["customer_id"].startswith("SYN-") for row in rows_of(table))
    assert "synthetic" in load_study(starter).study.name
    assert "synthetic" in (starter / "README.md").read_text(encoding="utf-8")


def test_it_is_the_same_wherever_it_is_written(starter: Path, tmp_path: Path) -> None:
    write_starter(tmp_path)
    for table in (starter / "data").iterdir():
        assert (tmp_path / "data" / table.name).read_bytes() == table.read_bytes()


def test_a_file_in_the_way_is_kept_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_starter(tmp_path)
    assert caught.value.findings[0].code == "U002"
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    assert (tmp_path / "study.toml").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    with pytest.raises(InputError):
        write_starter(taken)


def test_the_plan_workbook_has_a_note_on_every_heading_and_only_known_columns(starter: Path) -> None:
    workbook = load_workbook(starter / "plan.xlsx")
    assert workbook.sheetnames == list(SHEETS)
    for sheet in workbook:
        known = {field.name for field in PLAN_TABLES[sheet.title]}
        headings = [cell for cell in sheet[1] if cell.value]
        assert {cell.value for cell in headings} <= known
        assert all(cell.comment and cell.comment.text for cell in headings)


def test_choices_and_links_of_the_plan_workbook_are_drop_downs(starter: Path) -> None:
    fixes = load_workbook(starter / "plan.xlsx")["fixes"]
    lists = {str(rule.sqref).split(":")[0]: rule for rule in fixes.data_validations.dataValidation}
    assert lists["A2"].formula1 == "initiatives!$A$2:$A$200"
    assert lists["B2"].formula1 == "pain_points!$A$2:$A$200"
    assert (lists["C2"].type, lists["C2"].formula1, lists["C2"].formula2) == ("decimal", "0", "1")
