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
from impact.record import read_records
from tests.impact.forecast_values import draft

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
    forecast = draft() | ({} if portfolio else {"portfolio": None})
    (folder / "forecast.json").write_text(json.dumps(forecast), encoding="utf-8")
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
    signed = {"forecast.json", "tables/portfolio.csv", "record/2026Q3-3f9a1c07.json"}
    assert (set(kept.files), kept.rates) == (signed, ())


def test_a_portfolio_approved_is_a_forecast_on_record_and_a_rate_is_not(run: Path) -> None:
    assert approve_run(run, RATE).record is None
    assert read_records(run) == ()
    signed = approve_run(run, Signature(by="Ann Lee", what="portfolio", valid_until=None, note="for the budget"))
    (record,) = read_records(run)
    assert (signed.record, signed.added) == (record.path, False)
    assert (record.approved_by, record.approved_at) == ("Ann Lee", signed.approval.at)


def test_the_same_run_signed_again_has_two_signatures_and_one_record(run: Path) -> None:
    first = approve_run(run, PORTFOLIO)
    assert first.record is not None
    before = first.record.read_bytes()
    second = approve_run(run, Signature(by="Bo Ek", what="portfolio", valid_until=None, note=""))
    assert (second.record, second.added) == (first.record, True)
    assert first.record.read_bytes() == before
    assert [one.by for one in read_approvals(run)] == ["Ann Lee", "Bo Ek"]
    assert [one.approved_by for one in read_records(run)] == ["Ann Lee"]


def _as_delivered(run: Path, **changes: object) -> None:
    """The run delivered with another forecast, as far as an approval can tell."""
    (run / "forecast.json").write_text(json.dumps(draft() | changes), encoding="utf-8")
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    record["files"] |= file_hashes(run, ("forecast.json",))
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")


def test_a_forecast_of_an_earlier_version_is_not_put_on_record(run: Path) -> None:
    _as_delivered(run, schema="cx-impact/1")
    assert refused(run, PORTFOLIO) == ["A110"]
    assert not (run / "record").exists()


def test_a_run_of_another_study_is_not_put_beside_the_records_of_this_one(run: Path) -> None:
    approve_run(run, PORTFOLIO)
    _as_delivered(run, study="Another")
    assert refused(run, PORTFOLIO) == ["A115"]


def test_beside_a_record_that_was_tampered_with_nothing_is_signed(run: Path) -> None:
    path = approve_run(run, PORTFOLIO).record
    assert path is not None
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert refused(run, PORTFOLIO) == ["A111"]


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
