"""`calibrate` and `approve` by the command, on the starter study: rates, pages, answers, and what stays signed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.quick_study import quick_uplift
from tests.said import say

TABLES = {"calibration", "certificate", "triangulation", "doubts", "drivers", "checks"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter study, only to be read."""
    folder = tmp_path_factory.mktemp("calibrate") / "study"
    assert say("init", folder)[0] == 0
    return folder


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter study that was run once, the sampler stood in for; only to be read."""
    folder = tmp_path_factory.mktemp("delivered") / "study"
    assert say("init", folder)[0] == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("impact.estimate.fit_uplift", quick_uplift)
        assert say("run", folder)[0] == 0
    return folder


@pytest.fixture
def ran(delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to sign and to run again."""
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)
    return Path(shutil.copytree(delivered, tmp_path / "study"))


def certificates(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "tables" / "certificate.csv").set_index("outcome")


def test_it_writes_tables_and_a_page_a_rate_beside_no_run(study: Path) -> None:
    code, said, err = say("calibrate", study)
    assert code == 0, err
    out = study / "out" / "calibration"
    assert {path.stem for path in (out / "tables").iterdir()} == TABLES
    assert {path.name for path in out.iterdir()} == {
        *("tables", "calibrate.json", "rate-retention.html", "rate-money.html"),
    }
    assert "the way across pain points is missing" in said
    assert set(certificates(out).index) == {"retention", "log_revenue"}


def test_a_run_may_follow_it_and_the_same_answer_comes_as_json(study: Path) -> None:
    code, said, _ = say("calibrate", study, "--json")
    answer = json.loads(said)
    assert (code, answer["status"]) == (0, "done")
    rates = {row["outcome"]: row for row in answer["result"]["certificates"]}
    assert rates["retention"]["low"] < rates["retention"]["rate"] < rates["retention"]["high"]
    assert rates["retention"]["grade"] == "cross-section"


def test_a_folder_of_others_is_refused_and_left_alone(study: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, err = say("calibrate", study, "--out", tmp_path)
    assert (code, "U008" in err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_too_thin_data_end_with_1_and_say_what_would_be_enough(study: Path, tmp_path: Path) -> None:
    thin = Path(shutil.copytree(study, tmp_path / "study", ignore=shutil.ignore_patterns("out")))
    for name in ("ledger", "customers", "incidents", "responses"):
        file = thin / "data" / f"{name}.csv"
        rows = pd.read_csv(file, dtype=str)
        rows[rows["customer_id"] <= "SYN-00040"].to_csv(file, index=False)
    code, said, _ = say("calibrate", thin, "--out", tmp_path / "rates")
    assert code == 1
    assert said.startswith("NOT FIT FOR USE")
    assert "At least 500 are needed" in said
    assert certificates(tmp_path / "rates").empty


def change_answers(ran: Path) -> None:
    file = ran / "data" / "responses.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:-3_000]) + "\n", encoding="utf-8")


@pytest.mark.verify
def test_a_signed_rate_is_approved_until_inputs_change_and_stays_the_planning_rate(ran: Path) -> None:
    out = ran / "out"
    signed = certificates(out)["rate"]
    code, said, _ = say("approve", out, "--by", "Ann Lee", "--what", "rate")
    assert (code, said.startswith("Ann Lee approved the rate of run")) == (0, True)

    assert say("calibrate", ran)[0] == 0
    again = certificates(out / "calibration")
    assert again["approval"].str.startswith("approved by Ann Lee on").all()

    change_answers(ran)
    assert say("calibrate", ran)[0] == 0
    later = certificates(out / "calibration")
    assert later["approval"].str.startswith("not approved: inputs changed since Ann Lee").all()
    assert later["planning_rate"].tolist() == pytest.approx(signed.tolist())
    assert (out / "approvals.json").is_file()


@pytest.mark.verify
def test_a_run_prices_what_lies_between_the_signed_rate_and_todays(ran: Path) -> None:
    out = ran / "out"
    assert say("approve", out, "--by", "Ann Lee", "--what", "rate")[0] == 0
    assert say("run", ran)[0] == 0
    assert certificates(out)["money_between"].tolist() == [0.0, 0.0]
    forecast = json.loads((out / "forecast.json").read_text(encoding="utf-8"))
    assert "approved by Ann Lee" in forecast["approval"]["rate"]

    change_answers(ran)
    assert say("run", ran)[0] == 0
    assert (certificates(out)["money_between"] != 0).all()
    assert (out / "approvals.json").is_file()


@pytest.mark.verify
def test_an_expired_approval_is_on_every_page(ran: Path) -> None:
    out = ran / "out"
    assert say("approve", out, "--by", "Ann Lee", "--what", "rate")[0] == 0
    record = json.loads((out / "approvals.json").read_text(encoding="utf-8"))
    record["approvals"][0]["valid_until"] = "2026Q1"
    (out / "approvals.json").write_text(json.dumps(record), encoding="utf-8")
    code, said, _ = say("run", ran)
    notice = "The approved rate of leaving expired with 2026Q1: none is valid."
    assert (code, notice in said) == (0, True)
    for page in ("report.html", "rate-retention.html", "rate-money.html"):
        assert notice in (out / page).read_text(encoding="utf-8"), page
    for name, sheet in pd.read_excel(out / "impact.xlsx", sheet_name=None, header=None).items():
        assert notice in " ".join(map(str, sheet.iloc[:8, 0])), name


def test_an_unreadable_record_of_approvals_stops_a_run_before_it_starts(ran: Path) -> None:
    out = ran / "out"
    (out / "approvals.json").write_text("{", encoding="utf-8")
    code, _, err = say("run", ran)
    assert (code, "A108" in err) == (2, True)
    assert (out / "approvals.json").read_text(encoding="utf-8") == "{"


def test_the_workbook_carries_the_certificate_above_the_regressions(delivered: Path) -> None:
    sheet = pd.read_excel(delivered / "out" / "impact.xlsx", sheet_name="Calibration", header=None)
    first = list(map(str, sheet[0]))
    assert "goes with a leaving rate changed by" in " ".join(first)
    assert {"Standing", "Grade", "Five questions", "statsmodels"} <= set(first)
    assert first.index("Standing") < first.index("outcome")
