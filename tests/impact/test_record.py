"""Forecasts on record: frozen once, never written over, read only as they were signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from impact.__main__ import main
from impact.approval import FILE_NAME, Approval, add_approval, read_approvals
from impact.approve import Signature, approve_run
from impact.errors import InputError
from impact.freezing import digest_of, forecast_text, freeze, record_name
from impact.record import FOLDER, latest_of_each, read_own_records, read_records
from tests.impact.forecast_values import DISCOUNT, HORIZON, draft
from tests.tiny_study import edit, write_tiny_study


def approval(run_id: str, as_of: str, at: str, by: str = "Ann Lee") -> Approval:
    return Approval(
        what="portfolio",
        by=by,
        at=at,
        valid_until="2027Q3",
        note="board of May",
        run_id=run_id,
        as_of=as_of,
        files={},
        inputs={"study.toml": "cd" * 32},
        rates=(),
    )


def put(out: Path, forecast: dict[str, object], at: str = "2026-10-02T09:30:00+00:00", by: str = "Ann Lee") -> Path:
    """A forecast put on record as `approve` does."""
    signed = approval(str(forecast["run_id"]), str(forecast["as_of"]), at, by)
    path = freeze(out, forecast, signed)
    files = {record_name(path): digest_of(path)}
    add_approval(out, Approval(**{name: getattr(signed, name) for name in signed.__slots__} | {"files": files}))
    return path


def codes(out: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_records(out)
    return [finding.code for finding in caught.value.findings]


def test_a_record_says_who_approved_what_and_holds_every_claim(tmp_path: Path) -> None:
    path = put(tmp_path, draft())
    assert path == tmp_path / "record" / "2026Q3-3f9a1c07.json"
    (record,) = read_records(tmp_path)
    assert (record.run_id, record.as_of, record.version) == ("3f9a1c07", "2026Q3", "0.1")
    assert (record.approved_by, record.approved_at) == ("Ann Lee", "2026-10-02T09:30:00+00:00")
    assert (record.chosen, record.worth, record.path) == (("fleet",), 130.0, path)
    assert (record.about.study, record.about.currency, record.about.period) == ("Tiny", "EUR", "quarter")
    assert (record.about.horizon, record.about.customers, record.about.joiners) == (HORIZON, 20.0, False)
    np.testing.assert_array_equal(record.about.discount, DISCOUNT)
    assert record.plan["initiatives"][0]["name"] == "More vans"
    one = record.claim("initiative/fleet/benefit/2027Q1")
    assert one is not None
    assert (one.kind, one.metric, one.initiative, one.period) == ("initiative", "benefit", "fleet", "2027Q1")
    assert (one.mean, len(one.quantiles)) == (100.0, 99)
    assert record.claim("metric/margin/2031Q1") is None
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["status"] == "approved"
    assert kept["approval"] | {"at": ""} == {
        **{"by": "Ann Lee", "at": "", "note": "board of May", "valid_until": "2027Q3", "rate": None}
    }


def test_what_is_certain_is_written_once_and_read_as_every_quantile(tmp_path: Path) -> None:
    put(tmp_path, _one_claim(lambda one: one.update(quantiles=[7])))
    (record,) = read_records(tmp_path)
    assert record.claims[0].quantiles.tolist() == [7.0] * 99


def test_no_folder_is_no_record_and_hidden_files_are_none(tmp_path: Path) -> None:
    assert read_records(tmp_path) == ()
    put(tmp_path, draft())
    (tmp_path / FOLDER / ".2026Q3-draft.json").write_text("{", encoding="utf-8")
    assert len(read_records(tmp_path)) == 1


def test_earlier_records_are_kept_and_the_oldest_comes_first(tmp_path: Path) -> None:
    put(tmp_path, draft("bbb", "2026Q4"), "2027-01-05T00:00:00+00:00")
    put(tmp_path, draft("aaa", "2026Q3"))
    assert [one.run_id for one in read_records(tmp_path)] == ["aaa", "bbb"]


def test_of_two_records_of_one_period_the_later_approved_counts_and_both_are_kept(tmp_path: Path) -> None:
    put(tmp_path, draft("bbb"), "2026-10-03T00:00:00+00:00")
    put(tmp_path, draft("ccc"), "2026-10-01T00:00:00+00:00")
    put(tmp_path, draft("ddd", "2026Q4"), "2027-01-05T00:00:00+00:00")
    records = read_records(tmp_path)
    assert [one.run_id for one in records] == ["ccc", "bbb", "ddd"]
    assert [one.run_id for one in latest_of_each(records)] == ["bbb", "ddd"]


def test_the_same_run_id_with_another_forecast_gets_a_file_of_its_own(tmp_path: Path) -> None:
    first = put(tmp_path, draft())
    before = first.read_bytes()
    second = put(tmp_path, {**draft(), "version": "0.2"}, "2026-10-09T00:00:00+00:00")
    assert second.name == "2026Q3-3f9a1c07-2.json"
    assert first.read_bytes() == before
    assert len(read_records(tmp_path)) == 2


def test_a_record_changed_by_a_single_digit_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, draft())
    path.write_text(path.read_text(encoding="utf-8").replace('"mean":100.0', '"mean":101.0', 1), encoding="utf-8")
    assert codes(tmp_path) == ["A111"]


def test_a_file_that_nobody_signed_is_no_record(tmp_path: Path) -> None:
    put(tmp_path, draft())
    (tmp_path / FOLDER / "2025Q3-x.json").write_text(forecast_text(draft("x", "2025Q3")), encoding="utf-8")
    assert codes(tmp_path) == ["A112"]


def test_a_record_taken_away_is_missed_and_every_fault_is_told_at_once(tmp_path: Path) -> None:
    put(tmp_path, draft("aaa")).unlink()
    path = put(tmp_path, draft("bbb"), "2026-10-03T00:00:00+00:00")
    path.write_text("{", encoding="utf-8")
    assert codes(tmp_path) == ["A114", "A111"]


def test_without_the_approvals_no_record_is_vouched_for(tmp_path: Path) -> None:
    put(tmp_path, draft())
    (tmp_path / FILE_NAME).unlink()
    assert codes(tmp_path) == ["A112"]


def _one_claim(change: Callable[[dict[str, Any]], None]) -> dict[str, object]:
    forecast: dict[str, Any] = draft()
    change(forecast["claims"][0])
    return forecast


@pytest.mark.parametrize(
    ("forecast", "code"),
    [
        ({**draft(), "schema": "cx-impact/1"}, "A110"),
        ({**draft(), "schema": "cx-impact/forecast/9"}, "A110"),
        ({key: value for key, value in draft().items() if key != "horizon"}, "A113"),
        (_one_claim(lambda one: one["quantiles"].pop()), "A113"),
        (_one_claim(lambda one: one["quantiles"].reverse()), "A113"),
        (_one_claim(lambda one: one.update(kind="hope")), "A113"),
        (_one_claim(lambda one: one.update(more=1)), "A113"),
    ],
    ids=["version 1", "a later one", "no horizon", "98 quantiles", "falling", "no kind", "an unknown key"],
)
def test_a_signed_file_that_is_no_such_forecast_is_refused(
    tmp_path: Path, forecast: dict[str, object], code: str
) -> None:
    put(tmp_path, forecast)
    assert codes(tmp_path) == [code]


@pytest.mark.parametrize(("study", "currency"), [("Large", "EUR"), ("Tiny", "USD")])
def test_records_of_another_study_are_not_this_ones(tmp_path: Path, study: str, currency: str) -> None:
    put(tmp_path, draft())
    assert len(read_own_records(tmp_path, "Tiny", "EUR")) == 1
    with pytest.raises(InputError) as caught:
        read_own_records(tmp_path, study, currency)
    assert [finding.code for finding in caught.value.findings] == ["A115"]


def test_a_forecast_is_written_a_claim_a_line_and_reads_back(tmp_path: Path) -> None:
    text = forecast_text(draft())
    assert json.loads(text) == draft()
    assert sum('"quantiles"' in line for line in text.splitlines()) == text.count('"quantiles"') == 6


def test_an_approval_that_cannot_be_added_leaves_no_record_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.impact.test_approve import write_run

    run = write_run(tmp_path / "out")

    def fail(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("impact.approve.add_approval", fail)
    with pytest.raises(OSError, match="no space"):
        approve_run(run, Signature(by="Ann Lee", what="portfolio", valid_until=None, note=""))
    assert list((run / FOLDER).iterdir()) == []
    assert read_approvals(run) == ()


@pytest.mark.parametrize(("name", "code"), [("Tiny", "A111"), ("Another", "A115")], ids=["changed", "renamed"])
def test_a_run_beside_records_that_are_not_in_order_stops_before_it_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, code: str
) -> None:
    study, out = write_tiny_study(tmp_path), tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("{}", encoding="utf-8")
    path = put(out, draft())
    edit(study, "study.toml", 'name = "Tiny"', f'name = "{name}"')
    if code == "A111":
        path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    before = path.read_bytes()
    assert main(["run", str(study)]) == 2
    assert code in capsys.readouterr().err
    assert path.read_bytes() == before
