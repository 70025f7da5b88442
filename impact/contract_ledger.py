"""What the ledger's steps need to be right, and what they left out: leaving, currencies, margins, sums."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ibis
import ibis.expr.types as ir

from impact.checks import Check
from impact.errors import Finding
from impact.formats.data import found_columns
from impact.source import Source
from impact.source_margin import LEAST_ROWS, margin_shares
from impact.source_outcome import CHURN_KINDS, told_outcome, with_risk
from impact.source_rates import booked, conversion_reviews, missing_rates
from impact.source_text import as_number, without_blanks
from impact.step_downs import review
from impact.study import Study

# Above this share of margins at or below zero a logarithm would drop too much; money is then taken in levels.
MOST_NOT_POSITIVE = 0.01
_MOST_MONEY = 1e15


def ledger_faults(source: Source, study: Study) -> list[Finding]:
    """Faults of the ledger as a whole: pairs of period and currency without a rate."""
    return missing_rates(source.staged["ledger"], study)


def ledger_reviews(source: Source, study: Study) -> list[Check]:
    """The reviews and passes of the ledger's money and of who counts as having left."""
    staged = source.staged["ledger"]
    used = staged.filter(staged.set_aside.isnull())
    found = [*_relationship(source, study), *_money(used), *conversion_reviews(staged, study)]
    if source.shape(study) != "sites":
        found += _outcomes(source, study)
    return [*found, *_sums(source, study)]


def _relationship(source: Source, study: Study) -> list[Check]:
    asked, shape = study.study.relationship, source.shape(study)
    if asked is None or (asked == "site") == (shape == "sites"):
        return []
    return [review("D371", f'relationship is "{asked}", and the data are taken as {shape}', "one of them")]


def _money(used: ir.Table) -> list[Check]:
    blank = used.margin.isnull() & used.margin_unread.isnull() & used.revenue.notnull()
    counted = used.aggregate(
        rows=used.count(),
        negative=(used.revenue < 0).ifelse(1, 0).sum(),
        margins=used.margin.count(),
        blank=blank.ifelse(1, 0).sum(),
        low=(used.margin <= 0).ifelse(1, 0).sum(),
    ).execute()
    row = {key: int(counted[key].fillna(0)[0]) for key in counted.columns}
    found = []
    if row["margins"] and row["blank"]:
        found.append(_blank_margins(used, row["blank"], row["rows"]))
    if row["negative"]:
        found.append(review("D346", f"revenue below 0 in {row['negative']:,} of {row['rows']:,} ledger rows", "0"))
    if row["low"]:
        share = row["low"] / row["margins"]
        said = f"margin at or below 0 in {row['low']:,} of {row['margins']:,} ledger rows that have one ({share:.1%})"
        more = ": too many to leave out; money is taken in levels" if share > MOST_NOT_POSITIVE else ""
        found.append(review("D377", f"{said}{more}", f"{MOST_NOT_POSITIVE:.0%}"))
    return found


def _blank_margins(used: ir.Table, blank: int, rows: int) -> Check:
    shares = margin_shares(used)
    said = f"margin blank in {blank:,} of {rows:,} ledger rows ({blank / rows:.0%}): valued at the margin share"
    said += " of the rows that have one in the same period"
    if shares.by_whole:
        said += f"; {shares.by_whole:,} of them at that of the whole ledger, their period having under {LEAST_ROWS}"
    return review("D342", said, "0")


def _outcomes(source: Source, study: Study) -> list[Check]:
    """Reviews of leaving that is not counted, not possible, or not yet known; one query, and only where asked."""
    ledger = source.ledger
    repeat = study.study.relationship == "repeat"
    renewal, kinds = "renewal_t" in ledger.columns, "churn_kind" in ledger.columns
    if not (repeat or renewal or kinds):
        return []
    told = told_outcome(ledger.filter(ledger.t <= study.as_of), study)
    told = with_risk(told) if renewal else told.mutate(at_risk=ibis.literal(1))
    if repeat:
        ordered = ibis.window(group_by="customer_id", order_by="t")
        told = told.mutate(away=told.t.lead().over(ordered) - told.t)
    row = {key: int(value or 0) for key, value in told.aggregate(**_counts(told, study)).execute().iloc[0].items()}
    found = _repeat_reviews(row, study) if repeat else []
    found += _renewal_reviews(row) if renewal else []
    return found + (_kind_reviews(row) if kinds else [])


def _counts(told: ir.Table, study: Study) -> dict[str, Any]:
    def rows(condition: Any) -> Any:  # noqa: ANN401
        return condition.ifelse(1, 0).sum()

    left = told.stays == 0
    counts = {"known": told.stays.count(), "left": rows(left)}
    if "away" in told.columns:
        wait = study.study.inactive_after
        counts |= {"returned": rows(told.away > wait), "tail": rows(told.stays.isnull() & (told.t < study.as_of))}
    if "renewal_t" in told.columns:
        off = told.at_risk == 0
        counts |= {
            "undated": rows(told.stays.notnull() & told.renewal_t.isnull() & ~off),
            "at_risk": rows(told.stays.notnull() & ~off),
            "off": rows(left & off),
            "before": rows(left & off & (told.renewal_t == told.t + 1)),
        }
    if "churn_kind" in told.columns:
        kind = told.churn_kind.lower()
        counts |= {name: rows(left & (kind == name)) for name in CHURN_KINDS}
        counts |= {"unkind": rows(left & kind.isnull())}
    return counts


def _repeat_reviews(row: dict[str, int], study: Study) -> list[Check]:
    wait = study.study.inactive_after
    said = f"gone after {wait} {study.period_kind}s without a row; {row['tail']:,} rows too late to tell are left out"
    back = f"{row['returned']:,} came back after longer, each absence counted as one customer lost"
    return [review("D385", f"{said}; {back}", "said")]


def _renewal_reviews(row: dict[str, int]) -> list[Check]:
    said = f"{row['at_risk']:,} of {row['known']:,} customer-periods are at risk"
    dates = review("D383", f"{said}, {row['undated']:,} of them of rows without a renewal date", "said")
    if not row["off"]:
        return [dates]
    early = f", {row['before']:,} of them in the period just before" if row["before"] else ""
    return [dates, review("D384", f"{row['off']:,} of {row['left']:,} who left did so outside a renewal{early}", "0")]


def _kind_reviews(row: dict[str, int]) -> list[Check]:
    others = ", ".join(f"{row[name]:,} {name}" for name in CHURN_KINDS[1:])
    blank = f"; {row['unkind']:,} without a kind count as voluntary" if row["unkind"] else ""
    return [review("D373", f"of {row['left']:,} who left {others} are not counted{blank}", "said")]


def _sums(source: Source, study: Study) -> list[Check]:
    """Whether revenue used and set aside is that of the file, in whole cents so that no order of adding matters."""
    staged, raw = source.staged["ledger"], source.raw["ledger"]
    if int(staged.revenue_unread.count().execute()):
        return []  # cells that are no numbers are findings of their own
    mapping = study.data.columns.get("ledger", {})
    theirs = raw[found_columns(("revenue",), mapping, raw.columns)["revenue"]]
    kept = staged.mutate(used=staged.set_aside.isnull(), cents=_cents(booked(staged)))
    sums = (
        kept.aggregate(used=kept.cents.sum(where=kept.used), aside=kept.cents.sum(where=~kept.used)).execute().iloc[0]
    )
    file = float(raw.aggregate(total=_cents(_as_number(theirs)).sum()).execute().total[0] or 0) / 100
    used, aside = (0.0 if sums[name] != sums[name] else float(sums[name]) / 100 for name in ("used", "aside"))
    said = f"revenue: file {file:,.2f}, used {used:,.2f}, set aside {aside:,.2f}"
    tied = review("D379", said, "equal to the cent")
    return [replace(tied, status="pass" if round(file - used - aside, 2) == 0 else "fail")]


def _cents(money: Any) -> Any:  # noqa: ANN401
    """Whole cents; an amount past what a whole number holds is a finding of its own and counts as none."""
    held = (money.abs() < _MOST_MONEY).ifelse(money, 0.0)
    return (held * 100).round().cast("float64")


def _as_number(column: Any) -> Any:  # noqa: ANN401
    return as_number(without_blanks(column)) if column.type().is_string() else column.cast("float64")
