"""Wrong input, each fault alone: one clear line that says where, what, what is allowed and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from impact.errors import InputError
from impact.intake import take_in
from tests.tiny_study import append, edit, write_tiny_study


def _without_zeros(folder: Path, file: str) -> Path:
    path = folder / file
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(row.lstrip("0") for row in rows)]) + "\n", encoding="utf-8")
    return folder


FAULTS: dict[str, tuple[Callable[[Path], Path], str, tuple[str, ...]]] = {
    "unknown study key": (
        lambda folder: edit(folder, "study.toml", "margin_rate", "margin_rat"),
        "S103",
        ("[study].margin_rat", "did you mean margin_rate?"),
    ),
    "missing file": (
        lambda folder: edit(folder, "study.toml", '"incidents.csv"', '"incident.csv"'),
        "S108",
        ("[data].incidents", "incident.csv"),
    ),
    "missing column": (
        lambda folder: edit(folder, "responses.csv", "score", "rating"),
        "D302",
        ("responses.csv", "score"),
    ),
    "score off its scale": (
        lambda folder: append(folder, "responses.csv", "0001,2026-04-01,buy,6,csat,"),
        "D306",
        ("responses.csv score", "score=6", "csat 1-5"),
    ),
    "duplicate customer and period": (
        lambda folder: append(folder, "ledger.csv", "0001,2026Q1,5,"),
        "D305",
        ("ledger.csv", "one row a customer and period"),
    ),
    "pain point of an unknown stage": (
        lambda folder: edit(folder, "pain_points.csv", "broken,use", "broken,uses"),
        "P206",
        ("pain_points.csv row 3", "'uses'", "did you mean use?"),
    ),
    "period that cannot be read": (
        lambda folder: append(folder, "ledger.csv", "0001,Q1/26,5,"),
        "D304",
        ("ledger.csv period", "Q1/26"),
    ),
    "budget below zero": (
        lambda folder: edit(folder, "study.toml", "budget = 1000", "budget = -1000"),
        "S106",
        ("[portfolio].budget", "-1000"),
    ),
    "fixes row of an unknown initiative": (
        lambda folder: append(folder, "fixes.csv", "flet,slow,.1,.2,.3"),
        "P206",
        ("fixes.csv row 4", "'flet'", "did you mean fleet?"),
    ),
    "effectiveness above 1": (
        lambda folder: edit(folder, "fixes.csv", "0.2,0.4,0.6", "0.2,0.4,1.6"),
        "P208",
        ("fixes.csv row 2, high", "1.6", "0 to 1"),
    ),
    "ids that lost their leading zeros": (
        lambda folder: _without_zeros(folder, "customers.csv"),
        "D320",
        ("customers.csv customer_id", "'0001'", "leading zeros"),
    ),
    "as_of outside the ledger": (
        lambda folder: edit(folder, "study.toml", "2026Q3", "2027Q3"),
        "D312",
        ("[study].as_of", "2027Q3", "2025Q4 to 2026Q3"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_wrong_input_is_one_clear_line_and_writes_nothing(tmp_path: Path, fault: str) -> None:
    break_it, code, words = FAULTS[fault]
    folder = break_it(write_tiny_study(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    with pytest.raises(InputError) as caught:
        take_in(folder)
    (found,) = caught.value.findings
    assert (found.code, caught.value.exit_code) == (code, 2)
    assert all(word in found.line() for word in words)
    assert "\n" not in found.line()
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_faults_of_every_kind_come_at_once(tmp_path: Path) -> None:
    folder = write_tiny_study(tmp_path)
    together = [name for name in FAULTS if name not in {"missing column", "as_of outside the ledger"}]
    for name in together:
        FAULTS[name][0](folder)
    with pytest.raises(InputError) as caught:
        take_in(folder)
    assert sorted(finding.code for finding in caught.value.findings) == sorted(FAULTS[name][1] for name in together)
