"""Taking a study in: sound studies whole, faulty ones with every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.errors import InputError
from impact.intake import take_in
from tests.tiny_study import append, edit, write_tiny_study


def codes(folder: Path, *overrides: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        take_in(folder, overrides)
    return [finding.code for finding in caught.value.findings]


def test_a_sound_study_is_taken_in_whole(tmp_path: Path) -> None:
    intake = take_in(write_tiny_study(tmp_path), ["study.inactive_after=3"])
    assert intake.case.plan.ids() == ("fleet", "spares")
    assert intake.source.ledger.count().execute() > 0
    assert [check.code for check in intake.checks] == ["S111", "D379", "D300", "D300", "D300", "D300"]
    assert intake.checks[0].found.startswith("study.inactive_after")


def test_faults_of_study_plan_and_tables_come_in_one_go(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    edit(folder, "study.toml", "budget = 1000", "budget = -1")
    append(folder, "fixes.csv", "kiosk,slow,.1,.2,.3")
    append(folder, "responses.csv", "0001,2026-04-01,buy,11,csat,")
    assert codes(folder) == ["S106", "P206", "D306"]


def test_a_missing_table_does_not_hide_the_faults_of_the_others(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    append(folder, "ledger.csv", "0001,2025Q4,5,")
    assert codes(folder, "data.responses=gone.csv") == ["S108", "D305"]
    assert codes(folder, "data.ledger=gone.csv") == ["S108"]


def test_fixes_of_pain_points_that_no_table_lists_are_one_finding(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    edit(folder, "study.toml", 'pain_points = "pain_points.csv"\n', "")
    edit(folder, "study.toml", 'incidents = "incidents.csv"\n', "")
    edit(folder, "responses.csv", ",pain_points\n", ",notes\n")
    with pytest.raises(InputError) as caught:
        take_in(folder)
    (found,) = [finding for finding in caught.value.findings if finding.code == "P206"]
    assert "no rows of pain_points" in found.found and "slow, broken" in found.found


def test_a_fix_of_a_delight_is_refused(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    edit(folder, "pain_points.csv", "name,source\n", "name,source,kind\n")
    edit(folder, "pain_points.csv", "Slow delivery,operations", "Quick delivery,operations,delight")
    assert codes(edit(folder, "pain_points.csv", "part,survey", "part,survey,pain")) == ["P216"]


def test_a_study_that_cannot_be_read_stops_there(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    append(folder, "fixes.csv", "kiosk,slow,.1,.2,.3")
    assert codes(edit(folder, "study.toml", 'as_of = "2026Q3"\n', "")) == ["S104"]


def test_a_source_that_is_not_available_is_said_without_reading_tables(tmp_path: Path) -> None:
    assert codes(write_tiny_study(tmp_path), "data.source='oracle://host'") == ["S121"]


def test_files_beside_a_server_are_said_without_asking_the_server(tmp_path: Path) -> None:
    assert codes(write_tiny_study(tmp_path), "data.source='postgres://nowhere.invalid/db'") == ["S124"] * 4
