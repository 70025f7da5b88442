"""The embedded engine: what it may hold, where it spills, and that nothing of it is left behind."""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path

import pytest

from bench.generate import generate
from impact import engine_duckdb
from impact.engine_duckdb import LEAST_MEMORY, MEMORY, MOST_MEMORY, memory_limit
from impact.errors import InputError
from impact.intake import take_in
from impact.source import open_source
from impact.study import load_study
from tests.tiny_study import edit, write_tiny_study

SPILLING = 300_000  # customers: about 1.8 million answers, over what 256MB hold at once


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of temporary files that only this test uses."""
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    return tmp_path / "scratch"


@pytest.mark.parametrize(("asked", "size"), [("2GB", 2 << 30), ("512 MiB", 512 << 20), ("1.5g", 3 << 29)])
def test_the_memory_asked_for_is_the_limit(monkeypatch: pytest.MonkeyPatch, asked: str, size: int) -> None:
    monkeypatch.setenv(MEMORY, asked)
    assert memory_limit() == size


@pytest.mark.parametrize("asked", ["lots", "2", "-2GB", "100MB", "0GB"])
def test_a_limit_that_is_none_is_one_finding(monkeypatch: pytest.MonkeyPatch, asked: str, tmp_path: Path) -> None:
    monkeypatch.setenv(MEMORY, asked)
    with pytest.raises(InputError) as caught:
        take_in(write_tiny_study(tmp_path))
    (found,) = caught.value.findings
    assert (found.code, found.place) == ("S127", f"environment: {MEMORY}")


@pytest.mark.parametrize(
    ("machine", "limit"), [(2 << 30, int(0.4 * (2 << 30))), (64 << 30, MOST_MEMORY), (1 << 28, LEAST_MEMORY)]
)
def test_without_a_wish_the_limit_is_a_share_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, machine: int, limit: int
) -> None:
    monkeypatch.delenv(MEMORY, raising=False)
    monkeypatch.setattr(engine_duckdb, "_machine_memory", lambda: machine)
    assert memory_limit() == limit


def test_the_private_folder_goes_with_the_tables(tmp_path: Path, scratch: Path) -> None:
    source = open_source(load_study(write_tiny_study(tmp_path)))
    assert len(list(scratch.iterdir())) == 1
    del source
    gc.collect()
    assert list(scratch.iterdir()) == []


def test_the_private_folder_goes_after_an_error(tmp_path: Path, scratch: Path) -> None:
    edit(write_tiny_study(tmp_path), "ledger.csv", "revenue", "money")
    with pytest.raises(InputError) as caught:
        open_source(load_study(tmp_path))
    assert [found.code for found in caught.value.findings] == ["D302"]
    del caught
    gc.collect()
    assert list(scratch.iterdir()) == []


def test_a_disk_or_memory_that_is_full_is_a_finding(tmp_path: Path) -> None:
    from impact.engine_faults import engine_faults_told

    source = open_source(load_study(write_tiny_study(tmp_path)))
    connection = source.connection
    connection.raw_sql("SET memory_limit = '30MB'")
    connection.raw_sql("SET max_temp_directory_size = '1MB'")
    with pytest.raises(InputError) as caught, engine_faults_told("duckdb"):
        connection.raw_sql("CREATE TABLE far_too_large AS SELECT range AS i, hash(range) AS h FROM range(50000000)")
        connection.raw_sql("SELECT count(DISTINCT h::VARCHAR) FROM far_too_large").fetchall()
    assert [found.code for found in caught.value.findings] == ["D474"]


@pytest.mark.verify
def test_a_study_larger_than_the_memory_gives_the_same_panel(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from impact.cells.coverage import money_by_period, stage_coverage
    from impact.cells.panel import build_panel

    generate(SPILLING, tmp_path / "study")
    found = {}
    for limit in ("256MB", "3GB"):
        monkeypatch.setenv(MEMORY, limit)
        intake = take_in(tmp_path / "study")
        panel = build_panel(intake.source, intake.case.journey, intake.study)
        spilled = any(path.is_dir() and any(path.iterdir()) for path in scratch.glob("*/spill"))
        found[limit] = (
            money_by_period(panel).round(4).to_csv(),
            stage_coverage(intake.source, intake.case.journey, intake.study).round(9).to_csv(),
            intake.source.rows.to_csv(),
        )
        del intake, panel
        gc.collect()
        if limit == "256MB":
            assert spilled
    assert found["256MB"] == found["3GB"]
