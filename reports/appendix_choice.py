"""The appendix on what to do: initiatives, portfolio, periods ahead, frontier and break-even."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from reports import charts, sentences
from reports.edition import Edition
from reports.figures import money, percent, plain
from reports.first_sheet import ranking
from reports.records import Row, is_on, label, number, records, text
from reports.sections import Section, Table, figures_of, horizon_title


def initiatives(edition: Edition) -> Section | None:
    """The ranked initiatives, or what each may cost where no net value is claimed; None without any."""
    rows = records(edition, "initiatives")
    if not rows:
        return None
    if edition.money_word == "revenue" or all(number(row, "npv") is None for row in rows):
        most = edition.money_word == "margin"
        columns = ("cost", "max_cost") if most else ("cost",)
        return Section(
            anchor="initiatives",
            title=f"Initiatives / {horizon_title(edition)}",
            note="No net value is claimed." + (" At most: the cost at which an initiative just pays." if most else ""),
            table=Table(
                headings=("Initiative", "Owner", "Cost", *(("At most",) if most else ())),
                rows=tuple((label(row, "initiative"), text(row, "owner"), *figures_of(row, *columns)) for row in rows),
                words=2,
            ),
        )
    return Section(
        anchor="initiatives",
        title=f"Initiatives / NPV / {horizon_title(edition)}",
        note="Above the line: chosen. Pays back: futures of 20 with a net value above zero, by itself.",
        table=ranking(edition, len(rows)),
    )


def portfolio(edition: Edition) -> Section | None:
    """What is chosen and why, and what would have to be true of the rest; None without a portfolio."""
    rows = records(edition, "portfolio")
    if not rows:
        return None
    return Section(
        anchor="portfolio",
        title="Portfolio / what is chosen, why, and what would have to be true of the rest",
        note=sentences.portfolio(edition),
        table=Table(
            headings=("Initiative", "Chosen", "Start", "Reason", "What would have to be true"),
            rows=tuple(
                (
                    label(row, "initiative"),
                    "yes" if is_on(row, "chosen") else "no",
                    *(text(row, column) for column in ("start", "reason", "what_would_have_to_be_true")),
                )
                for row in rows
            ),
            words=5,
        ),
    )


def frontier(edition: Edition) -> Section | None:
    """The best set for each budget; None without a frontier."""
    rows: list[Row] = []
    for row in records(edition, "frontier"):
        if not rows or text(row, "initiatives") != text(rows[-1], "initiatives"):
            rows.append(row)
    if not rows:
        return None
    names = {str(row.get("initiative")): label(row, "initiative") for row in records(edition, "initiatives")}
    return Section(
        anchor="frontier",
        title=f"Frontier / best net value for each budget / {horizon_title(edition)}",
        note="Each row: the lowest budget looked at from which this set is best.",
        table=Table(
            headings=("Initiatives", "Budget", "Low", "Expected", "High"),
            rows=tuple(
                (_set_of(row, names), *figures_of(row, "budget", "value_p05", "value", "value_p95")) for row in rows
            ),
        ),
    )


def _set_of(row: Row, names: dict[str, str]) -> str:
    ids = [item.strip() for item in text(row, "initiatives").split(";") if item.strip()]
    return ", ".join(names.get(item, item) for item in ids) or "none"


def break_even(edition: Edition) -> Section | None:
    """What each initiative needs for an NPV of 0; None without a margin or without rows."""
    rows = records(edition, "break_even")
    if not rows or edition.money_word == "revenue":
        return None
    face = {text(row, "initiative"): row for row in records(edition, "face_value")}
    return Section(
        anchor="break-even",
        title="Break-even / what is needed for NPV = 0, each by itself",
        note="Removed: share of occurrences. Kept: share of the observed effect, 1 less the haircut. "
        "Above 100% cannot be met. At face value: NPV with no haircut; bears: the haircut at which it is 0.",
        table=Table(
            headings=(
                *("Initiative", "Retention points", "Spend", "Score points", "Removed", "Kept"),
                *("At face value", "Bears"),
            ),
            rows=tuple(
                (
                    label(row, "initiative"),
                    percent(number(row, "retention_points")).replace("%", ""),
                    percent(number(row, "spend_relative")),
                    plain(number(row, "score_points"), 2),
                    percent(number(row, "effectiveness")),
                    percent(number(row, "credibility")),
                    *_at_face_value(face.get(text(row, "initiative"))),
                )
                for row in rows
            ),
        ),
    )


def _at_face_value(row: Row | None) -> tuple[str, str]:
    if row is None:
        return "", ""
    most = number(row, "break_even_haircut")
    return money(number(row, "npv_face_value")), "none" if most is None or most < 0 else percent(most)


def _of_metric(metric: str) -> Callable[[float], str]:
    if metric == "retention":
        return lambda value: percent(value, 3)
    return plain if metric == "csat" else money


def quarters(edition: Edition) -> Section | None:
    """The periods ahead under each scenario, charts of the base; None without scenarios."""
    series: dict[tuple[str, str], dict[str, charts.Interval]] = defaultdict(dict)
    for row in records(edition, "scenarios"):
        middle, low, high = (number(row, name) for name in ("value", "p05", "p95"))
        if middle is not None and low is not None and high is not None:
            period, key = text(row, "period"), (text(row, "scenario"), text(row, "metric"))
            series[key][period] = charts.Interval(name=period, middle=middle, low=low, high=high)
    if not series:
        return None
    drawn = tuple(
        charts.fan(tuple(rows), tuple(rows.values()), _of_metric(metric), f"{scenario}: {metric}")
        for (scenario, metric), rows in series.items()
        if scenario == "base"
    )
    return Section(
        anchor="quarters",
        title=f"Periods ahead / {edition.currency}, share or score / scenarios",
        note="The line is expected; the band and the ranges in brackets are those of what is funded. "
        "The base itself is held as the ledger last showed it: its own ups and downs come on top.",
        charts=drawn,
        captions=tuple(f"{metric}, base" for scenario, metric in series if scenario == "base"),
        table=_quarter_table(series),
    )


def _quarter_table(series: dict[tuple[str, str], dict[str, charts.Interval]]) -> Table:
    metrics = list(dict.fromkeys(metric for _, metric in series))
    places = list(dict.fromkeys((scenario, period) for (scenario, _), rows in series.items() for period in rows))

    def cell(scenario: str, metric: str, period: str) -> str:
        item, write = series.get((scenario, metric), {}).get(period), _of_metric(metric)
        return f"{write(item.middle)} ({write(item.low)} to {write(item.high)})" if item else ""

    return Table(
        headings=("Scenario", "Period", *metrics),
        rows=tuple((name, period, *(cell(name, metric, period) for metric in metrics)) for name, period in places),
        words=2,
    )
