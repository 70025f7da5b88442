"""Answers given after a request to cancel are set aside and counted; incidents stay."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from impact.intake import take_in
from tests.tiny_study import edit, write_tiny_study

ANSWERS = (
    ("0001", "2026-02-09"),
    ("0001", "2026-02-10"),
    ("0001", "2026-02-11"),
    ("0001", "2026-05-01"),
    ("0002", "2026-05-01"),
    ("0003", "2026-02-11"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny_study(tmp_path)
    lines = ["customer_id,period,revenue,cancel_requested_at"]
    lines += ["0001,2026Q1,100,2026-02-10 09:30:00", "0001,2026Q2,100,2026-04-02", "0003,2026Q1,100,2026Q1"]
    lines += [f"000{n},{quarter},100," for n in (2, 4, 7) for quarter in ("2026Q1", "2026Q2", "2026Q3")]
    (tmp_path / "ledger.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [f"{who},{day},overall,3,csat" for who, day in ANSWERS]
    text = "\n".join(["customer_id,responded_at,stage,score,metric", *rows]) + "\n"
    (tmp_path / "responses.csv").write_text(text, encoding="utf-8")
    return tmp_path


def aside(folder: Path) -> tuple[int, int]:
    """How many answers and incidents are set aside as given after a request."""
    rows = take_in(folder).source.rows
    late = rows[rows.reason == "after cancel request"].set_index("table").set_aside
    return int(late.get("responses", 0)), int(late.get("incidents", 0))


def test_answers_of_a_later_day_are_set_aside_and_counted(folder: Path) -> None:
    (folder / "incidents.csv").write_text(
        "customer_id,occurred_at,pain_point\n0001,2026-05-03,slow\n", encoding="utf-8"
    )
    assert aside(folder) == (2, 0)
    (said,) = [check for check in take_in(folder).checks if check.code == "D374"]
    assert (said.status, said.found) == ("review", "responses: 2 of 6 rows, after cancel request")


def test_days_are_told_alike_from_dates_of_a_parquet_file(folder: Path) -> None:
    for name, column in (("ledger", "cancel_requested_at"), ("responses", "responded_at")):
        rows = pd.read_csv(folder / f"{name}.csv", dtype={"customer_id": str})
        if name == "ledger":
            rows = rows[rows[column] != "2026Q1"]
        rows[column] = pd.to_datetime(rows[column], format="mixed")
        rows.to_parquet(folder / f"{name}.parquet")
        edit(folder, "study.toml", f'"{name}.csv"', f'"{name}.parquet"')
    assert aside(folder)[0] == 2


def test_without_requests_nothing_is_set_aside(folder: Path) -> None:
    edit(folder, "ledger.csv", "cancel_requested_at", "asked")
    assert aside(folder) == (0, 0)
