"""Answers on their way to the score of the study: counts into scores, scores as expressed, people within accounts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from impact.columns import COUNTS, METRIC_SCALES, NPS_RANGE
from impact.journey import NPS_BESIDE, OVERALL

Express = Literal["mean", "top2box", "nps"]
_EXPRESSED: dict[str, tuple[float, float]] = {"top2box": (0.0, 100.0), "nps": NPS_RANGE}
# Up to eleven points the two highest count; a finer scale is cut where the fourth of five points lies.
_WIDEST_OF_POINTS = 10.0
_FOURTH_OF_FIVE = 0.75
_NARROWEST_OF_TOP_TWO = 3.0
_PROMOTER, _PASSIVE = 9.0, 7.0


def with_counts(table: ir.Table, named: Collection[str]) -> ir.Table:
    """The answers with score, n, sd and scale of the rows that count promoters, passives and detractors.

    `counted` marks them; `stated_score` and `stated_n` keep what the row itself says.
    Source: Reichheld (2003): NPS is the share of 9-10 less the share of 0-6, in points.
    """
    if not set(COUNTS) <= set(named):
        return table
    promoters, passives, detractors = (table[name] for name in COUNTS)
    counted = promoters.notnull() & passives.notnull() & detractors.notnull()
    total = promoters + passives + detractors
    known = (total > 0).ifelse(total, ibis.null("float64"))
    net = (promoters - detractors) / known
    spread = ibis.greatest((promoters + detractors) / known - net * net, 0.0).sqrt()
    low, high = NPS_RANGE
    return table.mutate(
        counted=counted,
        stated_score=table.score,
        stated_n=table.n,
        score=counted.ifelse(100 * net, table.score),
        n=counted.ifelse(total, table.n),
        sd=counted.ifelse(100 * spread, table.sd),
        scale_min=counted.ifelse(low, table.scale_min),
        scale_max=counted.ifelse(high, table.scale_max),
    )


def counted_rows(table: ir.Table) -> Any:  # noqa: ANN401
    """Whether a row's score comes from counts."""
    return table.counted if "counted" in table.columns else ibis.literal(value=False)


def averaged_rows(table: ir.Table) -> Any:  # noqa: ANN401
    """Whether a row stands for several answers that may differ."""
    return counted_rows(table) | ((table.n > 1) & (table.sd.isnull() | (table.sd > 0)))


def not_expressible(table: ir.Table, express: Express) -> Any:  # noqa: ANN401
    """Whether a row's score cannot be expressed as the study asks."""
    width = table.scale_max - table.scale_min
    if express == "top2box":
        return ~counted_rows(table) & (averaged_rows(table) | (width < _NARROWEST_OF_TOP_TWO))
    net = _on(table, NPS_RANGE)
    return ~net & (averaged_rows(table) | ~_on(table, METRIC_SCALES["nps"]))


def as_expressed(table: ir.Table, express: Express) -> ir.Table:
    """The answers on the scale of the study's point, with the scale they were asked on as `asked_min`, `asked_max`.

    top2box: 100 in the top two, else 0. nps: 100 from 9, 0 from 7, -100 below.
    """
    table = table.mutate(asked_min=table.scale_min, asked_max=table.scale_max)
    if express == "mean":
        return table
    low, high = _EXPRESSED[express]
    score = _top_two(table) if express == "top2box" else _net(table)
    score = table.score.isnull().ifelse(ibis.null("float64"), score)
    spread = (score * (100 - score)).sqrt() if express == "top2box" else table.sd
    return table.mutate(
        score=score,
        sd=counted_rows(table).ifelse(spread, table.sd),
        scale_min=ibis.literal(low),
        scale_max=ibis.literal(high),
    )


def with_nps_apart(table: ir.Table, named: Collection[str], express: Express) -> ir.Table | None:
    """The answers with the recommendation scores at overall under a name of their own, None where nothing is mixed.

    A mean over 1-5 and 0-10 is no score. Where a study is expressed as NPS, NPS is the overall score itself.
    """
    if "metric" not in named or express == "nps":
        return None
    mine = (table.stage == OVERALL) & (table.metric.lower() == "nps") & table.set_aside.isnull()
    other = (table.stage == OVERALL) & (table.metric.lower() != "nps") & table.set_aside.isnull()
    both = table.aggregate(nps=mine.ifelse(1, 0).sum(), other=other.ifelse(1, 0).sum()).execute()
    if not (both.nps.fillna(0)[0] > 0 and both.other.fillna(0)[0] > 0):
        return None
    return table.mutate(stage=mine.ifelse(NPS_BESIDE, table.stage))


def with_people(table: ir.Table, named: Collection[str]) -> ir.Table:
    """The answers weighted so that a person counts once in an account's stage and period, however often it answered.

    A person's rows share the person's own mean weight.
    """
    if "respondent_id" not in named:
        return table
    person = ibis.window(group_by=["customer_id", "t", "stage", "respondent_id"])
    rows = table.n.sum().over(person)
    shared = table.respondent_id.notnull().ifelse(table.weight / rows.nullif(0.0), table.weight)
    return table.mutate(weight=shared)


def _on(table: ir.Table, scale: tuple[float, float]) -> Any:  # noqa: ANN401
    return (table.scale_min == scale[0]) & (table.scale_max == scale[1])


def _top_two(table: ir.Table) -> Any:  # noqa: ANN401
    width = table.scale_max - table.scale_min
    wide = table.scale_min + _FOURTH_OF_FIVE * width
    lowest = (width <= _WIDEST_OF_POINTS).ifelse(table.scale_max - 1, wide)
    single = (table.score >= lowest).ifelse(100.0, 0.0)
    if "counted" not in table.columns:
        return single
    return table.counted.ifelse(100 * table.promoters / table.n.nullif(0.0), single)


def _net(table: ir.Table) -> Any:  # noqa: ANN401
    single = ibis.cases((table.score >= _PROMOTER, 100.0), (table.score >= _PASSIVE, 0.0), else_=-100.0)
    return _on(table, NPS_RANGE).ifelse(table.score, single)
