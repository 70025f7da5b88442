"""The appendix on scenarios: the periods ahead, fiscal years, differences from base, and the company's own outlook."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reports.charts import Interval
from reports.charts_scenarios import Line, Look, fans
from reports.edition import Edition
from reports.figures import money, percent, plain, signed_percent
from reports.records import Row, number, records, text
from reports.sections import Section, Table
from reports.tables_scenarios import YEAR
from scenarios.quarters import BASE, IDLE

MAIN = {
    "customers": "Customers",
    "retention": "Retention",
    "revenue": "Revenue",
    "margin": "Margin",
    "csat": "Satisfaction",
    "cash": "Cash",
    "cumulative_npv": "Cash to date, present value",
}
DRAWN = ("margin", "cash", "customers", "cumulative_npv", "retention", "csat", "revenue")
LOOKS: dict[str, Look] = {"upside": "up", "downside": "down"}
STAGE = "csat:"
FULL = "Full figures: tables/scenarios.csv."


def quarters(edition: Edition) -> Section | None:
    """The periods ahead: the fan of every metric, and base with and without what is funded; None without scenarios."""
    return _by_period(edition, ("quarters", "Periods ahead"), (BASE, IDLE))


def all_quarters(edition: Edition) -> Section | None:
    """The periods ahead under every scenario."""
    return _by_period(edition, ("quarters", "Quarter by quarter"), scenario_names(edition))


def _by_period(edition: Edition, head: tuple[str, str], shown: Sequence[str]) -> Section | None:
    rows = [row for row in records(edition, "scenarios") if not is_year(row)]
    if not rows:
        return None
    drawn = [name for name in DRAWN if any(text(row, "metric") == name for row in rows)]
    held = (
        ""
        if records(edition, "outlook_gap")
        else " Leaving and money a customer are held at today's level; the range holds how far they stray from it."
    )
    return Section(
        anchor=head[0],
        title=f"{head[1]} / {edition.currency}, share or score / scenarios",
        note="The line is expected; the band, and the ranges in brackets, hold 9 of 10 futures. Every scenario funds "
        f"what base funds.{held} {FULL}",
        charts=tuple(_fan(rows, name) for name in drawn),
        captions=tuple(MAIN[name] for name in drawn),
        table=_table([row for row in rows if text(row, "scenario") in shown], _main(rows)),
    )


def years(edition: Edition) -> Section | None:
    """Fiscal years under every scenario; None without scenarios."""
    rows = [row for row in records(edition, "scenarios") if is_year(row)]
    if not rows:
        return None
    return Section(
        anchor="years",
        title=f"Fiscal years / {edition.currency}, share or score / scenarios",
        note="Money is summed over the year's periods of the horizon, retention compounds over them, scores are the "
        f"mean; customers, and the present value of cash to date, stand at its end. {parts_of_years(rows)}",
        table=_table(rows, _main(rows)),
    )


def differences(edition: Edition) -> Section | None:
    """What each scenario differs from base by, by fiscal year; None where there is none beside base."""
    rows = [row for row in records(edition, "scenario_differences") if is_year(row)]
    if not rows:
        return None
    return Section(
        anchor="differences",
        title=f"Against base / {edition.currency}, share or score / fiscal years",
        note="Each future of a scenario less the same future of base: what both share is in no range, so that these "
        "are narrower than the ranges above would suggest. By period: tables/scenario_differences.csv.",
        table=_table(rows, _main(rows)),
    )


def stages(edition: Edition) -> Section | None:
    """Satisfaction by stage and period under every scenario; None where no stage can be told."""
    rows = [row for row in records(edition, "scenarios") if text(row, "metric").startswith(STAGE) and not is_year(row)]
    if not rows:
        return None
    called = {f"{STAGE}{stage.stage}": stage.name for stage in edition.journey.stages}
    metrics = {metric: called.get(metric, metric) for metric in dict.fromkeys(text(row, "metric") for row in rows)}
    return Section(
        anchor="stages",
        title="Satisfaction by stage / points of each stage's score",
        note="Today's score of the stage, and what fixes of its own pain points change, as answers about it go along "
        "with them. Stages without a score, or of which no pain point could be told, are left out.",
        table=_table(rows, metrics),
        holds_money=False,
    )


def outlook(edition: Edition) -> Section | None:
    """What base differs from the company's own outlook by; None without an outlook."""
    rows = records(edition, "outlook_gap")
    if not rows:
        return None
    return Section(
        anchor="outlook",
        title=f"Against the company's own outlook / {edition.currency}, customers",
        note="Base is scaled to the outlook. Gap: the outlook over what today's customers would bring by themselves, "
        "less 1.",
        table=Table(
            headings=("Period", "Line", "Outlook", "By itself", "Gap"),
            rows=tuple(
                (
                    text(row, "period"),
                    text(row, "line").replace("_", " "),
                    *(money(number(row, name)) for name in ("outlook", "model")),
                    signed_percent(number(row, "gap")),
                )
                for row in rows
            ),
            words=2,
        ),
    )


def scenario_names(edition: Edition) -> list[str]:
    """Every scenario in its order, base first."""
    return list(dict.fromkeys(text(row, "scenario") for row in records(edition, "scenarios")))


def is_year(row: Row) -> bool:
    """Whether a row is of a fiscal year."""
    return text(row, "period").startswith(YEAR)


def parts_of_years(rows: Sequence[Row]) -> str:
    """Which fiscal years lie in the horizon for so many periods only; empty where every one does."""
    sums = {text(row, "period"): text(row, "unit") for row in rows if text(row, "metric") == "revenue"}
    counted = {year: unit.rpartition("sum of ")[2] for year, unit in sums.items() if "sum of " in unit}
    if len(set(counted.values())) < 2:
        return ""
    return "In the horizon: " + ", ".join(f"{year} {periods}" for year, periods in counted.items()) + "."


def _main(rows: Sequence[Row]) -> dict[str, str]:
    there = {text(row, "metric") for row in rows}
    return {metric: said for metric, said in MAIN.items() if metric in there}


def _of_metric(metric: str) -> Callable[[float], str]:
    if metric == "retention":
        return lambda value: percent(value, 3)
    return plain if metric.startswith("csat") else money


def _interval(row: Row, name: str) -> Interval | None:
    middle, low, high = (number(row, column) for column in ("value", "p05", "p95"))
    if middle is None or low is None or high is None:
        return None
    return Interval(name=name, middle=middle, low=low, high=high)


def _fan(rows: Sequence[Row], metric: str) -> str:
    """Base with upside and downside, or with the first two scenarios where none is called so."""
    mine = [row for row in rows if text(row, "metric") == metric]
    others = [name for name in dict.fromkeys(text(row, "scenario") for row in mine) if name not in (BASE, IDLE)]
    named = {name: LOOKS[name.casefold()] for name in others if name.casefold() in LOOKS}
    looks: dict[str, Look] = {BASE: "base", **(named or dict(zip(others, ("up", "down"), strict=False)))}
    lines = []
    for name, look in looks.items():
        found = [_interval(row, text(row, "period")) for row in mine if text(row, "scenario") == name]
        lines.append(Line(name=name, look=look, rows=[one for one in found if one is not None]))
    drawn = [line for line in lines if line.rows]
    return fans(drawn, _of_metric(metric), f"{', '.join(line.name for line in drawn)}: {MAIN[metric]}")


def _table(rows: Sequence[Row], metrics: dict[str, str]) -> Table:
    """A row a scenario and period, a column a metric; the range stands in brackets."""
    found = {(text(row, "scenario"), text(row, "period"), text(row, "metric")): _interval(row, "") for row in rows}
    places = dict.fromkeys((scenario, period) for scenario, period, _ in found)

    def cell(scenario: str, period: str, metric: str) -> str:
        item, write = found.get((scenario, period, metric)), _of_metric(metric)
        return f"{write(item.middle)} ({write(item.low)} to {write(item.high)})" if item else ""

    return Table(
        headings=("Scenario", "Period", *metrics.values()),
        rows=tuple((name, period, *(cell(name, period, metric) for metric in metrics)) for name, period in places),
        words=2,
    )
