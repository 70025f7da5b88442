"""A control that only customers about to leave carry is a mark of leaving, and flagged."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.intake import take_in
from tests.tiny_study import edit, write_tiny_study

LEAVERS, STAYERS = 25, 40


def write(folder: Path, ending: str, before: str = "basic") -> Path:
    """A ledger of four quarters in which 25 leave after the second, with a plan of their own at the end."""
    lines = ["customer_id,period,revenue,plan"]
    for n in range(STAYERS + LEAVERS):
        for place, quarter in enumerate(("2025Q4", "2026Q1", "2026Q2", "2026Q3")):
            leaves = n < LEAVERS
            if leaves and place > 1:
                break
            plan = ending if leaves and place == 1 else (before if n % 2 else "plus")
            lines.append(f"c{n:03d},{quarter},100,{plan}")
    (folder / "ledger.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny_study(tmp_path)
    edit(tmp_path, "study.toml", 'customers = "customers.csv"\n', "")
    edit(tmp_path, "study.toml", 'responses = "responses.csv"\n', "")
    text = "customer_id,occurred_at,pain_point\nc000,2026-02-01,slow\n"
    (tmp_path / "incidents.csv").write_text(text, encoding="utf-8")
    return edit(tmp_path, "study.toml", "[plan]", '[model]\ncontrols = ["plan"]\n[plan]')


def leaks(folder: Path, *overrides: str) -> list[str]:
    return [check.found for check in take_in(folder, overrides).checks if check.code == "D378"]


def test_a_value_that_only_customers_about_to_leave_have_is_a_leak(folder: Path) -> None:
    assert leaks(write(folder, "cancelled")) == ["plan: only customers about to leave have cancelled (25 rows)"]


def test_a_control_filled_only_on_leaving_is_a_leak(folder: Path) -> None:
    (folder / "ledger.csv").write_text("", encoding="utf-8")
    write(folder, "moved away")
    text = (folder / "ledger.csv").read_text(encoding="utf-8").replace(",basic\n", ",\n").replace(",plus\n", ",\n")
    (folder / "ledger.csv").write_text(text, encoding="utf-8")
    assert leaks(folder) == ["plan: only customers about to leave have moved away (25 rows)"]


def test_a_value_that_others_have_too_is_none(folder: Path) -> None:
    assert leaks(write(folder, "basic")) == []


def test_sites_that_do_not_leave_have_no_leak(folder: Path) -> None:
    assert leaks(write(folder, "cancelled"), "study.shape=sites") == []


def test_a_column_of_customers_that_tells_who_left_is_a_leak(folder: Path) -> None:
    write(folder, "basic")
    lines = [f"c{n:03d},{'closed' if n < LEAVERS else 'open'}" for n in range(STAYERS + LEAVERS)]
    (folder / "customers.csv").write_text("\n".join(["customer_id,state", *lines]) + "\n", encoding="utf-8")
    edit(folder, "study.toml", "[data]\n", '[data]\ncustomers = "customers.csv"\n')
    assert leaks(folder, "model.controls=['state']") == ["state: only customers about to leave have closed (25 rows)"]
