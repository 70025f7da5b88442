"""The ledger's money as it is used: blank margins, negative margins, and revenue to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from impact.checks import Check
from impact.intake import take_in
from tests.tiny_study import append, edit, write_tiny_study

ENOUGH = 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny_study(tmp_path)
    edit(tmp_path, "study.toml", 'customers = "customers.csv"\n', "")
    edit(tmp_path, "study.toml", 'responses = "responses.csv"\n', "")
    (tmp_path / "incidents.csv").write_text(
        "customer_id,occurred_at,pain_point\nc0,2026-09-01,slow\n", encoding="utf-8"
    )
    return tmp_path


def write(folder: Path, rows: Sequence[str]) -> Path:
    text = "\n".join(["customer_id,period,revenue,margin", *rows]) + "\n"
    (folder / "ledger.csv").write_text(text, encoding="utf-8")
    return folder


def checks(folder: Path) -> dict[str, Check]:
    return {check.code: check for check in take_in(folder).checks}


def test_a_blank_margin_is_filled_at_its_own_periods_share_where_that_has_enough_rows(folder: Path) -> None:
    spring = [f"c{n},2026Q2,100,20" for n in range(ENOUGH)]
    summer = [f"c{n},2026Q3,100,40" for n in range(ENOUGH - 1)]
    write(folder, [*spring, *summer, "x,2026Q2,100,", "x,2026Q3,100,"])
    rows = take_in(folder).source.ledger.execute()
    filled = rows[rows.customer_id == "x"].sort_values("t").margin.tolist()
    assert filled == pytest.approx([20, 100 * (20 * ENOUGH + 40 * (ENOUGH - 1)) / (100 * (2 * ENOUGH - 1))])
    assert checks(folder)["D342"].found == (
        "margin blank in 2 of 61 ledger rows (3%): valued at the margin share of the rows that have one in the same "
        "period; 1 of them at that of the whole ledger, their period having under 30"
    )


def test_margins_at_or_below_zero_are_kept_and_counted(folder: Path) -> None:
    rows = [f"c{n},2026Q3,100,40" for n in range(97)]
    write(folder, [*rows, "x,2026Q3,100,-20", "y,2026Q3,5,0", "z,2026Q3,-5,-2"])
    found = checks(folder)
    assert found["D377"].found == (
        "margin at or below 0 in 3 of 100 ledger rows that have one (3.0%): "
        "too many to leave out; money is taken in levels"
    )
    assert found["D346"].found == "revenue below 0 in 1 of 100 ledger rows"
    assert take_in(folder).source.ledger.margin.sum().execute() == pytest.approx(97 * 40 - 22)


def test_few_margins_at_or_below_zero_are_counted_without_more(folder: Path) -> None:
    write(folder, [*(f"c{n},2026Q3,100,40" for n in range(100)), "x,2026Q3,100,-20"])
    assert checks(folder)["D377"].found == "margin at or below 0 in 1 of 101 ledger rows that have one (1.0%)"


def test_revenue_of_the_file_is_used_or_set_aside_to_the_cent(folder: Path) -> None:
    write(folder, [*(f"c{n},2026Q3,0.1," for n in range(1000)), "c0,2026Q4,2.35,"])
    tied = checks(folder)["D379"]
    assert (tied.status, tied.found) == ("pass", "revenue: file 102.35, used 100.00, set aside 2.35")
    append(folder, "ledger.csv", "c1,2026Q4,-0.35,")
    assert checks(folder)["D379"].found == "revenue: file 102.00, used 100.00, set aside 2.00"
