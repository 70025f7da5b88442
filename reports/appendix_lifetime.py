"""The appendix on lifetimes: how long customers stay, what they still bring, and revenue kept."""

from __future__ import annotations

from reports import charts_lifetime
from reports.edition import Edition
from reports.figures import money, money_range, percent, whole
from reports.records import Row, label, number, records, text
from reports.sections import Section, Table
from reports.sentences import horizon
from reports.tables_lifetime import MODEL_COLUMNS, YEARS

NAMES = {
    "shifted beta": "Leaving differs by customer (shifted beta)",
    "gamma frailty": "Leaving differs by customer (gamma frailty)",
    "geometric": "One leaving rate for all (check)",
    "BG/BB": "Buys or not in each period (BG/BB)",
    "BG/NBD": "Single purchases (BG/NBD, check)",
    "base of this run": "What this run rests on",
}


def lifetime(edition: Edition) -> Section | None:
    """What a customer of today still brings without any fix, by each model."""
    rows = records(edition, "lifetime")
    if not rows:
        return None
    years = [year for year in YEARS if any(number(row, year) is not None for row in rows)][:3]
    return Section(
        anchor="lifetime",
        title=f"Lifetime / {edition.money_word} a customer of today still brings, {edition.currency}",
        note=_note(edition),
        charts=_charts(edition),
        captions=("Share of customers still there by tenure",),
        table=Table(
            headings=(
                *("Customers", "Model", "Number"),
                *(f"Stay in year {year[-1]}" for year in years),
                *(horizon(edition), "Range", "20 quarters", "Range"),
            ),
            rows=tuple(
                (
                    label(row, "persona"),
                    NAMES.get(text(row, "model"), text(row, "model")),
                    whole(number(row, "customers")),
                    *(_or_blank(row, year) for year in years),
                    *_values(row, "value"),
                    *_values(row, "value_20q"),
                )
                for row in rows
            ),
            words=2,
        ),
    )


def _note(edition: Edition) -> str:
    discount = percent(edition.discount_rate)
    return (
        f"Per customer, without any fix, discounted at {discount} a year from the middle of each period; the period "
        "of today is not counted, nor what follows the span. A model with one leaving rate for all takes those who "
        "stay for as ready to leave as those who left."
    )


def _or_blank(row: Row, column: str) -> str:
    share = number(row, column)
    return "" if share is None else percent(share)


def _values(row: Row, column: str) -> tuple[str, str]:
    low, high = number(row, f"{column}_p05"), number(row, f"{column}_p95")
    return money(number(row, column)), "" if low is None else money_range(low, high)


def _charts(edition: Edition) -> tuple[str, ...]:
    rows = records(edition, "survival")
    tenure = [number(row, "tenure") or 0.0 for row in rows]
    if not rows:
        return ()
    models = {NAMES[model]: [number(row, column) or 0.0 for row in rows] for model, column in MODEL_COLUMNS.items()}
    seen = [number(row, "observed") for row in rows]
    return (charts_lifetime.survival_curves(tenure, seen, models, edition.period_kind),)


def revenue_kept(edition: Edition) -> Section | None:
    """Revenue kept by period: gross, net, new and earned."""
    rows = records(edition, "revenue_kept")
    if not rows:
        return None
    longest = max(number(row, "periods_later") or 0.0 for row in rows)
    rows = [row for row in rows if number(row, "periods_later") == longest]
    span = f"{longest:.0f} {edition.period_kind}{'' if longest == 1 else 's'} later"
    measured = any(number(row, "earned_level") is not None for row in rows)
    earned = (
        "Earned: new revenue of customers who came by recommendation; with net retention, above 100% is growth."
        if measured
        else "Earned growth is not measured: no column says how customers came (acquired_by)."
    )
    return Section(
        anchor="revenue-kept",
        title=f"Revenue kept / share of a period's revenue {span}",
        note=f"Gross: what the same customers still pay, growth left out. Net: growth counted. {earned}",
        table=Table(
            headings=("Period", "Customers", "Gross", "Net", "New customers", "Earned", "Net and earned"),
            rows=tuple(
                (
                    text(row, "period"),
                    whole(number(row, "customers")),
                    *(
                        _or_blank(row, name)
                        for name in ("gross_retention", "net_retention", "new_revenue", "earned_revenue")
                    ),
                    _or_blank(row, "earned_level"),
                )
                for row in rows
            ),
        ),
        holds_money=False,
    )
