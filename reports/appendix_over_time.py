"""The appendix on the journey over time, and on what has moved."""

from __future__ import annotations

from reports.charts_over_time import Seen, score_over_time
from reports.edition import Edition
from reports.figures import plain
from reports.records import Row, is_on, label, number, records, text
from reports.sections import Section, Table

NOTE = (
    "Mean score of each stage by period with its 90% range, nothing smoothed; a gap is a period without answers enough "
    "to be shown. Dashed: the target. Cross: competitors, in the period their score is of."
)
WATCHED = (
    "The last four quarters beside the quarters before, series by series. Limits allow for all series together: when "
    "nothing changes, one run in twenty raises an alarm. ! lies beyond its limit."
)


def journey_over_time(edition: Edition) -> Section | None:
    """A small picture a stage, all on one scale; None without two periods of answers."""
    stages: dict[str, list[Row]] = {}
    for row in records(edition, "journey_over_time"):
        stages.setdefault(text(row, "stage"), []).append(row)
    told = {stage: rows for stage, rows in stages.items() if sum(number(row, "score") is not None for row in rows) > 1}
    if not told:
        return None
    names = ("low", "high", "score", "target", "benchmark")
    values = [
        value for rows in told.values() for row in rows for name in names if (value := number(row, name)) is not None
    ]
    ends = (min(values), max(values))
    return Section(
        anchor="journey-over-time",
        title=f"The journey over time / {edition.point}",
        note=NOTE,
        charts=tuple(_picture(rows, ends) for rows in told.values()),
        captions=tuple(_caption(rows[0]) for rows in told.values()),
        holds_money=False,
    )


def _picture(rows: list[Row], ends: tuple[float, float]) -> str:
    seen = [
        Seen(
            period=text(row, "period"),
            score=number(row, "score"),
            low=number(row, "low"),
            high=number(row, "high"),
            benchmark=number(row, "benchmark"),
        )
        for row in rows
    ]
    scores = [f"{one.period} {plain(one.score)}" for one in seen if one.score is not None]
    return score_over_time(seen, ends, number(rows[0], "target"), f"{label(rows[0], 'stage')}: {', '.join(scores)}")


def _caption(row: Row) -> str:
    target, by = number(row, "target"), text(row, "target_by")
    goal = f", target {plain(target)}{f' by {by}' if by else ''}" if target is not None else ""
    note = text(row, "note")
    return f"{label(row, 'stage')}{goal}{f', {note}' if note else ''}"


def monitoring(edition: Edition) -> Section | None:
    """Every series that is watched, alarms first; None where there is too little to compare."""
    rows = sorted(records(edition, "monitoring"), key=lambda row: -(number(row, "alarm") or 0.0))
    if not rows:
        return None
    return Section(
        anchor="monitoring",
        title="What has moved / last four quarters beside the quarters before",
        note=WATCHED,
        table=Table(
            headings=("Series", "Of", "Then", "Now", "Change", "Low limit", "High limit"),
            rows=tuple(
                (
                    text(row, "series"),
                    label(row, "id"),
                    *(plain(number(row, name)) for name in ("then", "now")),
                    plain(number(row, "change")) + (" !" if is_on(row, "alarm") else ""),
                    *(plain(number(row, name)) for name in ("low", "high")),
                )
                for row in rows
            ),
            words=2,
        ),
        holds_money=False,
    )
