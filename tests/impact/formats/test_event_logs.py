"""Event logs: one clock, stages by name, and what has none counted."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from impact.errors import InputError
from impact.intake import take_in
from tests.exports import adapted, bring, codes, faults, rows, write_export_study

DATA = """
ledger = "ledger.csv"
responses = "responses.csv"
events = "events.csv"
format = { events = "events" }
[data.items."place order"]
stage = "buy"
[data.items."Receive  Parcel"]
stage = "use"
"""


def log(tmp_path: Path, old: str = "", new: str = "", data: str = DATA) -> Path:
    bring(write_export_study(tmp_path, data), "events.csv")
    text = (tmp_path / "events.csv").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "events.csv").write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return tmp_path


def test_the_sample_reads_to_visits_in_universal_time(tmp_path: Path) -> None:
    assert rows(log(tmp_path), "events").to_numpy().tolist() == [
        ["0001", "2026-01-30T13:32:00", "buy", 1, None],
        ["0001", "2026-01-30T14:06:00", None, 2, "activity without a stage"],
        ["0001", "2026-03-31T22:30:00", "use", 3, None],
        ["0002", "2026-02-06T09:18:00", "buy", 4, None],
        ["0002", "2026-02-07T17:18:00", "use", 5, None],
        [None, "2026-02-07T17:18:00", "buy", 6, "no customer id"],
    ]


def test_visits_reach_the_source_with_period_and_time(tmp_path: Path) -> None:
    source = take_in(log(tmp_path)).source
    assert source.events is not None
    read = source.events.order_by(["customer_id", "day", "clock"]).execute()
    assert read.columns.tolist() == ["customer_id", "t", "day", "clock", "stage"]
    first = (datetime.date(2026, 1, 30) - datetime.date(1970, 1, 1)).days
    assert list(zip(read.day - first, read.clock, strict=True)) == [
        (0, "13:32:00"),
        (60, "22:30:00"),
        (7, "09:18:00"),
        (8, "17:18:00"),
    ]
    assert read.t.nunique() == 1
    table = source.rows[source.rows.table == "events"]
    assert dict(zip(table.reason, table.set_aside, strict=True)) == {
        "activity without a stage": 1,
        "no customer id": 1,
    }


def test_a_study_without_events_has_none(tmp_path: Path) -> None:
    data = 'ledger = "ledger.csv"\nresponses = "responses.csv"\n'
    assert take_in(write_export_study(tmp_path, data)).source.events is None


def test_canonical_events_need_no_adapter(tmp_path: Path) -> None:
    data = 'ledger = "ledger.csv"\nresponses = "responses.csv"\nevents = "visits.csv"\n'
    folder = write_export_study(tmp_path, data)
    text = "customer_id,occurred_at,stage\n0001,2026-02-03T10:00:00,buy\n0001,2026-02-04T10:00:00,use\n"
    (folder / "visits.csv").write_text(text, encoding="utf-8")
    source = take_in(folder).source
    assert source.events is not None
    assert sorted(source.events.stage.execute()) == ["buy", "use"]
    (folder / "visits.csv").write_text(text.replace("use", "return"), encoding="utf-8")
    with pytest.raises(InputError, match="D307"):
        take_in(folder)


def test_times_without_an_offset_need_a_zone(tmp_path: Path) -> None:
    folder = log(tmp_path, "2026-01-30 14:32:00+01:00", "2026-01-30 14:32:00")
    assert codes(folder, "events") == ["D405"]
    read = rows(folder, "events", "data.timezone=America/New_York")
    assert read.occurred_at.tolist()[:2] == ["2026-01-30T19:32:00", "2026-01-30T14:06:00"]


def test_without_items_the_activities_are_listed(tmp_path: Path) -> None:
    (found,) = faults(log(tmp_path, data=DATA.partition("[data.items")[0]), "events")
    assert (found.code, "place order, call support, receive parcel" in found.found) == ("D401", True)
    assert '[data.items."place order"]' in found.remedy and "metric" not in found.remedy


def test_activities_that_no_item_names_are_said_by_name(tmp_path: Path) -> None:
    assert [(one.code, one.found) for one in adapted(log(tmp_path), "events").notices] == [
        ("D421", "events.csv: call support")
    ]


def test_the_index_and_doubled_columns_do_no_harm_unless_they_are_asked_for(tmp_path: Path) -> None:
    plain = rows(log(tmp_path), "events")
    doubled = rows(log(tmp_path, "Activity,Resource", "Costs,Costs"), "events")
    assert doubled.equals(plain)
    assert codes(log(tmp_path, "Activity,Resource", "concept:name,Resource"), "events") == ["D409"]


def test_other_column_names_are_mapped_and_staff_are_never_a_key(tmp_path: Path) -> None:
    folder = log(tmp_path, "case:concept:name", "Case ID")
    assert codes(folder, "events") == ["D411"]
    assert rows(folder, "events", "data.columns.events.customer_id='Case ID'").customer_id[0] == "0001"
    assert codes(folder, "events", "data.columns.events.customer_id=org:resource") == ["D412"]


def test_a_log_of_many_objects_an_event_is_refused(tmp_path: Path) -> None:
    folder = write_export_study(tmp_path, DATA)
    text = "ocel:eid,ocel:timestamp,ocel:activity,ocel:type:order\ne1,1980-01-01,Create,\"['o1']\"\n"
    (folder / "events.csv").write_text(text, encoding="utf-8")
    (found,) = faults(folder, "events")
    assert (found.code, "object-centric" in found.found) == ("D409", True)


def test_an_activity_that_the_log_does_not_have_is_named(tmp_path: Path) -> None:
    more = DATA + '[data.items."place ordr"]\nstage = "buy"\n'
    (found,) = faults(log(tmp_path, data=more), "events")
    assert (found.code, found.remedy) == ("D402", "did you mean place order?")
