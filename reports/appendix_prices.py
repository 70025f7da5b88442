"""The appendix on what limits cost: the frontier, what one more of each limit brings, and what waiting costs."""

from __future__ import annotations

from reports import charts
from reports.charts_frontier import frontier_chart
from reports.edition import Edition
from reports.figures import money, money_range, plain
from reports.records import Row, is_on, label, number, records, text
from reports.sections import Section, Table, figures_of, horizon_title

MOST_BARS = 8


def frontier(edition: Edition) -> Section | None:
    """The best set for each budget, drawn and in figures; None without a frontier."""
    every = records(edition, "frontier")
    rows: list[Row] = []
    for row in every:
        if not rows or text(row, "initiatives") != text(rows[-1], "initiatives"):
            rows.append(row)
    if not rows:
        return None
    names = {str(row.get("initiative")): label(row, "initiative") for row in records(edition, "initiatives")}
    drawn = _drawn(edition, rows)
    return Section(
        anchor="frontier",
        title=f"Frontier / best net value for each budget / {horizon_title(edition)}",
        note="Each row: the lowest budget looked at from which this set is best. A flat stretch is money that buys "
        "nothing more.",
        charts=drawn,
        captions=(f"Net value by budget, {edition.currency}; band: 90%",) * len(drawn),
        table=Table(
            headings=("Initiatives", "Budget", "Low", "Expected", "High"),
            rows=tuple(
                (_set_of(row, names), *figures_of(row, "budget", "value_p05", "value", "value_p95")) for row in rows
            ),
        ),
    )


def _drawn(edition: Edition, rows: list[Row]) -> tuple[str, ...]:
    points = []
    for row in rows:
        told = [number(row, name) for name in ("budget", "value", "value_p05", "value_p95")]
        if any(one is None for one in told):
            return ()
        points.append([one or 0.0 for one in told])
    if len(points) < 2:
        return ()
    worth = [charts.Interval(name=f"{one[0]:g}", middle=one[1], low=one[2], high=one[3]) for one in points]
    return (frontier_chart([one[0] for one in points], worth, own_budget(edition), edition.currency),)


def own_budget(edition: Edition) -> float | None:
    """The study's own budget; None where it has none, or one by year."""
    return edition.cash.budget if edition.cash is not None else None


def _set_of(row: Row, names: dict[str, str]) -> str:
    ids = [item.strip() for item in text(row, "initiatives").split(";") if item.strip()]
    return ", ".join(names.get(item, item) for item in ids) or "none"


def prices(edition: Edition) -> Section | None:
    """What one more of each limit would bring; None where nothing is limited."""
    rows = records(edition, "prices")
    if not rows:
        return None
    binding = list(dict.fromkeys(text(row, "constraint") for row in rows if is_on(row, "currently_binds")))
    return Section(
        anchor="prices",
        title=f"What the limits cost / net value of one more / {horizon_title(edition)}",
        note=(f"What holds the choice back: {', '.join(binding)}. " if binding else "No limit holds the choice back. ")
        + "Gained: net value when the limit is moved so and everything is chosen again; below zero: lost.",
        table=Table(
            headings=("Limit", "If", "Holds back", "Limit at", "Used", "Moved by", "Gained", "For one"),
            rows=tuple(
                (
                    text(row, "constraint"),
                    text(row, "what_if"),
                    "yes" if is_on(row, "currently_binds") else "no",
                    *(_amount(row, column) for column in ("limit", "used", "change", "value_gained")),
                    "" if number(row, "per_unit") is None else plain(number(row, "per_unit")),
                )
                for row in rows
            ),
            words=3,
        ),
    )


def _amount(row: Row, column: str) -> str:
    return money(number(row, column)) if number(row, column) is not None else text(row, column)


def delay(edition: Edition) -> Section | None:
    """What it costs to start each initiative later; None where nothing was put off."""
    rows = records(edition, "delay")
    steps = sorted({step for row in rows if (step := number(row, "quarters_later")) is not None})
    if not rows or not steps:
        return None
    found = {(text(row, "initiative"), number(row, "quarters_later")): row for row in rows}
    names = {text(row, "initiative"): row for row in rows}
    first = [found[item, steps[0]] for item in names if (item, steps[0]) in found]
    drawn = _put_off(first, steps[0])
    return Section(
        anchor="delay",
        title=f"The price of delay / change in net value / {horizon_title(edition)}",
        note="Each initiative started later by so many quarters: what the chosen set then gains or loses, and of one "
        "that is not chosen what it does by itself. Below zero: waiting costs so much.",
        charts=drawn,
        captions=(f"{_later(steps[0]).capitalize()}: change in net value, {edition.currency}; bar: 90%",) * len(drawn),
        table=Table(
            headings=("Initiative", "Owner", *(heading for step in steps for heading in (_later(step), "Range"))),
            rows=tuple(
                (
                    label(row, "initiative"),
                    text(row, "owner"),
                    *(cell for step in steps for cell in _change(found.get((item, step)))),
                )
                for item, row in names.items()
            ),
            words=2,
        ),
    )


def _later(quarters: float) -> str:
    return f"{quarters:g} quarter{'s' if quarters != 1 else ''} later"


def _change(row: Row | None) -> tuple[str, str]:
    if row is None or number(row, "npv_change") is None:
        return "", ""
    return money(number(row, "npv_change")), money_range(number(row, "p05"), number(row, "p95"))


def _put_off(rows: list[Row], quarters: float) -> tuple[str, ...]:
    bars = []
    for row in rows:
        middle, low, high = (number(row, name) for name in ("npv_change", "p05", "p95"))
        if middle is not None and low is not None and high is not None:
            bars.append(charts.Interval(name=label(row, "initiative"), middle=middle, low=low, high=high))
    bars = sorted(bars, key=lambda one: one.middle)[:MOST_BARS]
    return (charts.intervals(bars, money, f"Change in net value when started {_later(quarters)}"),) if bars else ()
