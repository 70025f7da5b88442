"""Rows of scenarios that cannot be meant: each one clear finding, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.case import load_case
from impact.errors import Finding, InputError
from impact.lever import Change
from impact.study import load_study
from tests.tiny_study import append, edit, write_tiny_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_study(tmp_path)


def with_rows(folder: Path, *rows: str) -> Path:
    """The study with a scenarios table of rows `scenario,lever,value,how,from,to,persona`."""
    head = "scenario,lever,value,how,from,to,persona\n"
    (folder / "scenarios.csv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return edit(folder, "study.toml", "[plan]\n", '[plan]\nscenarios = "scenarios.csv"\n')


def faults(folder: Path, *rows: str) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        load_case(load_study(with_rows(folder, *rows)))
    return caught.value.findings


def test_rows_become_changes_and_a_delay_is_added_unless_it_says_otherwise(folder: Path) -> None:
    rows = ("late,delay,2,,,,", "down,prevalence:slow,1.1,,,,firm", "down,churn,.1,set,,,")
    plan = load_case(load_study(with_rows(folder, *rows))).plan
    assert plan.scenarios == (
        Change(scenario="late", lever="delay", value=2, how="add"),
        Change(scenario="down", lever="prevalence", of="slow", value=1.1, persona="firm"),
        Change(scenario="down", lever="churn", value=0.1, how="set"),
    )


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("low,chrun,1.1,,,,", "P211", "lever"),
        ("base,churn,1.1,,,,", "P270", "scenario"),
        ("low + late,churn,1.1,,,,", "P212", "scenario"),
        ("low,churn,1.1,,2019Q1,,", "P271", "from"),
        ("low,churn,1.1,,,2099Q4,", "P271", "to"),
        ("low,price,-1,,,,", "P272", "value"),
        ("low,price,-1,set,,,", "P272", "value"),
        ("low,customers,-5,set,,,", "P272", "value"),
        ("low,churn,-0.5,,,,", "P272", "value"),
        ("low,churn,1,set,,,", "P272", "value"),
        ("low,churn,1.2,add,,,", "P272", "value"),
        ("low,cost,-2,add,,,", "P272", "value"),
        ("low,mix:firm,1.5,set,,,", "P272", "value"),
        ("low,delay,-1,,,,", "P272", "value"),
        ("low,discount_rate,-0.5,add,,,", "P272", "value"),
        ("low,acquisition,-3,add,,,", "P272", "value"),
        ("low,cost,1.1,,,,firm", "P273", "persona"),
        ("low,mix:firm,1.1,,,,home", "P273", "persona"),
        ("low,delay,2,multiply,,,", "P273", "how"),
        ("low,delay,2,,2099Q4,,", "P271", "from"),
        ("low,capacity:nobody,0.5,,,,", "P274", "lever"),
        ("low,churn,much,,,,", "P209", "value"),
    ],
)
def test_a_row_that_cannot_be_meant_is_found_at_its_cell(folder: Path, row: str, code: str, column: str) -> None:
    found = faults(folder, row)
    assert found[0].code == code
    assert found[0].place.startswith("scenarios.csv row 2")
    assert column in found[0].place
    assert found[0].allowed
    assert found[0].remedy


def test_a_budget_lever_needs_a_budget_and_only_one_by_year_has_parts(folder: Path) -> None:
    study = load_study(folder)
    first = f"{(study.as_of + 1) // 4}Q{(study.as_of + 1) % 4 + 1}"
    assert study.portfolio.budget is not None
    assert [one.code for one in faults(folder, f"low,budget,.5,,{first},,")] == ["P273"]
    text = (folder / "study.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("budget")]
    (folder / "study.toml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_case(load_study(folder))
    assert "P274" in {one.code for one in caught.value.findings}


def test_two_scenarios_of_one_name_and_two_rows_of_one_lever_are_told(folder: Path) -> None:
    found = faults(folder, "low,churn,1.1,,,,", "Low,price,0.9,,,,", "up,churn,.9,,,,", "up,churn,.8,,,,")
    assert {(one.code, one.place.split()[2].strip(":,")) for one in found} == {("P270", "3"), ("P205", "5")}


def test_a_value_that_is_set_stands_alone_in_its_periods(folder: Path) -> None:
    study = load_study(folder)
    first, second = (f"{t // 4}Q{t % 4 + 1}" for t in (study.as_of + 1, study.as_of + 2))
    found = faults(folder, "low,churn,.1,set,,,", f"low,churn,1.2,,{second},,")
    assert [one.code for one in found] == ["P275"]
    rows = (f"low,churn,.1,set,,{first},", f"low,churn,1.2,,{second},,", "low,churn,.2,set,,,firm")
    (folder / "scenarios.csv").unlink()
    again = edit(folder, "study.toml", 'scenarios = "scenarios.csv"\n', "")
    assert len(load_case(load_study(with_rows(again, *rows))).plan.scenarios) == 3


def test_every_fault_of_the_table_is_told_at_once(folder: Path) -> None:
    found = faults(folder, "base,churn,1.1,,2019Q1,,", "low,price,-1,,,,", "low,capacity:nobody,2,,,,")
    assert sorted(one.code for one in found) == ["P270", "P271", "P272", "P274"]


def test_rows_written_in_the_study_file_are_checked_as_well(folder: Path) -> None:
    append(folder, "study.toml", "[[plan.scenarios]]\nscenario = 'low'\nlever = 'price'\nvalue = -1.0")
    with pytest.raises(InputError, match="P272"):
        load_case(load_study(folder))
