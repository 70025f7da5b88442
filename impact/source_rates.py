"""Money of several currencies in the study's own, by the rates that finance gives."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from impact.checks import Check
from impact.engine import Engine
from impact.errors import Finding
from impact.formats.finance import FinanceColumns, FinanceRow, read_finance
from impact.periods import period_label
from impact.step_downs import review
from impact.study import Study

MONEY = ("revenue", "margin", "cost_to_serve")
RATES = FinanceColumns(texts=("currency",), number="rate")
_PAIRS_SHOWN = 12


def in_one_currency(engine: Engine, ledger: ir.Table, study: Study) -> tuple[ir.Table, tuple[Finding, ...]]:
    """The staged ledger with its money in the study's currency, and what is wrong with the rates.

    A rate is the money of the study's currency for one unit of the other, in that period. Rows of another
    currency keep what they were booked at in `revenue_booked`; `rate` is null where none is given.
    """
    named = study.finance.rates
    if named is None or not study.located(named)[0].is_file():
        return ledger, ()
    rows, faults = read_finance(*study.located(named), RATES, study.period_kind)
    faults = (*faults, *_not_rates(named, rows, study))
    if faults:
        return ledger, faults
    rates = engine.look_up("finance_rates", _look_up(rows))
    return engine.keep("ledger_in_one_currency", _converted(ledger, rates, study)), ()


def _not_rates(file: str, rows: tuple[FinanceRow, ...], study: Study) -> list[Finding]:
    own = study.study.currency
    wrong = [row for row in rows if row.amount <= 0 or (row.texts["currency"].upper() == own and row.amount != 1)]
    if not wrong:
        return []
    examples = tuple(f"row {row.number}: {row.texts['currency']} {row.amount:g}" for row in wrong[:3])
    found = Finding(
        code="D381",
        place=f"{file} rate",
        found=f"{len(wrong):,} {'rate' if len(wrong) == 1 else 'rates'} that cannot be",
        allowed=f"a number above 0: {own} for one unit of the other currency; {own} itself is 1",
        remedy="correct the rates",
        rows=examples,
    )
    return [found]


def _look_up(rows: tuple[FinanceRow, ...]) -> Any:  # noqa: ANN401
    import pyarrow

    return pyarrow.table(
        {
            "rate_t": pyarrow.array([row.t for row in rows], type=pyarrow.int64()),
            "rate_of": pyarrow.array([row.texts["currency"].upper() for row in rows], type=pyarrow.string()),
            "rate": pyarrow.array([row.amount for row in rows], type=pyarrow.float64()),
        }
    )


def _converted(ledger: ir.Table, rates: ir.Table, study: Study) -> ir.Table:
    own = ledger.currency.isnull() | (ledger.currency.upper() == study.study.currency)
    ledger = ledger.mutate(booked_in=own.ifelse(study.study.currency, ledger.currency.upper()))
    joined = ledger.left_join(rates, [("t", "rate_t"), ("booked_in", "rate_of")])
    joined = joined.mutate(rate=(joined.booked_in == study.study.currency).ifelse(1.0, joined.rate))
    # a row without a rate is a finding of its own and must not read as blank money
    money = {name: joined[name] * joined.rate.fill_null(1.0) for name in MONEY}
    return joined.mutate(revenue_booked=joined.revenue, **money).drop("rate_t", "rate_of")


def missing_rates(ledger: ir.Table, study: Study) -> list[Finding]:
    """The finding of pairs of period and currency without a rate."""
    if "rate" not in ledger.columns:
        return []
    bare = ledger.filter(ledger.set_aside.isnull() & ledger.rate.isnull() & ledger.t.notnull())
    pairs = bare.group_by("t", "booked_in").agg(rows=bare.count()).order_by("t", "booked_in").execute()
    if pairs.empty:
        return []
    said = [
        f"{period_label(int(t), study.period_kind)} {currency} ({int(rows):,} rows)"
        for t, currency, rows in zip(pairs.t, pairs.booked_in, pairs.rows, strict=True)
    ]
    more = f" and {len(said) - _PAIRS_SHOWN} more" if len(said) > _PAIRS_SHOWN else ""
    found = Finding(
        code="D375",
        place=f"{study.finance.rates} rate",
        found=f"no rate for {', '.join(said[:_PAIRS_SHOWN])}{more}",
        allowed="a rate for each period and currency of the ledger",
        remedy=f"add the rows: {study.study.currency} for one unit of the other currency",
    )
    return [found]


def conversion_reviews(ledger: ir.Table, study: Study) -> list[Check]:
    """A review of what was converted, with the sums of each currency before and after."""
    if "rate" not in ledger.columns:
        return []
    used = ledger.filter(ledger.set_aside.isnull() & (ledger.booked_in != study.study.currency))
    sums = used.group_by("booked_in").agg(
        rows=used.count(), booked=used.revenue_booked.sum(), converted=used.revenue.sum()
    )
    found = sums.order_by("booked_in").execute()
    if found.empty:
        return []
    own = study.study.currency
    said = "; ".join(
        f"{int(rows):,} rows of {booked:,.2f} {currency} are {converted:,.2f} {own}"
        for currency, rows, booked, converted in zip(
            found.booked_in, found.rows, found.booked, found.converted, strict=True
        )
    )
    return [review("D376", f"revenue: {said}", f"rates of {study.finance.rates}")]


def booked(ledger: ir.Table) -> ir.Value:
    """Revenue of the staged ledger as its file has it, before any conversion."""
    found: ir.Value = ledger.revenue_booked if "revenue_booked" in ledger.columns else ledger.revenue
    return found
