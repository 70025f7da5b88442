"""Signing a run: what is recorded, what is refused, and that nothing signed is ever lost."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from impact.approval import FILE_NAME, file_hashes, read_approvals
from impact.approve import Signature, approve_run
from impact.errors import InputError

COLUMNS = ("outcome", "term", "rate", "low", "high", "point", "grade", "blocked", "valid_until", "data_hash")
RATE = Signature(by="Ann Lee", what="rate", valid_until=None, note="")
PORTFOLIO = Signature(by="Ann Lee", what="portfolio", valid_until=None, note="")


def write_run(folder: Path, *blocked: str, fitness: str = "fit", portfolio: object = 1) -> Path:
    """A delivered run of two rates, as far as an approval reads it; `blocked` outcomes carry no grade."""
    (folder / "tables").mkdir(parents=True)
    rows = [
        ("retention", "overall", -0.2, -0.3, -0.1, "1 point on 1-5", "cross-section"),
        ("log_revenue", "overall", 0.02, 0.01, 0.03, "1 point on 1-5", "within-unit"),
    ]
    with (folder / "tables" / "certificate.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for row in rows:
            why = "Own methods disagree." if row[0] in blocked else ""
            writer.writerow([*row, why, "2027Q3", "ab" * 32])
    (folder / "tables" / "calibration.csv").write_text("outcome\n", encoding="utf-8")
    (folder / "tables" / "portfolio.csv").write_text("initiative\n", encoding="utf-8")
    (folder / "forecast.json").write_text(json.dumps({"portfolio": portfolio}), encoding="utf-8")
    names = ("forecast.json", "tables/certificate.csv", "tables/calibration.csv", "tables/portfolio.csv")
    record = {
        **{"run_id": "3f9a1c07", "as_of": "2026Q3", "period": "quarter", "fitness": fitness},
        **{"inputs": {"study.toml": "cd" * 32}, "files": file_hashes(folder, names)},
        "haircut": "60% of an observed effect is kept",
    }
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A delivered run."""
    return write_run(tmp_path / "out")


def refused(run: Path, signature: Signature) -> list[str]:
    before = (run / FILE_NAME).read_bytes() if (run / FILE_NAME).exists() else None
    with pytest.raises(InputError) as raised:
        approve_run(run, signature)
    after = (run / FILE_NAME).read_bytes() if (run / FILE_NAME).exists() else None
    assert before == after
    return [finding.code for finding in raised.value.findings]


def test_it_records_who_when_what_until_when_and_of_which_run(run: Path) -> None:
    signed = approve_run(run, Signature(by=" Ann Lee ", what="rate", valid_until="2027Q1", note="for the budget"))
    (kept,) = read_approvals(run)
    assert kept == signed.approval
    assert (kept.by, kept.what, kept.valid_until, kept.note) == ("Ann Lee", "rate", "2027Q1", "for the budget")
    assert kept.at.endswith("+00:00")
    assert (kept.run_id, kept.inputs) == ("3f9a1c07", {"study.toml": "cd" * 32})
    assert [(rate.outcome, rate.rate, rate.low, rate.high) for rate in kept.rates] == [
        ("retention", -0.2, -0.3, -0.1),
        ("log_revenue", 0.02, 0.01, 0.03),
    ]
    assert set(kept.files) == {"tables/certificate.csv", "tables/calibration.csv"}
    assert kept.haircut == "60% of an observed effect is kept"


def test_a_portfolio_signs_no_haircut_and_an_earlier_record_of_approvals_is_still_read(run: Path) -> None:
    assert approve_run(run, PORTFOLIO).approval.haircut == ""
    record = json.loads((run / FILE_NAME).read_text(encoding="utf-8"))
    for row in record["approvals"]:
        del row["haircut"]
    (run / FILE_NAME).write_text(json.dumps(record), encoding="utf-8")
    assert [one.haircut for one in read_approvals(run)] == [""]


def test_a_rate_is_signed_for_four_quarters_unless_another_period_is_named(run: Path) -> None:
    assert approve_run(run, RATE).approval.valid_until == "2027Q3"
    assert approve_run(run, PORTFOLIO).approval.valid_until == "2027Q3"


def test_a_portfolio_is_signed_by_the_hashes_of_its_forecast_and_table(run: Path) -> None:
    kept = approve_run(run, PORTFOLIO).approval
    assert (set(kept.files), kept.rates) == ({"forecast.json", "tables/portfolio.csv"}, ())


def test_earlier_approvals_stay_as_they_were(run: Path) -> None:
    first = approve_run(run, RATE).approval
    second = approve_run(run, PORTFOLIO).approval
    assert read_approvals(run) == (first, second)
    assert [path.name for path in run.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["", "   ", "--"])
def test_without_a_name_nobody_signs(run: Path, name: str) -> None:
    assert refused(run, Signature(by=name, what="rate", valid_until=None, note="")) == ["A104"]


def test_a_run_not_fit_for_use_is_not_signed(tmp_path: Path) -> None:
    run = write_run(tmp_path / "out", fitness="not fit for use")
    assert refused(run, RATE) == ["A102"]
    assert refused(run, PORTFOLIO) == ["A102"]


@pytest.mark.parametrize("period", ["2026Q2", "next year", "2027"])
def test_a_period_that_has_passed_or_is_none_is_refused(run: Path, period: str) -> None:
    assert refused(run, Signature(by="Ann", what="rate", valid_until=period, note="")) == ["A106"]


def test_a_table_changed_by_hand_is_not_signed(run: Path) -> None:
    table = run / "tables" / "certificate.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("0.02", "0.04"), encoding="utf-8")
    assert refused(run, RATE) == ["A105"]


def test_a_file_taken_away_is_a_change_too(run: Path) -> None:
    (run / "tables" / "calibration.csv").unlink()
    assert refused(run, RATE) == ["A105"]


def test_a_blocked_rate_is_left_out_and_where_all_are_nothing_is_signed(tmp_path: Path) -> None:
    half = write_run(tmp_path / "half", "retention")
    signed = approve_run(half, RATE)
    assert ([rate.outcome for rate in signed.approval.rates], signed.left_out) == (["log_revenue"], ("retention",))
    none = write_run(tmp_path / "none", "retention", "log_revenue")
    assert refused(none, RATE) == ["A103", "A103"]


def test_without_a_portfolio_there_is_none_to_sign(tmp_path: Path) -> None:
    assert refused(write_run(tmp_path / "out", portfolio=None), PORTFOLIO) == ["A107"]


def _no_rates(run: Path) -> None:
    file = run / "tables" / "certificate.csv"
    file.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    record["files"] |= file_hashes(run, ("tables/certificate.csv",))
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")


def test_without_a_rate_there_is_none_to_sign(run: Path) -> None:
    _no_rates(run)
    assert refused(run, RATE) == ["A107"]


@pytest.mark.parametrize("text", [None, "{", '{"run_id": "x"}', "[]"], ids=["none", "no JSON", "another's", "a list"])
def test_a_folder_that_no_run_wrote_is_refused(run: Path, text: str | None) -> None:
    if text is None:
        (run / "run.json").unlink()
    else:
        (run / "run.json").write_text(text, encoding="utf-8")
    assert refused(run, RATE) == ["A101"]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    run = write_run(tmp_path / "out", fitness="not fit for use")
    (run / "tables" / "calibration.csv").unlink()
    assert refused(run, Signature(by="", what="rate", valid_until="2020Q1", note="")) == [
        "A104",
        "A102",
        "A105",
        "A106",
    ]


def _other_schema(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "schema": "another"}


def _key_missing(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "approvals": [{key: value for key, value in record["approvals"][0].items() if key != "by"}]}


def _no_record(record: dict[str, Any]) -> dict[str, Any]:
    return {"approvals": record["approvals"]}


@pytest.mark.parametrize("change", [_other_schema, _key_missing, _no_record])
def test_a_record_of_approvals_that_was_tampered_with_is_neither_read_nor_added_to(
    run: Path, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    approve_run(run, RATE)
    file = run / FILE_NAME
    file.write_text(json.dumps(change(json.loads(file.read_text(encoding="utf-8")))), encoding="utf-8")
    assert refused(run, RATE) == ["A108"]
    with pytest.raises(InputError):
        read_approvals(run)
