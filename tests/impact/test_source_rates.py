"""Money of several currencies: converted by finance's rates, refused without them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from impact.checks import Check
from impact.errors import Finding, InputError
from impact.intake import Intake, take_in
from tests.tiny_study import edit, write_tiny_study

RATES = "period,currency,rate\n2026Q2,USD,0.9\n2026Q3,usd,0.8\n2026-07,JPY,0.006\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny_study(tmp_path)
    (tmp_path / "ledger.csv").write_text(
        "customer_id,period,revenue,margin,cost_to_serve,currency\n"
        "0001,2026Q2,100,50,10,USD\n0001,2026Q3,100,50,10,Usd\n"
        "0002,2026Q2,70,35,7,\n0002,2026Q3,70,35,7,EUR\n0003,2026Q3,10000,4000,1000,JPY\n",
        encoding="utf-8",
    )
    (tmp_path / "rates.csv").write_text(RATES, encoding="utf-8")
    return edit(tmp_path, "study.toml", "[portfolio]", '[finance]\nrates = "rates.csv"\n[portfolio]')


def faults(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        take_in(folder)
    assert caught.value.exit_code == 2
    return caught.value.findings


def check(intake: Intake, code: str) -> Check:
    return next(one for one in intake.checks if one.code == code)


def test_all_money_of_a_row_is_converted_at_the_rate_of_its_period(folder: Path) -> None:
    intake = take_in(folder)
    rows = intake.source.ledger.order_by("customer_id", "t").execute()
    assert rows.revenue.tolist() == pytest.approx([90, 80, 70, 70, 60])
    assert rows.margin.tolist() == pytest.approx([45, 40, 35, 35, 24])
    assert rows.cost_to_serve.tolist() == pytest.approx([9, 8, 7, 7, 6])
    assert "finance.rates" not in str([one.found for one in intake.checks if one.code == "S111"])


def test_the_sums_of_each_currency_are_said_and_the_file_still_ties_to_the_cent(folder: Path) -> None:
    intake = take_in(folder)
    assert check(intake, "D376").found == (
        "revenue: 1 rows of 10,000.00 JPY are 60.00 EUR; 2 rows of 200.00 USD are 170.00 EUR"
    )
    tied = check(intake, "D379")
    assert (tied.status, tied.found) == ("pass", "revenue: file 10,340.00, used 10,340.00, set aside 0.00")


def test_another_currency_without_rates_names_the_setting(folder: Path) -> None:
    edit(folder, "study.toml", 'rates = "rates.csv"\n', "")
    (found,) = faults(folder)
    assert (found.code, "[finance] rates" in found.remedy) == ("D316", True)
    assert "'USD' (1), 'Usd' (1)" in found.found


def test_pairs_without_a_rate_are_listed(folder: Path) -> None:
    (folder / "rates.csv").write_text("period,currency,rate\n2026Q3,USD,0.8\n", encoding="utf-8")
    (found,) = faults(folder)
    assert found.code == "D375"
    assert found.found == "no rate for 2026Q2 USD (1 rows), 2026Q3 JPY (1 rows)"


@pytest.mark.parametrize(
    ("text", "codes", "said"),
    [
        ("period,currency\n2026Q3,USD\n", ["D380"], "the column rate is missing"),
        ("period\n2026Q3\n", ["D380"], "the columns currency, rate are missing"),
        ("", ["D380"], "is empty"),
        ("period,currency,rate\nQ3,USD,x\n,JPY,1\n", ["D381", "D381"], "not read"),
        ("period,currency,rate\n2026Q3,USD,0\n", ["D381"], "cannot be"),
        ("period,currency,rate\n2026Q3,EUR,1.1\n", ["D381"], "cannot be"),
        ("period,currency,rate\n2026-07,USD,1\n2026-08,USD,1.1\n", ["D382"], "1 row stands twice"),
    ],
)
def test_faults_of_the_rates_are_findings(folder: Path, text: str, codes: list[str], said: str) -> None:
    (folder / "rates.csv").write_text(text, encoding="utf-8")
    found = faults(folder)
    assert [one.code for one in found] == codes
    assert any(said in one.found for one in found)
    assert all("rates.csv" in one.place for one in found)


def test_rates_are_read_alike_from_parquet_and_a_sheet(folder: Path) -> None:
    rows = [("2026Q2", "USD", 0.9), ("2026Q3", "USD", 0.8), ("2026Q3", "JPY", 0.006)]
    pd.DataFrame(rows, columns=["Period", "Currency", "Rate"]).to_parquet(folder / "rates.parquet")
    book = openpyxl.Workbook()
    sheet = book.create_sheet("fx")
    for row in [("period", "currency", "rate"), *rows]:
        sheet.append(row)
    book.save(folder / "book.xlsx")
    for name in ("rates.parquet", "book.xlsx#fx"):
        rows_read = take_in(folder, [f"finance.rates={name}"]).source.ledger.execute()
        assert rows_read.revenue.sum() == pytest.approx(370)
