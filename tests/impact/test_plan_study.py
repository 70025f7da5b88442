"""`plan` by the command, on the starter study with scenarios: what it writes, composes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.quick_study import change_plan, quick_uplift
from tests.said import say

pytestmark = pytest.mark.verify
ROWS = (
    ("scenario", "lever", "value", "how"),
    ("upside", "churn", 0.9, "multiply"),
    ("downside", "churn", 1.2, "multiply"),
    ("downside", "spend", 0.97, "multiply"),
    ("late", "delay", 2, "add"),
)


def _add_scenarios(book: openpyxl.Workbook) -> None:
    if "scenarios" in book.sheetnames:
        del book["scenarios"]
    sheet = book.create_sheet("scenarios")
    for row in ROWS:
        sheet.append(row)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter study with three scenarios, only to be read."""
    folder = tmp_path_factory.mktemp("plan") / "study"
    assert say("init", folder)[0] == 0
    return change_plan(folder, _add_scenarios)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the joint draws."""
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)


def test_it_writes_every_scenario_and_what_is_composed_and_a_run_says_the_same(study: Path, tmp_path: Path) -> None:
    code, said, err = say("plan", study, "--scenario", "downside + late", "--json")
    assert code == 0, err
    out, told = study / "out" / "planning", json.loads(said)["result"]
    assert {path.name for path in out.iterdir()} == {"tables", "planning.html", "plan.json"}
    table = pd.read_csv(out / "tables" / "scenarios.csv")
    names = ["base", "base, nothing funded", "upside", "downside", "late", "downside + late"]
    assert list(dict.fromkeys(table["scenario"])) == names
    assert told["asked"] == ["downside + late"] and len(told["scenarios"]) == len(table)
    last = table[(table["metric"] == "customers") & (table["period"] == table["period"].iloc[11])]
    level = last.set_index("scenario")["value"]
    assert level["upside"] > level["base"] > level["late"] > level["downside"] > level["downside + late"]
    assert any(metric.startswith("csat:") for metric in table["metric"])
    code, _, err = say("run", study)
    assert code == 0, err
    whole = pd.read_csv(study / "out" / "tables" / "scenarios.csv")
    alone = table[table["scenario"] != "downside + late"].reset_index(drop=True)
    pd.testing.assert_frame_equal(whole, alone)
    assert (study / "out" / "forecast.json").is_file()
    page = (study / "out" / "report.html").read_text(encoding="utf-8")
    assert 'id="quarters"' in page and 'id="years"' in page


def test_a_scenario_nobody_wrote_is_refused_with_the_known_ones_before_anything_is_estimated(study: Path) -> None:
    code, said, err = say("plan", study, "--scenario", "boom", "--scenario", "late + late", "--json")
    boom, late = json.loads(said)["findings"]
    assert (code, boom["code"], late["code"]) == (2, "P279", "P279"), err
    assert (boom["place"], late["place"]) == ("scenario 'boom'", "scenario 'late + late'")
    assert all(name in boom["allowed"] for name in ("upside", "downside", "late"))


def test_a_folder_of_others_is_refused_and_left_alone(study: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, err = say("plan", study, "--out", tmp_path)
    assert (code, "U008" in err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
