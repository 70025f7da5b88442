"""The ledger beside finance's control totals: tied by period, unit and line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from impact.checks import Check
from impact.errors import InputError
from impact.intake import take_in
from tests.tiny_study import edit, write_tiny_study

# The tiny ledger: 16 customers in 2026Q3 with revenue 100 + place, places 1..19 but 5, 10 and 15.
CUSTOMERS, REVENUE = 16, 16 * 100 + sum(range(20)) - 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny_study(tmp_path)
    return edit(tmp_path, "study.toml", "[portfolio]", '[finance]\ncontrol_totals = "gl.csv"\n[portfolio]')


def write(folder: Path, *rows: str, columns: str = "period,line,amount") -> Path:
    (folder / "gl.csv").write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return folder


def checks(folder: Path) -> dict[str, Check]:
    return {check.code: check for check in take_in(folder).checks}


def table(folder: Path, *overrides: str) -> pd.DataFrame:
    return take_in(folder, overrides).report.reconciliation


def test_each_total_stands_beside_the_ledgers_sum(folder: Path) -> None:
    write(folder, f"2026Q3,customers,{CUSTOMERS}", "2026Q3,Revenue,2000", "2026Q3,margin,700")
    found = table(folder).set_index("line")
    assert found.ledger.tolist() == pytest.approx([CUSTOMERS, REVENUE, REVENUE * 0.4])
    assert found.difference["revenue"] == pytest.approx(REVENUE - 2000)
    assert found.coverage["revenue"] == pytest.approx(REVENUE / 2000)
    assert (set(found.period), set(found.unit)) == ({"2026Q3"}, {""})


def test_books_within_two_in_a_hundred_pass(folder: Path) -> None:
    tied = checks(write(folder, f"2026Q3,revenue,{REVENUE / 0.981}"))["D386"]
    assert (tied.status, tied.found) == ("pass", "0 of 1 totals over 2% apart")
    apart = checks(write(folder, f"2026Q3,revenue,{REVENUE / 0.979}"))["D386"]
    assert apart.status == "review"
    assert apart.found.startswith("1 of 1 totals over 2% apart; 2026Q3 revenue: ledger 1,760.00, books 1,797")


def test_units_are_tied_by_the_customer_id(folder: Path) -> None:
    write(folder, "2026Q3,0002,revenue,101", "2026-08,0003,revenue,100", columns="period,unit,line,amount")
    found = table(folder).set_index("unit")
    assert found.ledger.to_dict() == {"0002": 101.0, "0003": 102.0}


def test_totals_after_as_of_and_of_a_margin_there_is_not_are_counted(folder: Path) -> None:
    edit(folder, "study.toml", "margin_rate = 0.4\n", "")
    write(folder, "2026Q4,revenue,5", "2026Q3,margin,5")
    found = checks(folder)
    assert found["D387"].found == "gl.csv: 1 totals after as_of, 1 of a margin that the study does not have"
    assert table(folder).ledger.isna().all()


def test_a_period_that_the_ledger_lacks_is_a_difference(folder: Path) -> None:
    write(folder, "2020Q1,revenue,5", "2020Q1,customers,0")
    assert table(folder).difference.tolist() == [-5, 0]


@pytest.mark.parametrize(
    ("columns", "row", "code", "said"),
    [
        ("period,amount", "2026Q3,1", "D380", "the column line is missing"),
        ("period,line,amount", "2026Q3,profit,1", "D381", "'profit'"),
        ("period,line,amount", "2026Q3,revenue,1.000,5", "D380", "row 2 has 4 cells, the header 3"),
        ("period,line,amount", '2026Q3,revenue,"1,000"', "D381", "1 row not read"),
        ("period,line,amount", "2026Q3,revenue,1\n2026-07,revenue,2", "D382", "1 row stands twice"),
        ("period,unit,line,amount", "2026Q3,ghost,revenue,1", "D381", "'ghost'"),
    ],
)
def test_faults_of_the_totals_are_findings(folder: Path, columns: str, row: str, code: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        take_in(write(folder, row, columns=columns))
    (found,) = caught.value.findings
    assert (found.code, said in found.found, "gl.csv" in found.place) == (code, True, True)
