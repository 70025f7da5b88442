"""Changes of the survey over time: what changed, what joins the scores across it, and which rows it sets aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from impact.event import Event
from impact.source_events import touches, within

if TYPE_CHECKING:
    from impact.study import Study

EARLIER_SCALE = "earlier scale"
MOST_JUMP = 0.25
# With fewer a share jumps by chance, and another scale is a slip and no change of the survey.
LEAST_ANSWERS = 30
# What leaves the engine stays bounded whatever the columns hold.
MOST_GROUPS = 50_000
_NEIGHBOURS = 2
_DRIFTS_NEEDED = 2
_SCALE = ["asked_min", "asked_max"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Points added to a stage's scores on the far side of a change, so that they read as those of today.

    `inside`: the rows of the event's periods are shifted, else those before them. `se` in points.
    """

    event: Event
    stage: str
    points: float
    se: float
    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change that no event names: `what` is channel or metric, `t` its first period."""

    what: str
    t: int
    stage: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyChanges:
    """What the answers show of changes over time.

    `joined`: by stage the scale that all its scores are brought to. `superseded`: stage, lowest and highest
    point of scales whose rows are set aside. `shifts` join levels; `found` are changes without an event.
    """

    joined: dict[str, tuple[float, float]]
    superseded: tuple[tuple[str, float, float], ...]
    shifts: tuple[Shift, ...]
    found: tuple[Change, ...]


NOTHING_CHANGED = SurveyChanges(joined={}, superseded=(), shifts=(), found=())


def survey_changes(answers: ir.Table, events: Sequence[Event], study: Study) -> SurveyChanges:
    """The changes told from one summary of the expressed answers: stage, period, scale, metric, channel."""
    joining = [event for event in events if event.joins_scores and touches("responses", answers.columns, event)]
    groups = _groups(answers, joining)
    if groups.empty:
        return NOTHING_CHANGED
    joined, superseded = _scales(groups, joining)
    if study.survey.express != "mean":
        joined = {}
    groups = _on_one_scale(groups, joined, superseded)
    noted = [event for event in events if event.kind == "survey_change"]
    return SurveyChanges(
        joined=joined,
        superseded=superseded,
        shifts=_shifts(groups, joining, study.as_of),
        found=(*_channels(groups, noted), *_metrics(groups, noted)),
    )


def without_superseded(table: ir.Table, changes: SurveyChanges) -> ir.Table:
    """The staged answers with those on an earlier scale set aside."""
    if not changes.superseded:
        return table
    earlier = [
        (table.stage == stage) & (table.scale_min == low) & (table.scale_max == high)
        for stage, low, high in changes.superseded
    ]
    reasons = [(one, EARLIER_SCALE) for one in earlier]
    return table.mutate(set_aside=ibis.coalesce(table.set_aside, ibis.cases(*reasons, else_=ibis.null("string"))))


def joined_scores(table: ir.Table, changes: SurveyChanges) -> ir.Table:
    """The answers with every score on its stage's scale of today and at its level of today."""
    for stage, (low, high) in changes.joined.items():
        mine = table.stage == stage
        width = (table.scale_max - table.scale_min).nullif(0.0)
        place = (table.score - table.scale_min) / width
        table = table.mutate(
            score=mine.ifelse(low + place * (high - low), table.score),
            sd=mine.ifelse(table.sd * (high - low) / width, table.sd),
            scale_min=mine.ifelse(low, table.scale_min),
            scale_max=mine.ifelse(high, table.scale_max),
        )
    points: Any = ibis.literal(0.0)
    for shift in changes.shifts:
        event = shift.event
        periods = table.t.between(event.first, event.last) if shift.inside else table.t < event.first
        moved = (table.stage == shift.stage) & periods & within(table, event)
        points = points + moved.ifelse(shift.points, 0.0)
    return table.mutate(score=table.score + points) if changes.shifts else table


def _groups(answers: ir.Table, joining: Sequence[Event]) -> pd.DataFrame:
    """Answers, weight, weighted sum and sum of squares by everything that may change, `part_i` of the events' own.

    Where metrics or channels are too many to be kinds, they are left out; where stages are, nothing is told.
    """
    parts = {f"part_{place}": within(answers, event).ifelse(1, 0) for place, event in enumerate(joining)}
    weight = answers.n * answers.weight
    rows = answers.filter(answers.t.notnull() & answers.score.notnull()).mutate(**parts, weigh=weight)
    found = _summed(rows, ["stage", "t", *_SCALE, "metric", "channel", *parts])
    if len(found) > MOST_GROUPS:
        plain = rows.mutate(metric=ibis.null("string"), channel=ibis.null("string"))
        found = _summed(plain, ["stage", "t", *_SCALE, "metric", "channel", *parts])
    return found.head(0) if len(found) > MOST_GROUPS else found


def _summed(rows: ir.Table, by: list[str]) -> pd.DataFrame:
    sums = rows.group_by(by).agg(
        answers=rows.n.sum(),
        weight=rows.weigh.sum(),
        total=(rows.weigh * rows.score).sum(),
        squares=(rows.weigh * rows.score * rows.score).sum(),
    )
    found: pd.DataFrame = sums.order_by(by).limit(MOST_GROUPS + 1).to_pandas()
    return found


def _scales(
    groups: pd.DataFrame, joining: Sequence[Event]
) -> tuple[dict[str, tuple[float, float]], tuple[tuple[str, float, float], ...]]:
    """By stage the scale its scores are joined on, and the scales set aside, where one follows the other in time."""
    joined: dict[str, tuple[float, float]] = {}
    superseded: list[tuple[str, float, float]] = []
    for stage, mine in groups.groupby("stage"):
        seen = sorted(
            (int(rows.t.min()), int(rows.t.max()), float(rows.asked_min.iloc[0]), float(rows.asked_max.iloc[0]))
            for _, rows in mine.groupby(_SCALE)
        )
        steps = [(old[1], new[0]) for old, new in pairwise(seen)]
        few = mine.groupby(_SCALE).answers.sum().min() < LEAST_ANSWERS
        if not steps or few or any(last_old > first_new for last_old, first_new in steps):
            continue
        if all(_covered(joining, *step) for step in steps):
            joined[str(stage)] = seen[-1][2:]
        else:
            superseded += [(str(stage), low, high) for _, _, low, high in seen[:-1]]
    return joined, tuple(superseded)


def _covered(events: Sequence[Event], last_old: int, first_new: int) -> bool:
    return any(last_old <= edge <= first_new for event in events for edge in (event.first, event.last + 1))


def _on_one_scale(
    groups: pd.DataFrame, joined: dict[str, tuple[float, float]], superseded: Sequence[tuple[str, float, float]]
) -> pd.DataFrame:
    keys = zip(groups.stage, groups.asked_min, groups.asked_max, strict=True)
    groups = groups[[key not in superseded for key in keys]].copy()
    for stage, (low, high) in joined.items():
        mine = groups.stage == stage
        factor = (high - low) / (groups.asked_max - groups.asked_min)
        offset = low - groups.asked_min * factor
        total = groups.total * factor + groups.weight * offset
        squares = groups.squares * factor**2 + 2 * factor * offset * groups.total + groups.weight * offset**2
        groups["total"], groups["squares"] = groups.total.where(~mine, total), groups.squares.where(~mine, squares)
    return groups


def _shifts(groups: pd.DataFrame, joining: Sequence[Event], as_of: int) -> tuple[Shift, ...]:
    """The shifts, the latest change first, so that each earlier one is measured on levels already joined."""
    found: list[Shift] = []
    groups = groups.copy()
    for place, event in sorted(enumerate(joining), key=lambda item: -item[1].first):
        inside = event.last < as_of
        for stage in groups.stage.unique():
            mine = (groups.stage == stage) & (groups[f"part_{place}"] == 1)
            shift = _shift(_levels(groups[mine]), event, inside=inside)
            if shift is None:
                continue
            points, se = shift
            found.append(Shift(event=event, stage=str(stage), points=points, se=se, inside=inside))
            moved = mine & (groups.t.between(event.first, event.last) if inside else groups.t < event.first)
            squares = groups.squares + 2 * points * groups.total + points**2 * groups.weight
            groups["squares"] = groups.squares.where(~moved, squares)
            groups["total"] = groups.total.where(~moved, groups.total + points * groups.weight)
    return tuple(found)


def _levels(rows: pd.DataFrame) -> pd.DataFrame:
    """By period the mean score and the variance of that mean."""
    sums = rows.groupby("t")[["answers", "weight", "total", "squares"]].sum()
    sums = sums[sums.weight > 0]
    mean = sums.total / sums.weight
    variance = (sums.squares / sums.weight - mean**2).clip(lower=0)
    return pd.DataFrame({"mean": mean, "variance": variance / sums.answers.clip(lower=1)})


def _shift(levels: pd.DataFrame, event: Event, *, inside: bool) -> tuple[float, float] | None:
    """Points that bring the far side to today's level, with se; None where one side was never asked.

    The level of a side is the mean of its two periods nearest to the change; the se adds to their sampling what
    levels drift by between neighbouring periods in which nothing changed.
    """
    within_event = (levels.index >= event.first) & (levels.index <= event.last)
    before, during = levels[levels.index < event.first], levels[within_event]
    after = levels[levels.index > event.last]
    if inside:
        far, near = during, pd.concat([before.tail(_NEIGHBOURS), after.head(_NEIGHBOURS)])
    else:
        far, near = before.tail(_NEIGHBOURS), during.head(_NEIGHBOURS)
    if far.empty or near.empty:
        return None
    sampling = sum(float(side.variance.sum()) / len(side) ** 2 for side in (far, near))
    drifts = np.concatenate([np.diff(side["mean"]) for side in (before, during, after)])
    drift = float(np.mean(drifts**2)) if len(drifts) >= _DRIFTS_NEEDED else 0.0
    return float(near["mean"].mean() - far["mean"].mean()), float(np.sqrt(sampling + drift))


def _noted(events: Sequence[Event], t: int) -> bool:
    return any(t in (event.first, event.last + 1) or event.first <= t <= event.last for event in events)


def _channels(groups: pd.DataFrame, noted: Sequence[Event]) -> list[Change]:
    """Channels whose share of the answers jumps between neighbouring periods."""
    if groups.channel.isna().all():
        return []
    shares = _shares(groups.assign(channel=groups.channel.fillna("none stated")), "channel", LEAST_ANSWERS)
    found = []
    for (_, old), (t, new) in pairwise(shares):
        jumps = {name: abs(new.get(name, 0.0) - old.get(name, 0.0)) for name in sorted({*old, *new})}
        channel = max(jumps, key=lambda name: jumps[name])
        if jumps[channel] > MOST_JUMP and not _noted(noted, t):
            said = f"{channel}: {old.get(channel, 0.0):.0%} to {new.get(channel, 0.0):.0%} of the answers"
            found.append(Change(what="channel", t=t, stage="", found=said))
    return found


def _metrics(groups: pd.DataFrame, noted: Sequence[Event]) -> list[Change]:
    """Stages whose most common metric changes between neighbouring periods."""
    found = []
    named = groups.dropna(subset=["metric"])
    named = named.assign(metric=named.metric.str.lower())
    for stage, mine in named.groupby("stage"):
        most = [(t, max(shares, key=lambda name: shares[name])) for t, shares in _shares(mine, "metric", 0)]
        for (_, old), (t, new) in pairwise(most):
            if old != new and not _noted(noted, t):
                found.append(Change(what="metric", t=t, stage=str(stage), found=f"{old} to {new}"))
    return found


def _shares(groups: pd.DataFrame, kind: str, least: int) -> list[tuple[int, dict[str, float]]]:
    """By period with `least` answers or more, the share of the answers of each kind."""
    by_period: dict[int, dict[str, float]] = {}
    for t, name, answers in zip(groups.t, groups[kind], groups.answers, strict=True):
        counts = by_period.setdefault(int(t), {})
        counts[str(name)] = counts.get(str(name), 0.0) + float(answers)
    totals = {t: sum(counts.values()) for t, counts in by_period.items()}
    return [
        (t, {name: count / totals[t] for name, count in counts.items()})
        for t, counts in sorted(by_period.items())
        if totals[t] >= max(least, 1)
    ]
