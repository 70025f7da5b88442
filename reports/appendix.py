"""What stands behind the first sheet: every table a reader may ask for, in reading order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from reports import charts, sentences
from reports.edition import Edition
from reports.figures import money, money_range, of_twenty, percent, plain, signed_percent, whole
from reports.first_sheet import Table, ranking
from reports.journey_map import journey_map_svg
from reports.records import Row, is_on, label, number, records, text

GLOSSARY = (
    ("Chance", "Futures of 20, drawn from what is known, in which something happens."),
    ("Grade", "How a number was found: experimental, within-unit, cross-section, expert, or not told apart from placebo."),
    ("Haircut", "The share of an observed effect that is not counted, because the observation may overstate the cause."),
    ("Importance", "Share of explained variation in a score; not an effect."),
    ("Leaving rate", "Share of active customers who leave in a period."),
    ("NPV", "Net present value: discounted benefits less discounted cost, over the horizon."),
    ("Placebo", "A number that cannot have been caused, such as a later score; an effect must differ from it."),
    ("Range", "90%: 9 of 10 futures lie between its low (p05) and high (p95) end."),
    ("Value at stake", "What the horizon would gain if a pain point never happened again."),
    ("Verdict", "Fund: chosen and pays back in 16 of 20 futures or more. Pilot: learning more pays. Park: neither."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section: its title, a note on how to read it, finished SVG charts and a table.

    `holds_money` marks a section whose figures must not be used when the run is not fit for use.
    """

    anchor: str
    title: str
    note: str = ""
    charts: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    table: Table | None = None
    holds_money: bool = True


def appendix(edition: Edition) -> tuple[Section, ...]:
    """The sections that this edition has anything to say in."""
    makers: tuple[Callable[[Edition], Section | None], ...] = (
        _initiatives,
        _portfolio,
        _pain_points,
        _journey,
        _drivers,
        _calibration,
        _quarters,
        _cash,
        _frontier,
        _break_even,
        _truth,
    )
    return tuple(section for make in makers if (section := make(edition)) is not None)


def _horizon(edition: Edition) -> str:
    return f"{edition.currency} / {sentences.horizon(edition)} after {edition.as_of}"


def _figures(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(money(number(row, column)) for column in columns)


def _initiatives(edition: Edition) -> Section | None:
    rows = records(edition, "initiatives")
    if not rows:
        return None
    if edition.money_word == "revenue" or all(number(row, "npv") is None for row in rows):
        most = edition.money_word == "margin"
        columns = ("cost", "max_cost") if most else ("cost",)
        return Section(
            anchor="initiatives",
            title=f"Initiatives / {_horizon(edition)}",
            note="No net value is claimed." + (" At most: the cost at which an initiative just pays." if most else ""),
            table=Table(
                headings=("Initiative", "Owner", "Cost", *(("At most",) if most else ())),
                rows=tuple((label(row, "initiative"), text(row, "owner"), *_figures(row, *columns)) for row in rows),
                words=2,
            ),
        )
    return Section(
        anchor="initiatives",
        title=f"Initiatives / NPV / {_horizon(edition)}",
        note="Above the line: chosen. Pays back: futures of 20 with a net value above zero, by itself.",
        table=ranking(edition, len(rows)),
    )


def _portfolio(edition: Edition) -> Section | None:
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


def _pain_points(edition: Edition) -> Section | None:
    rows = sorted(records(edition, "pain_points"), key=lambda row: -(number(row, "value") or 0.0))
    if not rows:
        return None
    word = edition.money_word
    return Section(
        anchor="pain-points",
        title=f"Pain points / {word} at stake / {_horizon(edition)}",
        note="Effects are for each customer and period in which it happens. Seen: share of active customers a period.",
        table=Table(
            headings=("Pain point", "Owner", "Grade", "Seen", "Score", "Retention", "Spend", "Low", "Expected", "High")
            + ("Chance > 0",),
            rows=tuple(
                (
                    label(row, "pain_point"),
                    text(row, "owner"),
                    text(row, "grade"),
                    percent(number(row, "prevalence")),
                    plain(number(row, "satisfaction_effect"), 2),
                    signed_percent(number(row, "retention_effect")),
                    signed_percent(number(row, "spend_effect")),
                    *_figures(row, "value_p05", "value", "value_p95"),
                    of_twenty(number(row, "p_positive")),
                )
                for row in rows
            ),
            words=3,
        ),
    )


def _journey(edition: Edition) -> Section | None:
    if not edition.journey.stages:
        return None
    return Section(
        anchor="journey",
        title=f"The journey / score and {edition.money_word} at stake in {edition.currency} / {edition.as_of}",
        note="A stage without a score shows no data; ◇ is the benchmark. The area of a circle is its money.",
        charts=(journey_map_svg(edition),),
        table=Table(
            headings=("Stage", "Owner", "Answers", "Score", "Low", "High", "Emotion", "Benchmark", "At stake"),
            rows=tuple(
                (
                    label(row, "stage"),
                    text(row, "owner"),
                    whole(number(row, "responses")),
                    *(plain(number(row, name)) for name in ("score", "score_low", "score_high")),
                    _emotion(row),
                    plain(number(row, "benchmark")),
                    money(number(row, "value_at_stake")),
                )
                for row in records(edition, "journey")
            ),
            words=2,
        ),
    )


def _emotion(row: Row) -> str:
    emotion = number(row, "emotion")
    return "no data" if emotion is None else f"{emotion:+.1f}"


def _drivers(edition: Edition) -> Section | None:
    drawn: dict[str, list[charts.Interval]] = defaultdict(list)
    names = {stage.stage: stage.name for stage in edition.journey.stages}
    for row in records(edition, "drivers"):
        middle, low, high = (number(row, name) for name in ("importance", "low", "high"))
        if middle is not None and low is not None and high is not None:
            name = text(row, "name") or names.get(text(row, "stage"), text(row, "stage"))
            drawn[text(row, "outcome")].append(charts.Interval(name=name, middle=middle, low=low, high=high))
    if not drawn:
        return None
    return Section(
        anchor="drivers",
        title="Drivers / share of explained variation and 90% range",
        note=sentences.importance_note(),
        charts=tuple(charts.intervals(rows, percent, f"Importance for {name}") for name, rows in drawn.items()),
        captions=tuple(f"For {name.replace('_', ' ')}" for name in drawn),
        holds_money=False,
    )


def _calibration(edition: Edition) -> Section | None:
    rows = records(edition, "calibration")
    if not rows:
        return None
    return Section(
        anchor="calibration",
        title="Calibration / what a point goes with / 90% range",
        note="Estimates of log outcomes are log changes a point; hazard is the log leaving rate. "
        f"A point is {edition.point}. * carries the headline.",
        table=Table(
            headings=("Outcome", "Term", "Method", "Grade", "Estimate", "Low", "High", "p", "n"),
            rows=tuple(
                (
                    text(row, "outcome").replace("_", " ") + (" *" if is_on(row, "headline") else ""),
                    text(row, "term"),
                    text(row, "method").replace("_", " "),
                    text(row, "grade"),
                    *_estimates(row),
                    plain(number(row, "p"), 2),
                    whole(number(row, "n")),
                )
                for row in rows
            ),
            words=4,
        ),
    )


def _estimates(row: Row) -> tuple[str, ...]:
    write = money if text(row, "outcome").startswith("money") else plain
    return tuple(write(number(row, column)) for column in ("estimate", "low", "high"))


def _of_metric(metric: str) -> Callable[[float], str]:
    if metric == "retention":
        return lambda value: percent(value, 3)
    return plain if metric == "csat" else money


def _quarters(edition: Edition) -> Section | None:
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
        note="The band holds 9 of 10 futures; the line is expected. Ranges stand in brackets.",
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


CASH_COLUMNS = ("capex", "opex", "retention", "spend", "service_saving", "non_cashable", "net", "cumulative")


def _cash(edition: Edition) -> Section | None:
    ids = {str(row.get("initiative")) for row in sentences.chosen(edition)}
    periods: dict[str, list[float]] = {}
    for row in records(edition, "cashflow"):
        if str(row.get("initiative")) in ids:
            sums = periods.setdefault(text(row, "period"), [0.0] * len(CASH_COLUMNS))
            for place, column in enumerate(CASH_COLUMNS):
                sums[place] += number(row, column) or 0.0
    if not periods:
        return None
    return Section(
        anchor="cash",
        title=f"Cash of the chosen set / {edition.currency}, undiscounted / by {edition.period_kind}",
        note="Expected values of each initiative by itself, added up; overlap is taken out in the bridge only.",
        table=Table(
            headings=("Period", *(column.replace("_", " ") for column in CASH_COLUMNS)),
            rows=tuple((period, *map(money, sums)) for period, sums in periods.items()),
        ),
    )


def _frontier(edition: Edition) -> Section | None:
    rows = records(edition, "frontier")
    if not rows:
        return None
    names = {str(row.get("initiative")): label(row, "initiative") for row in records(edition, "initiatives")}
    return Section(
        anchor="frontier",
        title=f"Frontier / best net value for each budget / {_horizon(edition)}",
        table=Table(
            headings=("Initiatives", "Budget", "Low", "Expected", "High"),
            rows=tuple(
                (_set_of(row, names), *_figures(row, "budget", "value_p05", "value", "value_p95")) for row in rows
            ),
        ),
    )


def _set_of(row: Row, names: dict[str, str]) -> str:
    ids = [item.strip() for item in text(row, "initiatives").split(";") if item.strip()]
    return ", ".join(names.get(item, item) for item in ids) or "none"


def _break_even(edition: Edition) -> Section | None:
    rows = records(edition, "break_even")
    if not rows or edition.money_word == "revenue":
        return None
    return Section(
        anchor="break-even",
        title="Break-even / what is needed for NPV = 0, each by itself",
        note="Removed: share of occurrences. Kept: share of the observed effect, 1 less the haircut. "
        "Above 100% cannot be met.",
        table=Table(
            headings=("Initiative", "Retention points", "Spend", "Score points", "Removed", "Kept"),
            rows=tuple(
                (
                    label(row, "initiative"),
                    percent(number(row, "retention_points")).replace("%", ""),
                    percent(number(row, "spend_relative")),
                    plain(number(row, "score_points"), 2),
                    percent(number(row, "effectiveness")),
                    percent(number(row, "credibility")),
                )
                for row in rows
            ),
        ),
    )


def _truth(edition: Edition) -> Section | None:
    if edition.truth is None:
        return None
    rows: list[Row] = [{str(key): value for key, value in row.items()} for row in edition.truth.to_dict("records")]
    return Section(
        anchor="truth",
        title=f"Estimate beside truth / {_horizon(edition)}",
        note="Simulated data: the truth is known.",
        table=Table(
            headings=("Pain point", "Truth", "Estimate", "Range", "Truth in range"),
            rows=tuple(
                (
                    label(row, "pain_point"),
                    *_figures(row, "value_true", "value"),
                    money_range(number(row, "value_p05"), number(row, "value_p95")),
                    _holds(row),
                )
                for row in rows
            ),
        ),
    )


def _holds(row: Row) -> str:
    low, true, high = (number(row, name) for name in ("value_p05", "value_true", "value_p95"))
    if low is None or true is None or high is None:
        return "n/a"
    return "yes" if low <= true <= high else "no"
