"""Anonymous answers: answers, incidents and ledger summed to units that all of them name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from impact.engine import Engine
from impact.journey import Journey, PainPoint
from impact.plan_columns import LOW_SCORE
from impact.study import Study

BLANK_UNIT = "blank unit"
CUSTOMERS = "customers"
LOW_SHARE = 0.4


def unit_columns(columns: Mapping[str, Any], parts: Sequence[Any]) -> dict[str, Any]:
    """The staged columns of a row summed to units: `customer_id` is the unit's label, `person` the row's own id."""
    safe = [part.replace("|", "||") if len(parts) > 1 else part for part in parts]
    label = safe[0]
    for part in safe[1:]:
        label = label + ibis.literal(" | ") + part
    return {"customer_id": label, "person": columns["customer_id"]}


def summed_ledger(ledger: ir.Table, extras: Sequence[str], study: Study) -> ir.Table:
    """The ledger with a row a unit and period: money summed, numeric controls averaged, customers counted.

    Customers are the size column's sum where rows name nobody, else the ids or rows there are.
    """
    sums: dict[str, Any] = {name: ledger[name].sum() for name in ("revenue", "margin", "cost_to_serve")}
    for name in extras:
        column = ledger[name]
        if name == study.model.size:
            sums[name] = column.sum()
        else:
            sums[name] = column.mean() if column.type().is_numeric() else column.min()
    people = ledger.person.nunique().cast("float64")
    unnamed = sums[study.model.size] if study.model.size in sums else ledger.count().cast("float64")
    counted = ledger.group_by("customer_id", "t").agg(**{CUSTOMERS: (people > 0).ifelse(people, unnamed)} | sums)
    return counted.mutate(retained=ibis.null("int64"))


def unit_rates(engine: Engine, tables: Mapping[str, ir.Table], journey: Journey) -> ir.Table | None:
    """Incidents in canonical form, a row a unit, period and pain point, whose `amount` is the rate.

    Operations: occurrences a customer of the unit and period, 0 where none was seen. Surveys: the share of the
    unit's answers that name it. A measured level passes as it is.
    """
    rates = [pain for pain in journey.pain_points if pain.measure != "level"]
    levels = [pain.pain_point for pain in journey.pain_points if pain.measure == "level"]
    parts: list[ir.Table] = []
    incidents, responses = tables.get("incidents"), tables.get("responses")
    if incidents is not None:
        parts.append(incidents.filter(incidents.pain_point.isin(levels)) if levels else incidents.limit(0))
        if operations := [pain for pain in rates if pain.source == "operations"]:
            wide = _occurrences(tables["ledger"], incidents, operations)
            parts += _long(engine.keep("unit_occurrences", wide), operations)
    surveyed = [pain for pain in rates if pain.source == "survey"]
    if responses is not None and surveyed:
        wide = _named(responses, surveyed)
        parts += _long(engine.keep("unit_named", wide), surveyed)
    if not parts:
        return None
    rates_of_all = _together(parts)
    # a rate has no day and no touchpoint of its own
    undated = {"day": ibis.null("int64"), "clock": ibis.null("string"), "touchpoint": ibis.null("string")}
    return rates_of_all.mutate(**undated)


def _occurrences(ledger: ir.Table, incidents: ir.Table, pains: Sequence[PainPoint]) -> ir.Table:
    counts = incidents.group_by("customer_id", "t").agg(
        seen=incidents.count(),
        **{pain.pain_point: (incidents.pain_point == pain.pain_point).ifelse(1.0, 0.0).sum() for pain in pains},
    )
    joined = ledger.select("customer_id", "t", CUSTOMERS).left_join(counts, ["customer_id", "t"])
    rates = {pain.pain_point: joined[pain.pain_point].fill_null(0.0) / joined[CUSTOMERS].nullif(0.0) for pain in pains}
    return joined.select("customer_id", "t", **rates)


def _named(responses: ir.Table, pains: Sequence[PainPoint]) -> ir.Table:
    """Shares of the answers by unit and period; as many answered as gave the stage most often scored a score."""
    weight = responses.n * responses.weight
    padded = ibis.literal(";") + responses.pain_points.fill_null("").replace(" ", "") + ibis.literal(";")
    place = (responses.score - responses.scale_min) / (responses.scale_max - responses.scale_min).nullif(0.0)
    stages = responses.group_by("customer_id", "t", "stage").agg(
        answers=weight.sum(),
        **{
            pain.pain_point: (
                weight
                * (
                    (responses.stage == pain.stage) & (place < LOW_SHARE)
                    if pain.pain_point == f"{LOW_SCORE}{pain.stage}"
                    else padded.contains(f";{pain.pain_point};")
                ).ifelse(1.0, 0.0)
            ).sum()
            for pain in pains
        },
    )
    shares = {}
    for pain in pains:
        if pain.pain_point == f"{LOW_SCORE}{pain.stage}":
            asked = stages.answers.sum(where=stages.stage == pain.stage)
        else:
            asked = stages.answers.max()
        shares[pain.pain_point] = ibis.least(stages[pain.pain_point].sum() / asked.nullif(0.0), 1.0)
    return stages.group_by("customer_id", "t").agg(**shares)


def _long(wide: ir.Table, pains: Sequence[PainPoint]) -> list[ir.Table]:
    return [
        wide.filter(wide[pain.pain_point].notnull()).select(
            "customer_id", "t", pain_point=ibis.literal(pain.pain_point), amount=wide[pain.pain_point].cast("float64")
        )
        for pain in pains
    ]


def _together(parts: Sequence[ir.Table]) -> ir.Table:
    plain = [part.select("customer_id", "t", "pain_point", "amount") for part in parts]
    return ibis.union(*plain) if len(plain) > 1 else plain[0]
