"""Stripe as a ledger: minor units, service periods, credit notes, refunds, and the one date that is leaving."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.fingerprint import input_hashes
from impact.formats.stripe_money import units
from impact.formats.stripe_periods import by_period
from impact.intake import take_in
from tests.exports import adapted, bring, codes, faults, rows, write_export_study

DATA = 'ledger = "stripe"\nresponses = "responses.csv"\nformat = { ledger = "stripe" }\n'
INVOICES = (
    "id,customer_id,currency,status,total,tax,subtotal,post_payment_credit_notes_amount,livemode,created,is_deleted"
)
LINES = "invoice_id,amount,period_start,period_end,livemode,proration"
SUBSCRIPTIONS = "customer_id,status,canceled_at,ended_at,cancel_at_period_end,livemode,cancellation_details_reason"
REFUNDS = "id,amount,charge_id,created,currency,status"
CHARGES = "id,customer_id,invoice_id,livemode"
QUARTER = "2026-04-01 00:00:00,2026-07-01 00:00:00"
YEAR = "2026-01-01 00:00:00,2027-01-01 00:00:00"
CENT = 0.005  # money is compared to the cent


def invoice(name: str, customer: str, total: int, **other: object) -> str:
    cells = {"currency": "eur", "status": "paid", "tax": 0, "subtotal": total, "credit": 0, "livemode": "true", **other}
    order = (cells["currency"], cells["status"], total, cells["tax"], cells["subtotal"], cells["credit"])
    return ",".join(map(str, (name, customer, *order, cells["livemode"], "2026-04-01 00:00:00", "false")))


def company(tmp_path: Path, invoices: list[str], lines: list[str], data: str = DATA, **files: list[str]) -> Path:
    folder = write_export_study(tmp_path, data)
    export = folder / "stripe"
    export.mkdir(exist_ok=True)
    heads = {"subscription": SUBSCRIPTIONS, "refund": REFUNDS, "charge": CHARGES}
    (export / "invoices.csv").write_text("\n".join([INVOICES, *invoices]) + "\n", encoding="utf-8")
    (export / "invoice_line_item.csv").write_text("\n".join([LINES, *lines]) + "\n", encoding="utf-8")
    for name, body in files.items():
        (export / f"{name}.csv").write_text("\n".join([heads[name], *body]) + "\n", encoding="utf-8")
    return folder


def revenue(folder: Path, *overrides: str) -> dict[tuple[str, str], float]:
    read = rows(folder, "ledger", *overrides)
    used = read[read.aside.isna()]
    return {(row.customer_id, row.period): float(row.revenue) for row in used.itertuples()}


def test_the_sample_reads_to_a_ledger_row_and_every_other_line_is_counted_aside(tmp_path: Path) -> None:
    bring(write_export_study(tmp_path, DATA), "stripe")
    read = rows(tmp_path, "ledger")
    used = read[read.aside.isna()]
    assert used[["customer_id", "period", "revenue", "currency"]].to_numpy().tolist() == [
        ["sdgfs84854", "2021Q1", "10", "USD"]
    ]
    assert read.aside.value_counts().to_dict() == {
        "line of an invoice that is not in the export": 2,
        "refund of nobody in the export": 4,
    }


def test_the_samples_customers_have_their_joining_date(tmp_path: Path) -> None:
    data = (
        'ledger = "ledger.csv"\nresponses = "responses.csv"\ncustomers = "stripe"\nformat = { customers = "stripe" }\n'
    )
    bring(write_export_study(tmp_path, data), "stripe")
    read = rows(tmp_path, "customers")
    assert read.iloc[0].tolist() == ["cus_ImVzJQmSlYHjZL", "2021-01-18", None, 1]
    assert "email" not in read.columns and len(read) == 12


@pytest.mark.parametrize(
    ("currency", "amount", "value"),
    [("eur", 1234, 12.34), ("JPY", 1234, 1234.0), ("kwd", 1234, 1.234), ("ugx", 500, 5)],
)
def test_minor_units_are_as_many_as_the_currency_has(tmp_path: Path, currency: str, amount: int, value: float) -> None:
    folder = company(tmp_path, [invoice("i", "c", amount, currency=currency)], [f"i,{amount},{QUARTER},true,false"])
    assert revenue(folder) == {("c", "2026Q2"): value}
    assert units(currency) * value == amount
    assert rows(folder, "ledger").currency.tolist() == [currency.upper()]


def test_a_second_currency_is_a_fault_of_the_ledger_and_not_added_up(tmp_path: Path) -> None:
    invoices = [invoice("a", "0001", 100), invoice("b", "0002", 100, currency="usd")]
    folder = company(tmp_path, invoices, [f"a,100,{QUARTER},true,false", f"b,100,{QUARTER},true,false"])
    with pytest.raises(Exception, match="D316"):
        take_in(folder, ["study.as_of=2026Q2"])


def test_a_yearly_invoice_is_spread_over_its_quarters_and_sums_to_the_cent(tmp_path: Path) -> None:
    folder = company(tmp_path, [invoice("i", "c", 36500)], [f"i,36500,{YEAR},true,false"])
    found = revenue(folder)
    assert list(found) == [("c", f"2026Q{number}") for number in (1, 2, 3, 4)]
    assert [round(value) for value in found.values()] == [90, 91, 92, 92]
    assert sum(found.values()) == pytest.approx(365, abs=CENT)


@settings(max_examples=60, deadline=None)
@given(
    start=st.integers(1_500_000_000, 1_800_000_000),
    length=st.integers(0, 4 * 366 * 86_400),
    minor=st.integers(-(10**9), 10**9),
    kind=st.sampled_from(["month", "quarter", "year"]),
)
def test_spreading_a_line_neither_makes_nor_loses_money(start: int, length: int, minor: int, kind: str) -> None:
    import pandas as pd

    line = {"customer": "c", "currency": "eur", "minor": float(minor), "source_row": 1}
    times = {"period_start": str(start), "period_end": str(start + length)}
    spread = by_period(pd.DataFrame([line | times]), kind)  # type: ignore[arg-type]
    assert spread.minor.sum() == pytest.approx(minor, abs=CENT)
    assert spread.t.is_unique and spread.t.diff().dropna().eq(1).all()


def test_prorations_discounts_tax_and_credit_notes_leave_the_invoices_net(tmp_path: Path) -> None:
    credited = invoice("i", "c", 1190, tax=190, subtotal=2000, credit=100)
    lines = [f"i,3000,{QUARTER},true,false", f"i,-1000,{QUARTER},true,true"]
    assert revenue(company(tmp_path, [credited], lines)) == {("c", "2026Q2"): pytest.approx(9.0, abs=CENT)}


def test_lines_that_do_not_add_up_are_said(tmp_path: Path) -> None:
    folder = company(tmp_path, [invoice("i", "c", 2000)], [f"i,1000,{QUARTER},true,false"])
    assert "D424" in [one.code for one in adapted(folder, "ledger").notices]
    assert revenue(folder) == {("c", "2026Q2"): 20.0}


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"livemode": "false"}, "test mode"),
        ({"status": "draft"}, "draft invoice"),
        ({"status": "void"}, "void invoice"),
        ({"status": "uncollectible"}, "uncollectible invoice"),
    ],
)
def test_test_mode_drafts_and_voids_are_counted_aside(tmp_path: Path, other: dict[str, str], reason: str) -> None:
    folder = company(tmp_path, [invoice("i", "c", 1000, **other)], [f"i,1000,{QUARTER},true,false"])
    assert rows(folder, "ledger").aside.tolist() == [reason]


def test_refunds_are_taken_off_on_their_day_unless_a_credit_note_did_so_already(tmp_path: Path) -> None:
    invoices = [invoice("i", "c", 1000), invoice("j", "d", 1000, credit=1000)]
    lines = [f"i,1000,{QUARTER},true,false", f"j,1000,{QUARTER},true,false"]
    charges = ["ch1,c,i,true", "ch2,d,j,true"]
    refunds = [
        "r1,400,ch1,2026-07-02 00:00:00,eur,succeeded",
        "r2,1000,ch2,2026-07-02 00:00:00,eur,succeeded",
        "r3,400,ch1,2026-07-02 00:00:00,eur,failed",
    ]
    folder = company(tmp_path, invoices, lines, refund=refunds, charge=charges)
    assert revenue(folder) == {("c", "2026Q2"): 10.0, ("c", "2026Q3"): -4.0, ("d", "2026Q2"): 0.0}
    assert sorted(filter(None, rows(folder, "ledger").aside)) == [
        "refund by credit note, already in its invoice",
        "refund that did not go through",
    ]
    assert adapted(folder, "ledger").notices == ()


def test_without_refunds_it_is_said_that_revenue_stands_before_them(tmp_path: Path) -> None:
    folder = company(tmp_path, [invoice("i", "c", 1000)], [f"i,1000,{QUARTER},true,false"])
    assert [one.code for one in adapted(folder, "ledger").notices] == ["D423"]


def leaving(folder: Path) -> dict[str, tuple[object, object, object]]:
    read = rows(folder, "ledger")
    last = read[read.aside.isna()].drop_duplicates("customer_id", keep="last").set_index("customer_id")
    return {str(row.Index): (row.retained, row.cancel_requested_at, row.churn_kind) for row in last.itertuples()}


def test_of_three_dates_only_the_end_of_the_last_subscription_is_leaving(tmp_path: Path) -> None:
    subscriptions = [
        "asked,active,2026-05-01 10:00:00,,true,true,cancellation_requested",
        "left,canceled,2026-05-01 10:00:00,2026-06-30 12:00:00,true,true,cancellation_requested",
        "unpaid,canceled,2026-06-01 10:00:00,2026-06-15 12:00:00,false,true,payment_failed",
        "two,canceled,2026-05-01 10:00:00,2026-05-01 10:00:00,false,true,cancellation_requested",
        "two,active,,,false,true,",
        "test,canceled,2026-05-01 10:00:00,2026-05-01 10:00:00,false,false,",
    ]
    names = ("asked", "left", "unpaid", "two", "test", "none")
    invoices = [invoice(f"i{name}", name, 1000) for name in names]
    lines = [f"i{name},1000,{QUARTER},true,false" for name in names]
    assert leaving(company(tmp_path, invoices, lines, subscription=subscriptions)) == {
        "asked": ("1", "2026-05-01", None),
        "left": ("0", "2026-05-01", "voluntary"),
        "unpaid": ("0", "2026-06-01", "involuntary"),
        "two": ("1", None, None),
        "test": (None, None, None),
        "none": (None, None, None),
    }


def test_money_for_a_time_after_the_end_is_booked_when_it_ended(tmp_path: Path) -> None:
    ended = ["c,canceled,2026-02-01 10:00:00,2026-02-10 10:00:00,false,true,cancellation_requested"]
    folder = company(tmp_path, [invoice("i", "c", 36500)], [f"i,36500,{YEAR},true,false"], subscription=ended)
    assert revenue(folder) == {("c", "2026Q1"): pytest.approx(365, abs=CENT)}
    assert leaving(folder) == {"c": ("0", "2026-02-01", "voluntary")}


def test_billed_money_stands_whole_on_its_day(tmp_path: Path) -> None:
    folder = company(tmp_path, [invoice("i", "c", 36500)], [])
    assert revenue(folder, "finance.revenue_basis=billed") == {("c", "2026Q2"): 365.0}


def test_recognised_money_without_lines_and_cash_are_refused_by_name(tmp_path: Path) -> None:
    folder = company(tmp_path, [invoice("i", "c", 1000)], [])
    (folder / "stripe" / "invoice_line_item.csv").unlink()
    (found,) = faults(folder, "ledger")
    assert (found.code, "revenue_basis" in found.remedy) == ("D418", True)
    assert codes(folder, "ledger", "finance.revenue_basis=cash") == ["D425"]


def test_an_amount_or_date_that_cannot_be_read_is_a_finding_with_its_row(tmp_path: Path) -> None:
    lines = [f"i,ten,{QUARTER},true,false", "i,1,soon,2026-07-01 00:00:00,true,false"]
    (found,) = faults(company(tmp_path, [invoice("i", "c", 1000)], lines), "ledger")
    assert (found.code, found.rows) == ("D419", ("row 2", "row 3"))


def test_an_invoice_or_line_that_stands_twice_is_not_counted_twice(tmp_path: Path) -> None:
    folder = company(tmp_path, [invoice("i", "c", 1000)] * 2, [f"i,1000,{QUARTER},true,false"])
    (found,) = faults(folder, "ledger")
    assert (found.code, found.rows) == ("D419", ("row 3",))


def test_an_invoice_without_a_total_is_not_valued_by_its_lines(tmp_path: Path) -> None:
    blank = invoice("i", "c", 1000).replace("paid,1000", "paid,")
    assert codes(company(tmp_path, [blank], [f"i,1000,{QUARTER},true,false"]), "ledger") == ["D419"]


def test_your_own_id_is_taken_from_the_customers_metadata(tmp_path: Path) -> None:
    folder = company(tmp_path, [invoice("i", "c", 1000)], [f"i,1000,{QUARTER},true,false"])
    asked = "data.columns.ledger.customer_id=metadata.external_id"
    assert codes(folder, "ledger", asked) == ["D418"]
    text = 'id,email,metadata\nc,who@example.com,"{""external_id"": ""0042""}"\nd,,not json\n'
    (folder / "stripe" / "customers.csv").write_text(text, encoding="utf-8")
    assert codes(folder, "ledger", asked.replace("external_id", "other")) == ["D413"]
    read = rows(folder, "ledger", asked)
    assert read.customer_id.tolist() == ["0042"] and "example.com" not in read.to_csv()
    assert codes(folder, "ledger", "data.columns.ledger.customer_id=email") == ["D411"]


def test_every_file_of_the_folder_is_hashed_with_the_run(tmp_path: Path) -> None:
    folder = company(tmp_path, [invoice("i", "c", 1000)], [f"i,1000,{QUARTER},true,false"])
    assert {"stripe/invoices.csv", "stripe/invoice_line_item.csv"} <= set(input_hashes(folder))


def test_a_stripe_ledger_is_taken_in_as_the_ledger_of_the_study(tmp_path: Path) -> None:
    names = [f"{number:04d}" for number in range(1, 21)]
    invoices = [invoice(f"i{name}", name, 36500) for name in names]
    folder = company(tmp_path, invoices, [f"i{name},36500,{YEAR},true,false" for name in names])
    intake = take_in(folder)
    ledger = intake.source.ledger.execute()
    assert len(ledger) == 3 * len(names)  # the fourth quarter is after as_of
    assert "D423" in [one.code for one in intake.checks]
    text = (folder / "study.toml").read_text(encoding="utf-8").replace("margin_rate = 0.4\n", "")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    assert "D333" in [one.code for one in take_in(folder).checks]  # invoices know no margin
