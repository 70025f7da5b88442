"""Stripe invoices and subscriptions as a ledger, and its customers, from a folder of exported tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from impact.errors import Finding, InputError
from impact.formats.adapters import Adapted, Request, attempt
from impact.formats.folder import Part, needed_part, read_part
from impact.formats.stripe_leaving import SUBSCRIPTIONS, with_leaving
from impact.formats.stripe_money import amounts, is_true, net_of, units
from impact.formats.stripe_periods import by_period, seconds
from impact.formats.survey import NO_CUSTOMER, nobody
from impact.step_downs import review

if TYPE_CHECKING:
    import pandas as pd

_INVOICES = Part(
    name="invoice",
    needs=("id", "customer_id", "currency", "status", "total"),
    may_have=(
        *("livemode", "is_deleted", "tax", "subtotal", "pre_payment_credit_notes_amount"),
        *("post_payment_credit_notes_amount", "created"),
    ),
)
_LINES = Part(
    name="invoice_line_item",
    needs=("invoice_id", "amount", "period_start", "period_end"),
    may_have=("id", "livemode"),
)
_CUSTOMERS = Part(name="customer", needs=("id",), may_have=("created", "livemode"))
_REFUNDS = Part(name="refund", needs=("amount", "charge_id", "created", "currency"), may_have=("status",))
_CHARGES = Part(name="charge", needs=("id", "customer_id"), may_have=("invoice_id", "livemode"))
_EARNED = {"open", "paid"}
_METADATA = "metadata."


def read_table(request: Request) -> Adapted:
    """The ledger or the customers of the export.

    Raises:
        InputError: a file is missing or cannot be read, or a setting does not fit it.
    """
    return _customers(request) if request.table == "customers" else _ledger(request)


def _ledger(request: Request) -> Adapted:
    findings = [*_mapping_faults(request), *_basis_faults(request)]
    invoices = attempt(findings, lambda: needed_part(request, _INVOICES))
    lines = attempt(findings, lambda: _lines(request))
    subscriptions = attempt(findings, lambda: read_part(request, SUBSCRIPTIONS))
    refunds = attempt(findings, lambda: _refunds(request))
    if findings or invoices is None or lines is None:
        raise InputError(findings)
    if twice := [*_twice(request, invoices, ["id"]), *_twice(request, lines, ["invoice_id", "id"])]:
        raise InputError(twice)
    keys = _keys(request)
    invoices = invoices.assign(net=net_of(invoices))
    money, off = _priced(request, lines, invoices)
    notices = [review("D424", f"{request.file}: {off:,} of {len(invoices):,} invoices", "0")] if off else []
    if refunds is None:
        notices.append(review("D423", f"{request.file}: no refunds with their charges", "optional"))
    else:
        credited = set(invoices.id[amounts(invoices.post_payment_credit_notes_amount).fillna(0) > 0])
        money = _together(money, _as_money(refunds, credited))
    if bad := _unread(request, money):
        raise InputError(bad)
    return Adapted(table=_table(request, money, subscriptions, keys), notices=tuple(notices))


def _lines(request: Request) -> pd.DataFrame:
    """What is spread over time: the invoice lines over the time they are for, or whole invoices on their day."""
    if request.study.finance.revenue_basis == "recognised":
        return needed_part(request, _LINES, "recognised revenue is spread as the lines are; or set revenue_basis")
    invoices = needed_part(request, _INVOICES, more=("created",))
    return invoices.assign(
        id=None,
        invoice_id=invoices.id,
        amount=invoices.total,
        period_start=invoices.created,
        period_end=invoices.created,
    )[["id", "invoice_id", "amount", "period_start", "period_end", "source_row", "livemode"]]


def _priced(request: Request, lines: pd.DataFrame, invoices: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The lines with customer, currency, money in minor units and why one is not used, and how many invoices are off.

    A line's amount stands before discounts and credit notes, so the invoice's net is shared out as its lines are.
    """
    import pandas as pd

    kept = ["id", "customer_id", "currency", "status", "is_deleted", "livemode", "net", "subtotal", "tax"]
    both = lines.drop(columns="id").merge(
        invoices[kept].rename(columns={"livemode": "invoice_livemode"}),
        left_on="invoice_id",
        right_on="id",
        how="left",
    )
    both = both.assign(minor=amounts(both.amount))
    sums = both.groupby("invoice_id").minor.transform("sum")
    share = (both.net / sums).where(sums != 0, 1.0)
    subtotal = amounts(both.subtotal)
    apart = (sums - subtotal).abs() > 1
    test = (both.livemode.notna() & ~is_true(both.livemode)) | (
        both.invoice_livemode.notna() & ~is_true(both.invoice_livemode)
    )
    aside = pd.Series(None, index=both.index, dtype=object)
    aside = aside.mask(both.customer_id.isna(), NO_CUSTOMER)
    aside = aside.mask(~both.status.isin(_EARNED), both.status.fillna("without status").astype(str) + " invoice")
    aside = aside.mask(is_true(both.is_deleted), "deleted invoice").mask(test, "test mode")
    aside = aside.mask(both.id.isna(), "line of an invoice that is not in the export")
    recognised = request.study.finance.revenue_basis == "recognised"
    money = both.assign(minor=both.minor * share if recognised else both.net, aside=aside)
    off = int(both.invoice_id[apart & aside.isna()].nunique()) if recognised else 0
    return money, off


def _refunds(request: Request) -> pd.DataFrame | None:
    """Refunds that went through with the customer and invoice of their charge, None without both files."""
    refunds, charges = read_part(request, _REFUNDS), read_part(request, _CHARGES)
    if refunds is None or charges is None:
        return None
    charges = charges.drop_duplicates("id", keep="last").rename(columns={"id": "charge"})
    return refunds.merge(charges.drop(columns="source_row"), left_on="charge_id", right_on="charge", how="left")


def _as_money(refunds: pd.DataFrame, credited: set[str]) -> pd.DataFrame:
    """Refunds as negative money on their day; one whose invoice has a credit note is in the invoice already."""
    import pandas as pd

    aside = pd.Series(None, index=refunds.index, dtype=object)
    aside = aside.mask(refunds.invoice_id.isin(credited), "refund by credit note, already in its invoice")
    aside = aside.mask(refunds.customer_id.isna(), "refund of nobody in the export")
    aside = aside.mask(refunds.status.notna() & (refunds.status != "succeeded"), "refund that did not go through")
    aside = aside.mask(refunds.livemode.notna() & ~is_true(refunds.livemode), "test mode")
    return refunds.assign(
        minor=-amounts(refunds.amount), period_start=refunds.created, period_end=refunds.created, aside=aside
    )


def _together(money: pd.DataFrame, refunds: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    columns = ["customer_id", "currency", "minor", "period_start", "period_end", "source_row", "aside"]
    return pd.concat([money[columns], refunds[columns]], ignore_index=True)


def _twice(request: Request, rows: pd.DataFrame, key: list[str]) -> list[Finding]:
    again = rows[rows[key].notna().all(axis=1) & rows.duplicated(key)]
    if again.empty:
        return []
    return [
        Finding(
            code="D419",
            place=request.file,
            found=f"{len(again):,} invoices or lines stand twice",
            allowed="each invoice and each line once, as it stands now",
            remedy="export the present state and not its history",
            rows=tuple(f"row {int(row) + 1}" for row in again.source_row.head(3)),
        )
    ]


def _unread(request: Request, money: pd.DataFrame) -> list[Finding]:
    used = money[money.aside.isna()]
    wrong = used[
        used.minor.isna() | used.currency.isna() | seconds(used.period_start).isna() | seconds(used.period_end).isna()
    ]
    if wrong.empty:
        return []
    return [
        Finding(
            code="D419",
            place=request.file,
            found=f"{len(wrong):,} rows have an amount, currency or date that cannot be read",
            allowed="whole amounts in minor units, a currency code, and times such as 2026-09-30 22:30:00",
            remedy="export again",
            rows=tuple(f"row {int(row) + 1}" for row in wrong.source_row.head(3)),
        )
    ]


def _table(request: Request, money: pd.DataFrame, subscriptions: pd.DataFrame | None, keys: Any) -> Any:  # noqa: ANN401
    """A row a customer, currency and period, and a row for each line that is set aside."""
    import pandas as pd
    import pyarrow

    money = money.assign(customer=money.customer_id if keys is None else money.customer_id.map(keys))
    money = money.assign(aside=money.aside.mask(money.aside.isna() & money.customer.isna(), NO_CUSTOMER))
    used, lost = money[money.aside.isna()], money[money.aside.notna()]
    if used.empty and (lost.aside == NO_CUSTOMER).any():
        raise InputError([nobody(request, int((lost.aside == NO_CUSTOMER).sum()))])
    ledger = by_period(used, request.study.period_kind)
    ledger = ledger.assign(revenue=ledger.minor / ledger.currency.map(units), currency=ledger.currency.str.upper())
    ledger = with_leaving(ledger, subscriptions, keys, request.study.period_kind)
    lost = lost.assign(customer_id=lost.customer, currency=lost.currency.str.upper())
    rows = pd.concat([ledger, lost[["customer_id", "currency", "source_row", "aside"]]], ignore_index=True)
    columns = ["customer_id", "period", "revenue", "retained", "currency", "cancel_requested_at", "churn_kind", "aside"]
    texts = {name: _texts(rows[name]) for name in columns}
    return pyarrow.table(texts | {"source_row": pyarrow.array(rows.source_row, type=pyarrow.int64())})


def _texts(cells: pd.Series[Any]) -> Any:  # noqa: ANN401
    import pyarrow

    told = [
        None if cell is None or cell != cell else f"{cell:.15g}" if isinstance(cell, float) else str(cell)
        for cell in cells.tolist()
    ]
    return pyarrow.array(told, type=pyarrow.string())


def _customers(request: Request) -> Adapted:
    import pyarrow

    findings = _mapping_faults(request)
    customers = attempt(findings, lambda: needed_part(request, _CUSTOMERS))
    keys = attempt(findings, lambda: _keys(request))
    if findings or customers is None:
        raise InputError(findings)
    ids = customers.id if keys is None else customers.id.map(keys)
    test = customers.livemode.notna() & ~is_true(customers.livemode)
    aside = ids.isna().map({True: NO_CUSTOMER, False: None}).astype(object).mask(test, "test mode")
    columns = {"customer_id": ids, "joined_at": seconds(customers.created).dt.strftime("%Y-%m-%d"), "aside": aside}
    texts = {name: _texts(cells) for name, cells in columns.items()}
    rows = pyarrow.array(customers.source_row, type=pyarrow.int64())
    return Adapted(table=pyarrow.table(texts | {"source_row": rows}))


def _keys(request: Request) -> dict[str, str] | None:
    """Your own id by Stripe's where the study names a metadata field, None where Stripe's own id is taken."""
    asked = request.mapping.get("customer_id", "")
    if not asked.startswith(_METADATA):
        return None
    why = f"customer_id is asked of {asked}: export the customers too"
    customers = needed_part(request, _CUSTOMERS, why, ("metadata",))
    field = asked.removeprefix(_METADATA)
    found = {one: _metadata(text, field) for one, text in zip(customers.id, customers.metadata, strict=True)}
    return {one: value for one, value in found.items() if value}


def _metadata(text: str | None, field: str) -> str:
    try:
        found = json.loads(text or "{}")
    except (json.JSONDecodeError, RecursionError):
        return ""
    return str(found.get(field) or "").strip() if isinstance(found, dict) else ""


def _mapping_faults(request: Request) -> list[Finding]:
    return [
        Finding(
            code="D411",
            place=f"study.toml: [data.columns.{request.table}].{name}",
            found=f"{name} cannot be taken from {field[:40]!r} here",
            allowed='customer_id = "customer_id" or "metadata.FIELD", a field of the customer\'s metadata',
            remedy="remove the line, or name a metadata field",
        )
        for name, field in request.mapping.items()
        if name != "customer_id" or (field != "customer_id" and not field.startswith(_METADATA))
    ]


def _basis_faults(request: Request) -> list[Finding]:
    basis = request.study.finance.revenue_basis
    if basis not in ("cash", "estimated"):
        return []
    return [
        Finding(
            code="D425",
            place="study.toml: [finance].revenue_basis",
            found=f"{basis} money is not read from this export",
            allowed='"recognised" (invoice lines over the time they are for) or "billed" (invoices on their day)',
            remedy="set one of them, or bring payments as a canonical ledger",
        )
    ]
