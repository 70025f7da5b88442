"""What leaves the engine of staying and buying, counted by hand on a ledger of a few customers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from impact.cells import CustomerCells, summarise
from impact.cells.summary import LifetimeCells
from impact.intake import take_in
from tests.tiny_study import append, edit, write_tiny_study

REPEAT = ("study.relationship=repeat", "study.inactive_after=1")
# Money is added in no particular order.
CENT = 0.01


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny study: 20 customers of 100 to 119 a quarter, every fifth gone after two quarters."""
    return write_tiny_study(tmp_path)


def cells_of(folder: Path, *overrides: str) -> LifetimeCells:
    """The lifetime cells of a study folder."""
    intake = take_in(folder, overrides)
    cells = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(cells, CustomerCells)
    assert cells.lifetime is not None
    return cells.lifetime


def test_active_customers_and_their_money_are_all_there(folder: Path) -> None:
    active = cells_of(folder).active
    assert active["customers"].sum() == 16
    assert active["revenue"].sum() == pytest.approx(sum(100 + k for k in range(20) if k % 5), abs=CENT)
    assert set(active["tenure"]) == {8}


def test_revenue_kept_is_counted_by_hand(folder: Path) -> None:
    edit(folder, "ledger.csv", "0002,2026Q2,101,1", "0002,2026Q2,151,1")
    edit(folder, "ledger.csv", "0003,2026Q2,102,1", "0003,2026Q2,52,1")
    append(folder, "customers.csv", "0099,home,2026-05-01")
    append(folder, "ledger.csv", "0099,2026Q2,40,1")
    append(folder, "ledger.csv", "0099,2026Q3,40,")
    row = cells_of(folder).revenue.set_index("t").iloc[1]
    whole, gone = sum(100 + k for k in range(20)), sum(100 + k for k in range(0, 20, 5))
    assert (row["customers"], row["lost"], row["new_customers"]) == (20, 4, 1)
    assert row[["start", "kept", "later", "new"]].tolist() == pytest.approx(
        [whole, whole - gone - 50, whole - gone, 40], abs=CENT
    )
    assert pd.isna(row["earned"])


def test_over_more_than_a_year_the_same_quarters_are_compared(folder: Path) -> None:
    for place in range(1, 21):
        append(folder, "ledger.csv", f"{place:04d},2025Q3,50,1")
    revenue = cells_of(folder).revenue
    assert (revenue["after"] == 4).all()
    assert len(revenue) == 1
    assert revenue["start"].tolist() == pytest.approx([20 * 50], abs=CENT)


def test_revenue_of_recommended_customers_is_told_apart(folder: Path) -> None:
    text = (folder / "customers.csv").read_text("utf-8").splitlines()
    lines = [text[0] + ",acquired_by", *(line + "," for line in text[1:])]
    lines += ["0098,home,2026-05-01,Referral", "0099,home,2026-05-01,advert"]
    (folder / "customers.csv").write_text("\n".join(lines) + "\n", "utf-8")
    for new, revenue in (("0098", 30), ("0099", 70)):
        append(folder, "ledger.csv", f"{new},2026Q2,{revenue},1")
        append(folder, "ledger.csv", f"{new},2026Q3,{revenue},")
    row = cells_of(folder).revenue.iloc[1]
    assert row[["new", "earned", "earned_customers", "told"]].tolist() == [100, 30, 1, 2]


def test_how_customers_came_may_still_be_a_control(folder: Path) -> None:
    text = (folder / "customers.csv").read_text("utf-8").splitlines()
    lines = [
        text[0] + ",acquired_by",
        *(f"{line},{'referral' if n % 2 else 'advert'}" for n, line in enumerate(text[1:])),
    ]
    (folder / "customers.csv").write_text("\n".join(lines) + "\n", "utf-8")
    intake = take_in(folder, ('model.controls=["acquired_by"]',))
    cells = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(cells, CustomerCells)
    assert set(cells.certified["acquired_by"]) <= {"referral", "advert"}
    assert cells.controls == ("acquired_by",)


def test_a_contract_has_no_cells_of_buying(folder: Path) -> None:
    found = cells_of(folder)
    assert found.buying is None
    assert found.term == 1


def test_repeat_customers_are_followed_from_their_first_purchase_only(folder: Path) -> None:
    joined = (folder / "customers.csv").read_text("utf-8").replace("2024-05-01", "2025-11-01", 10)
    (folder / "customers.csv").write_text(joined, "utf-8")
    edit(folder, "ledger.csv", "0002,2026Q1,101,1\n", "")
    edit(folder, "ledger.csv", "0003,2026Q3,102,\n", "0003,2026Q3,0,\n")
    found = cells_of(folder, *REPEAT)
    assert found.buying is not None and found.values is not None
    assert found.not_followed == 10
    counts = found.buying.groupby(["x", "t_x", "T"])["n"].sum().to_dict()
    assert counts == {(3, 3, 3): 6, (1, 1, 3): 2, (2, 3, 3): 1, (2, 2, 3): 1}
    assert found.values["n"].sum() == 10
    mean = (found.values["n"] * found.values["value"]).sum() / 10
    assert mean == pytest.approx(sum(100 + k for k in range(10)) / 10, abs=CENT)
    assert (found.values["spread"] >= 0).all()


def test_the_term_is_the_commonest_gap_between_renewals(folder: Path) -> None:
    rows = pd.read_csv(folder / "ledger.csv", dtype=str)
    ahead = {"2025Q4": "2025Q4", "2026Q1": "2026Q2", "2026Q2": "2026Q2", "2026Q3": "2026Q4"}
    rows.assign(renewal_at=rows["period"].map(ahead)).to_csv(folder / "ledger.csv", index=False)
    assert cells_of(folder).term == 2
