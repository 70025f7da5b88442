"""The sections of the page of `track`: figures, misses, our own claims, initiatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from models.misses import PARTS, summed
from models.scores import P05, P95, Scored
from reports.charts import Interval
from reports.charts_track import own_curve, seen_on_fan, steps_to_actual
from reports.figures import money, percent, plain, signed_percent, significant, whole
from reports.sections import Section, Table

if TYPE_CHECKING:
    from models.measured import MeasuredInitiative
    from reports.tracked import Tracked

NAMES = {
    "customers": "Customers",
    "retention": "Share retained",
    "revenue": "Revenue",
    "margin": "Margin",
    "csat": "Overall satisfaction",
    "cost": "Cost",
    "all": "All figures",
    "initiatives": "Initiatives",
}
PARTS_SAID = {
    "volume": "volume",
    "retention": "leaving",
    "satisfaction": "satisfaction",
    "mix": "mix of personas",
    "price": "price and rate",
    "unexplained": "unexplained",
}


def _metrics(tracked: Tracked) -> Section | None:
    """A fan a metric of the latest record, with dots where it came out."""
    record = tracked.latest
    known = {one.id: one.actual for one in tracked.scored if one.made == record.as_of}
    charts, captions = [], []
    for metric in dict.fromkeys(one.metric for one in tracked.scored if one.kind == "metric"):
        claims = [one for one in record.claims if one.kind == "metric" and one.metric == metric]
        rows = [
            Interval(name=c.period, middle=c.mean, low=float(c.quantiles[P05]), high=float(c.quantiles[P95]))
            for c in claims
        ]
        seen = [known.get(one.id) for one in claims]
        name = name_of(metric, tracked)
        charts.append(
            seen_on_fan([c.period for c in claims], rows, seen, _figure(metric), f"{name}: forecast, and came")
        )
        captions.append(name)
    if not charts:
        return None
    return Section(
        anchor="metrics",
        title=f"Forecast of {record.as_of} against what happened / {tracked.study.study.currency}",
        note=_who_is_counted(tracked),
        charts=tuple(charts),
        captions=tuple(captions),
        table=_claims_table(tracked),
    )


def _who_is_counted(tracked: Tracked) -> str:
    record = tracked.latest
    who = f"Of the customers active at {record.as_of}; new ones are not counted."
    who = "New customers are counted." if record.about.joiners else who
    return f"The band is the 90% range that was forecast, the line its mean; a dot is what came. {who}"


def _claims_table(tracked: Tracked) -> Table:
    told = [one for one in tracked.scored if one.made == tracked.latest.as_of]
    return Table(
        headings=("Figure", "Period", "Forecast", "Low", "High", "Came", "Within"),
        rows=tuple(_claim_row(one, tracked) for one in told),
        words=2,
    )


def _claim_row(one: Scored, tracked: Tracked) -> tuple[str, ...]:
    figure = _figure(one.metric)
    name = f"{name_of(one.metric, tracked)}{f' of {one.initiative}' if one.initiative else ''}"
    figures = (one.mean, float(one.quantiles[P05]), float(one.quantiles[P95]), one.actual)
    within = "yes" if one.inside() else "no"
    within = within if one.spread > 0 else "no range"
    return (name, one.period, *(figure(value) for value in figures), within)


def _misses(tracked: Tracked) -> Section | None:
    """Why margin came otherwise: the steps from forecast to actual, summed over the periods since."""
    if not tracked.misses:
        return None
    found = summed(tracked.misses)
    forecast = sum(one.forecast for one in tracked.misses)
    actual = sum(one.actual for one in tracked.misses)
    parts = [(PARTS_SAID[name], found[name]) for name in PARTS]
    title = f"Margin from forecast to actual, periods since {tracked.latest.as_of}, {tracked.study.study.currency}"
    last = tracked.misses[-1]
    return Section(
        anchor="misses",
        title="Why margin came otherwise",
        note="Volume: who left not of their own will, came back, or is no longer in the ledger. Price and rate: a "
        "rate of margin that moved, and what the same customers pay since a price event of the plan. Satisfaction: "
        "scores other than forecast, at the slope of calibration. The parts add up.",
        charts=(steps_to_actual(forecast, parts, actual, title),),
        captions=(title,),
        table=Table(
            headings=("Part, in the latest period", "Money", "Low", "High"),
            rows=tuple((PARTS_SAID[name], *(money(value) for value in last.parts[name])) for name in PARTS),
        ),
    )


def _own_claims(tracked: Tracked) -> Section | None:
    """How good our own claims were: what ranges held, and by which factor they should have been wider."""
    if not tracked.whole.n:
        return None
    curve = tracked.curve
    rows = [
        Interval(name=percent(p.realised.value), middle=p.realised.value, low=p.realised.low, high=p.realised.high)
        for p in curve
    ]
    title = "What our ranges held, over what they should have held"
    return Section(
        anchor="claims",
        title="How good our own claims were",
        note="Figures of one period go wrong together, and so do the periods of one forecast: the bands count periods, "
        "not figures, and are still too narrow. Width: the factor by which ranges should have been wider.",
        charts=(own_curve([p.nominal for p in curve], rows, title),),
        captions=(title,),
        table=Table(
            headings=("Figures", "Number", "Periods", "Within 90%", "Low", "High", "Came / forecast", "Width", "Range"),
            rows=tuple(
                (
                    name_of(one.group, tracked),
                    str(one.n),
                    str(one.periods),
                    _or_none(one.coverage.value, percent),
                    f"{one.coverage.low:.0%}",
                    f"{one.coverage.high:.0%}",
                    _or_none(one.ratio.value, plain),
                    significant(one.width_needed.value),
                    f"{significant(one.width_needed.low)} to {significant(one.width_needed.high)}",
                )
                for one in tracked.groups
            ),
        ),
        holds_money=False,
    )


def _initiatives(tracked: Tracked) -> Section | None:
    """What was approved or has begun: what it was to bring, what it was measured to bring, what may be booked."""
    chosen = {name for record in tracked.records for name in record.chosen}
    effects = {one.initiative: one for one in reversed(tracked.measured)}
    lines = [row for row in tracked.register.to_dict("records") if row["initiative"] in chosen | effects.keys()]
    if not lines:
        return None
    money_of = ("approved_benefit", "measured_benefit", "bookable", "approved_cost", "actual_cost")
    return Section(
        anchor="initiatives",
        title=f"Initiatives that were approved / {tracked.study.study.currency}",
        note="Benefits are discounted over the horizon. A measured benefit is the approved one times the share of its "
        "forecast that was measured; no more than the lower end of its range may be booked.",
        table=Table(
            headings=("Initiative", "Status", "Effect", *(name.replace("_", " ") for name in money_of)),
            rows=tuple(
                (
                    str(row["name"] or row["initiative"]),
                    str(row["status"]),
                    _effect_said(effects.get(str(row["initiative"]))),
                    *(_or_none(float(row[name]), money) for name in money_of),
                )
                for row in lines
            ),
            words=3,
        ),
    )


def _effect_said(one: MeasuredInitiative | None) -> str:
    """The first outcome that was measured, leaving before money, in words."""
    if one is None:
        return "not measured yet"
    effect = one.effect
    said = signed_percent if one.unit in ("points", "relative") else money
    name = "leaving rate" if one.outcome == "churn" else one.outcome
    return f"{name} {said(effect.estimate)} (range {said(effect.low)} to {said(effect.high)}), {effect.grade}"


SECTIONS = (_metrics, _misses, _own_claims, _initiatives)


def name_of(group: str, tracked: Tracked) -> str:
    """A metric or group as a page says it."""
    stage = group.partition(":")[2]
    if stage:
        return f"Satisfaction, {stage}"
    if group.endswith(" ahead"):
        count = group.removesuffix(" ahead")
        return f"{count} {tracked.study.period_kind}{'' if count == '1' else 's'} ahead"
    return NAMES.get(group, group)


def _figure(metric: str) -> Callable[[float], str]:
    if metric == "customers":
        return whole
    if metric == "retention":
        return lambda value: percent(value, 3)
    return plain if metric.startswith("csat") else money


def _or_none(value: float, said: Callable[[float], str]) -> str:
    return said(value) if math.isfinite(value) else "n/a"
