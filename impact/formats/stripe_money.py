"""Stripe's money: minor units by currency, and what an invoice is worth net of tax, discount and credit notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# Source: docs.stripe.com/currencies. ISK and UGX have no decimals and are sent with two all the same.
ZERO_DECIMAL = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])


def units(currency: str) -> float:
    """How many minor units make one unit of a currency: 100, 1 or 1,000."""
    code = currency.upper()
    return 1.0 if code in ZERO_DECIMAL else 1000.0 if code in THREE_DECIMAL else 100.0


def amounts(cells: pd.Series[Any]) -> pd.Series[Any]:
    """The amounts as numbers, blank where the text is none."""
    import pandas as pd

    read = pd.to_numeric(cells, errors="coerce").astype(float)
    return read.where(read.abs() < float("inf"))


def is_true(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Whether each cell says true, in any of the ways exports write it."""
    return cells.astype(str).str.casefold().isin(["true", "t", "1", "yes"])


def net_of(invoices: pd.DataFrame) -> pd.Series[Any]:
    """What each invoice is worth in minor units: total less tax and credit notes, blank where there is no total."""
    taken = sum(
        amounts(invoices[name]).fillna(0.0)
        for name in ("tax", "pre_payment_credit_notes_amount", "post_payment_credit_notes_amount")
    )
    return amounts(invoices["total"]) - taken
