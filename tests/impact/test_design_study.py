"""`design` by the command, on the starter study: what it writes, draws and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.quick_study import quick_uplift
from tests.said import say

pytestmark = pytest.mark.verify


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter study, only to be read."""
    folder = tmp_path_factory.mktemp("design") / "study"
    assert say("init", folder)[0] == 0
    return folder


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the joint draws."""
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)


def test_it_writes_what_could_be_seen_and_no_customer_unless_asked(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, err = say("design", study, "--out", out, "--periods", "2", "--json")
    assert code == 0, err
    assert {path.name for path in out.iterdir()} == {"tables", "design.html", "design.json"}
    told, table = json.loads(said)["result"], pd.read_csv(out / "tables" / "design.csv")
    assert len(told["design"]) == len(table) and set(table["periods"]) == {2}
    assert (table.groupby("initiative")["registered"].sum() == 1).all()
    met = table[table["outcome"].str.startswith("met:")]
    assert (met["effect"] < 0).all() and (table["effect_p05"] <= table["effect_p95"]).all()
    page = (out / "design.html").read_text(encoding="utf-8")
    assert "<script" not in page and "<svg" in page and "SYN-" not in page
    sheet = pd.read_csv(out / "tables" / "registration.csv")
    assert sheet["stop_rule"].str.startswith("Fixed").all() and (sheet["mde"] > 0).all()


def test_lists_are_by_lot_alike_twice_and_nobody_is_in_two(study: Path, tmp_path: Path) -> None:
    lists = []
    for name in ("one", "two"):
        code, _, err = say("design", study, "--out", tmp_path / name, "--lists")
        assert code == 0, err
        files = sorted((tmp_path / name).glob("assignments_*.csv"))
        lists.append(pd.concat([pd.read_csv(path, dtype=str) for path in files]))
    pd.testing.assert_frame_equal(*lists)
    drawn = lists[0]
    assert list(drawn.columns) == ["customer_id", "initiative", "arm", "from", "randomised"]
    assert drawn["customer_id"].is_unique and set(drawn["randomised"]) == {"1"}
    persona = pd.read_csv(study / "data" / "customers.csv", dtype=str).set_index("customer_id")["persona"]
    counts = drawn.assign(persona=drawn["customer_id"].map(persona)).groupby(["initiative", "persona", "arm"]).size()
    apart = counts.unstack("arm", fill_value=0)
    assert (apart["treated"] - apart["control"]).abs().max() <= 1
    ledger = pd.read_csv(study / "data" / "ledger.csv", dtype=str)
    last = ledger[ledger["period"] == ledger["period"].max()]
    assert set(drawn["customer_id"]) <= set(last["customer_id"])
    code, _, err = say("design", study, "--out", tmp_path / "one", "--lists")
    assert (code, "C714" in err) == (2, True)


def test_every_fault_of_what_is_asked_is_told_at_once(study: Path) -> None:
    asked = ("--initiative", "bil_check", "--periods", "0", "--power", "1.5", "--effect", "joy=1", "--by", "planet")
    code, said, err = say("design", study, *asked, "--json")
    findings = json.loads(said)["findings"]
    assert code == 2, err
    assert [one["code"] for one in findings] == ["C710", "C711", "C711", "C711", "C711"]
    assert "bill_check" in findings[0]["remedy"]
    assert not (study / "out" / "design").exists()


def test_an_effect_that_is_wanted_and_whole_groups_change_what_it_takes(study: Path, tmp_path: Path) -> None:
    asked = ("--initiative", "bill_check", "--effect", "leaving=-0.02", "--by", "plan")
    code, _, err = say("design", study, "--out", tmp_path / "out", *asked)
    assert code == 0, err
    table = pd.read_csv(tmp_path / "out" / "tables" / "design.csv").set_index("outcome")
    assert set(table["initiative"]) == {"bill_check"}
    assert table.loc["leaving", "effect"] == pytest.approx(-0.02) and (table["design_effect"] > 1).all()
