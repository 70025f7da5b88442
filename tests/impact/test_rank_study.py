"""`rank` by the command, on the starter study: what it writes, refuses, and says of thin data."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.quick_study import quick_uplift
from tests.said import say

pytestmark = pytest.mark.verify


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter study, only to be read."""
    folder = tmp_path_factory.mktemp("rank") / "study"
    assert say("init", folder)[0] == 0
    return folder


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the joint draws."""
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)


def test_it_writes_the_choice_beside_no_run_and_a_run_says_the_same(study: Path, tmp_path: Path) -> None:
    code, said, err = say("rank", study, "--json")
    assert code == 0, err
    out, answer = study / "out" / "ranking", json.loads(said)
    assert {path.name for path in out.iterdir()} == {"tables", "ranking.html", "rank.json"}
    assert Path(answer["result"]["out"]) == out and answer["result"]["decision"][0]["rank"] == 1
    assert say("run", study, "--out", tmp_path / "run")[0] == 0
    for name in ("initiatives", "portfolio", "frontier", "cashflow"):
        both = [pd.read_csv(folder / "tables" / f"{name}.csv") for folder in (out, tmp_path / "run")]
        columns = [column for column in both[0].columns if column != "prior_share"]
        pd.testing.assert_frame_equal(both[0][columns], both[1][columns])


def test_a_run_may_follow_into_the_folder_that_holds_a_ranking(study: Path) -> None:
    assert say("rank", study)[0] == 0
    code, _, err = say("run", study)
    assert code == 0, err


def test_seed_settings_and_folder_are_taken(study: Path, tmp_path: Path) -> None:
    line = ("rank", study, "--out", tmp_path / "r", "--seed", "7", "--set", "portfolio.budget=1000", "--json")
    code, said, _ = say(*line)
    record = json.loads((tmp_path / "r" / "rank.json").read_text(encoding="utf-8"))
    assert (code, record["seed"], record["chosen"]) == (0, 7, [])
    assert json.loads(said)["result"]["headline"].startswith("Fund nothing now")


def test_a_folder_of_others_is_refused_and_left_alone(study: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, err = say("rank", study, "--out", tmp_path)
    assert (code, "U008" in err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_too_thin_data_end_with_1_and_say_what_would_be_enough(study: Path, tmp_path: Path) -> None:
    thin = Path(shutil.copytree(study, tmp_path / "study", ignore=shutil.ignore_patterns("out")))
    for name in ("ledger", "customers", "incidents", "responses"):
        file = thin / "data" / f"{name}.csv"
        rows = pd.read_csv(file, dtype=str)
        rows[rows["customer_id"] <= "SYN-00040"].to_csv(file, index=False)
    code, said, _ = say("rank", thin, "--out", tmp_path / "ranking")
    assert code == 1 and said.startswith("NOT FIT FOR USE") and "At least 500 are needed" in said
