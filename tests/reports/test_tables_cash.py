"""Cash of a whole run: saved service cost, a costs table, tax, and an initiative that is live."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from quick_study import Quick, change_plan, find_quickly
from spreadsheet import column_values, figure, recalculated

from impact.starter import write_starter
from reports.appendix import appendix
from reports.make_edition import make_edition
from reports.tables import build_tables
from reports.workbook.write import write_workbook

CENT = 0.01
EXACT = 1e-9  # two programs add up the same terms in their own order
TAX = 0.25
# What the live initiative saves on customers whom the new one keeps is cash, whatever share of the new one's is.
KEPT = 0.02


def _change(book: openpyxl.Workbook) -> None:
    """The last initiative live and half ramped up, the first with a cost range, a costs table and little cashable."""
    table = book["initiatives"]
    heads = [cell.value for cell in table[1]]
    new = ("status", "actual_start", "ramp", "cashable", "other_benefit", "cost_low", "cost_high", "delivery")
    for name in [name for name in new if name not in heads]:
        table.cell(1, len(heads) + 1).value = name
        heads.append(name)
    first, last = 2, table.max_row
    place = {name: heads.index(name) + 1 for name in heads}
    for name, value in (("status", "live"), ("actual_start", "2026Q3"), ("ramp", 3)):
        table.cell(last, place[name]).value = value
    cost = float(table.cell(first, place["cost"]).value)
    changes = {
        "cashable": 0.25,
        "other_benefit": 40.0,
        "cost_low": cost * 0.9,
        "cost_high": cost * 1.5,
        "delivery": 0.9,
    }
    for name, value in changes.items():
        table.cell(first, place[name]).value = value
    if "costs" not in book.sheetnames:
        book.create_sheet("costs").append(["initiative", "period", "capex", "opex", "actual"])
    who = table.cell(first, place["initiative"]).value
    book["costs"].append([who, "2026Q4", cost * 0.6, 0, 0])
    book["costs"].append([who, "2027Q1", cost * 0.4, 25, 0])
    book["costs"].append([who, "2026Q3", 10, 0, 0])


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Quick:
    """The starter with a cost to serve that falls with each customer's own score, and the plan changed."""
    folder = tmp_path_factory.mktemp("served") / "study"
    write_starter(folder)
    change_plan(folder, _change)
    rows = pd.read_csv(folder / "data" / "ledger.csv", dtype={"customer_id": str})
    answers = pd.read_csv(folder / "data" / "responses.csv", dtype={"customer_id": str})
    overall = answers[answers["stage"] == "overall"].assign(
        period=lambda one: (pd.to_datetime(one["responded_at"]).dt.to_period("Q") + 1).astype(str)
    )
    score = overall.groupby(["customer_id", "period"], as_index=False)["score"].mean()
    cost = 30 - 2 * rows.merge(score, how="left", on=["customer_id", "period"])["score"].fillna(3.0)
    rows.assign(cost_to_serve=cost.to_numpy().round(2)).to_csv(folder / "data" / "ledger.csv", index=False)
    return find_quickly(folder, f"finance.tax_rate={TAX}", "finance.basis=real")


@pytest.fixture(scope="module")
def tables(quick: Quick) -> dict[str, pd.DataFrame]:
    return build_tables(quick.found)


@pytest.mark.verify
def test_cash_discounted_is_the_npv_of_every_initiative_and_of_the_portfolio_to_the_cent(
    quick: Quick, tables: dict[str, pd.DataFrame]
) -> None:
    decision = quick.found.decision
    assert decision is not None and decision.portfolio is not None
    npv = tables["initiatives"].set_index("initiative")["npv"].to_dict()
    npv["portfolio"] = float(decision.portfolio.npv.mean())
    found = tables["cashflow"].groupby("initiative")["discounted"].sum()
    assert set(found.index) == set(npv)
    assert all(found[name] == pytest.approx(value, abs=CENT) for name, value in npv.items())


@pytest.mark.verify
def test_saved_service_cost_is_counted_and_parted(quick: Quick, tables: dict[str, pd.DataFrame]) -> None:
    cash = tables["cashflow"].groupby("initiative", sort=False)[["service_saving", "non_cashable"]].sum()
    parted = cash.iloc[0]
    assert parted["service_saving"] > 0
    assert parted["non_cashable"] == pytest.approx(3 * parted["service_saving"], rel=KEPT)
    assert (cash.iloc[1:-1]["non_cashable"] == 0).all()
    checks = {check.code: check.status for check in quick.found.checks}
    assert checks["C640"] == "pass" and checks["C641"] == "review" and checks["C643"] == "pass"


@pytest.mark.verify
def test_tax_stands_beside_and_is_no_longer_named_as_not_used(quick: Quick, tables: dict[str, pd.DataFrame]) -> None:
    initiatives = tables["initiatives"]
    assert initiatives["npv_after_tax"].to_numpy() == pytest.approx((1 - TAX) * initiatives["npv"].to_numpy())
    cash = tables["cashflow"]
    assert cash["net_after_tax"].to_numpy() == pytest.approx((1 - TAX) * cash["net"].to_numpy())
    assert not [check for check in quick.found.checks if check.code == "S111"]


@pytest.mark.verify
def test_the_live_initiative_is_in_its_own_table_and_in_no_choice(tables: dict[str, pd.DataFrame]) -> None:
    (row,) = tables["ongoing"].to_dict("records")
    assert row["live_now"] == 0.25 and row["status"] == "live"
    assert row["value_to_come_p05"] <= row["value_to_come"] <= row["value_to_come_p95"]
    assert row["initiative"] not in set(tables["initiatives"]["initiative"])


@pytest.mark.verify
def test_the_workbook_recalculates_to_the_same_npv(quick: Quick, tmp_path: Path) -> None:
    edition = make_edition(quick.found)
    write_workbook(edition, tmp_path / "impact.xlsx")
    book = openpyxl.load_workbook(recalculated(tmp_path / "impact.xlsx", tmp_path), data_only=True)
    initiatives = edition.tables["initiatives"]
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "e"]
    np.testing.assert_allclose(column_values(book["Ranking"], "NPV", len(initiatives)), initiatives["npv"], rtol=EXACT)
    assert edition.worth is not None
    assert figure(book, "NPV together") == pytest.approx(edition.worth.mean, rel=EXACT)


@pytest.mark.verify
def test_the_page_shows_cash_of_the_set_tax_and_what_is_live(quick: Quick) -> None:
    sections = {section.anchor: section for section in appendix(make_edition(quick.found))}
    assert "After tax at 25%" in sections["cash"].note
    assert sections["ongoing"].table is not None and len(sections["ongoing"].table.rows) == 1
