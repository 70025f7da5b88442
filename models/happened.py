"""What happened of what a forecast claimed: the actual figure beside every claim that it can be told of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from impact.cells.cohort import Cohort
from impact.groups import LEAST_GROUP
from impact.initiative import Plan
from impact.journey import OVERALL
from impact.periods import PeriodKind, parse_period
from impact.record import Record
from models.scores import Scored

COST = "cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """A figure that was seen, with its sampling error; 0 where it was counted."""

    value: float
    se: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happened after a forecast by period (an ordinal): of a metric, or of an initiative and a metric."""

    metrics: Mapping[tuple[str, int], Actual]
    initiatives: Mapping[tuple[str, str, int], Actual] = field(default_factory=dict)

    def beside(self, initiatives: Mapping[tuple[str, str, int], Actual]) -> Happened:
        """The same with what is known of initiatives."""
        return replace(self, initiatives=initiatives)

    def of(self, kind: str, metric: str, initiative: str | None, period: int) -> Actual | None:
        """The figure a claim of this kind speaks of, or None where it is not known."""
        if kind == "initiative":
            return self.initiatives.get((str(initiative), metric, period))
        return self.metrics.get((metric, period)) if kind == "metric" else None


def what_happened(cohort: Cohort, *, rate: float | None, joiners: bool, bent: Collection[int], named: bool) -> Happened:
    """What became of a cohort, by metric and period.

    Args:
        cohort: the customers a forecast spoke of.
        rate: margin as a share of revenue, None where the ledger has its own margin.
        joiners: whether the forecast counts new customers too; then everybody is counted, and nobody retained.
        bent: periods whose ledger rows an event sets aside; nothing of them is told but scores.
        named: whether units are stores or accounts; answers of fewer than five persons tell nothing.
    """
    money = with_margin(cohort.money, rate)
    sums = money.groupby("t")[["customers", "returned", "left_otherwise", "revenue", "margin"]].sum(min_count=1)
    metrics = {} if joiners else _retained(sums)
    told = with_margin(cohort.everyone, rate).set_index("t") if joiners else sums
    for name in ("customers", "revenue", "margin"):
        metrics |= _by_period(name, told[name])
    metrics = {
        (name, t): one
        for (name, t), one in metrics.items()
        if t > cohort.as_of and t not in bent and np.isfinite(one.value)
    }
    return Happened(metrics=metrics | _scores(cohort, 1 if named else LEAST_GROUP))


def _retained(sums: pd.DataFrame) -> dict[tuple[str, int], Actual]:
    """The share retained: of those there a period before, without those who left not of their own will.

    Who had left and came back is neither.
    """
    never = sums["customers"] - sums["returned"]
    at_risk = never.shift(1) - sums["left_otherwise"]
    shares = never / at_risk.where(at_risk > 0)
    return _by_period("retention", shares)


def _by_period(name: str, values: pd.Series) -> dict[tuple[str, int], Actual]:
    return {(name, int(t)): Actual(value=float(value)) for t, value in zip(values.index.to_list(), values, strict=True)}


def with_margin(rows: pd.DataFrame, rate: float | None) -> pd.DataFrame:
    """The rows with every margin at this rate of revenue; as they are where the ledger has its own."""
    if rate is None:
        return rows
    filled = {name: name.replace("margin", "revenue") for name in ("margin", "start_margin") if name in rows.columns}
    return rows.assign(**{name: rows[revenue] * rate for name, revenue in filled.items()})


def _scores(cohort: Cohort, least: int) -> dict[tuple[str, int], Actual]:
    """Mean scores as `csat` (overall) and `csat:STAGE`, each with its standard error by customers who answered."""
    rows = cohort.scores
    rows = rows[(rows["t"] > cohort.as_of) & (rows["customers"] >= least)].dropna(subset=["mean", "sd"])
    return {
        ("csat" if row["stage"] == OVERALL else f"csat:{row['stage']}", int(row["t"])): Actual(
            value=float(row["mean"]), se=float(row["sd"] / np.sqrt(row["customers"]))
        )
        for row in rows.to_dict("records")
    }


def bent_periods(plan: Plan, lag: int) -> frozenset[int]:
    """Periods of which an event of the plan sets rows of the ledger aside, the period before it among them."""
    events = [event for event in plan.events if event.treat == "exclude" and event.kind != "survey_change"]
    return frozenset(t for event in events for t in range(event.first - lag, event.last + 1))


def paid(plan: Plan) -> dict[tuple[str, str, int], Actual]:
    """What initiatives cost in each period of which the plan has actual rows."""
    found: dict[tuple[str, str, int], float] = {}
    for row in plan.costs:
        if row.actual:
            key = (row.initiative, COST, row.period)
            found[key] = found.get(key, 0.0) + row.capex + row.opex
    return {key: Actual(value=value) for key, value in found.items()}


def held_against(record: Record, happened: Happened, kind: PeriodKind) -> tuple[Scored, ...]:
    """Every claim of a record of which the actual figure is known, in the record's order."""
    made = parse_period(record.as_of, kind)
    found = []
    for claim in record.claims:
        period = parse_period(claim.period, kind)
        actual = happened.of(claim.kind, claim.metric, claim.initiative, period)
        if actual is None:
            continue
        found.append(
            Scored(
                id=claim.id,
                kind=claim.kind,
                metric=claim.metric,
                initiative=claim.initiative or "",
                made=record.as_of,
                period=claim.period,
                ahead=period - made,
                unit=claim.unit,
                mean=claim.mean,
                quantiles=claim.quantiles,
                actual=actual.value,
                actual_se=actual.se,
            )
        )
    return tuple(found)


def one_a_period(claims: Iterable[Scored], metric: str) -> tuple[Scored, ...]:
    """The claims of a metric with a range, one a period in time order: the one made last before it."""
    latest: dict[str, Scored] = {}
    for one in claims:
        if one.metric == metric and one.kind == "metric" and one.spread > 0:
            held = latest.get(one.period)
            latest[one.period] = one if held is None or one.ahead < held.ahead else held
    return tuple(latest[period] for period in sorted(latest))
