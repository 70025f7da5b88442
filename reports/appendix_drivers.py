"""The section on drivers: importance, the map of importance beside score, and what low and top scores go with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports import charts, sentences
from reports.charts_drivers import Spot, importance_map
from reports.edition import Edition
from reports.figures import cell_of_twenty, percent, plain
from reports.records import Row, number, records, text
from reports.sections import Section, Table

HOW_TO_READ = (
    "First: chance of being the most important. Point below and point above: what a point of the stage goes with, "
    "from low to middle scores and from middle to top. Must-be: low scores cost more than top scores win, against the "
    "other stages; attractive: the reverse; performance: both alike; indifferent: not clear of zero."
)
OUTCOMES = {"overall": "overall satisfaction", "nps": "recommendation, mean 0 to 10"}


def drivers(edition: Edition) -> Section | None:
    """Importance by outcome, with its range, map and table; None where no stage could be compared."""
    names = {stage.stage: stage.name for stage in edition.journey.stages}
    rows: dict[str, list[Row]] = {}
    for row in records(edition, "drivers"):
        if None not in (number(row, "importance"), number(row, "low"), number(row, "high")):
            rows.setdefault(text(row, "outcome"), []).append(row)
    if not rows:
        return None
    pictures, captions = [], []
    for outcome, mine in rows.items():
        said = OUTCOMES.get(outcome, outcome.replace("_", " "))
        pictures.append(charts.intervals(_intervals(mine, names), percent, f"Importance for {said}"))
        captions.append(f"For {said}: share of explained variation")
        spots = _spots(mine, names)
        if spots:
            pictures.append(importance_map(spots, f"Importance for {said} beside score"))
            captions.append(f"For {said}: importance upwards, score to the right; lines at the means")
    table = _table(rows, names)
    return Section(
        anchor="drivers",
        title="Drivers / share of explained variation and 90% range",
        note=f"{sentences.importance_note()} {HOW_TO_READ}" if table else sentences.importance_note(),
        charts=tuple(pictures),
        captions=tuple(captions),
        table=table,
        holds_money=False,
    )


def _name(row: Row, names: Mapping[str, str]) -> str:
    return text(row, "name") or names.get(text(row, "stage"), text(row, "stage"))


def _intervals(rows: Sequence[Row], names: Mapping[str, str]) -> list[charts.Interval]:
    return [
        charts.Interval(
            name=_name(row, names),
            middle=number(row, "importance") or 0.0,
            low=number(row, "low") or 0.0,
            high=number(row, "high") or 0.0,
        )
        for row in rows
    ]


def _spots(rows: Sequence[Row], names: Mapping[str, str]) -> list[Spot]:
    found = []
    for place, row in enumerate(rows, start=1):
        across, up = number(row, "place"), number(row, "importance")
        if across is not None and up is not None:
            found.append(Spot(number=place, name=_name(row, names), across=across, up=up))
    return found


def _table(rows: Mapping[str, Sequence[Row]], names: Mapping[str, str]) -> Table | None:
    """Where each stage stands, numbered as on the map."""
    every = [(place, row) for mine in rows.values() for place, row in enumerate(mine, start=1)]
    if not any(text(row, "quadrant") for _, row in every):
        return None
    return Table(
        headings=(
            *("Outcome", "Stage", "Map", "Class", "Share", "First"),
            *("Score", "Point below", "90% range", "Point above", "90% range"),
        ),
        rows=tuple(
            (
                text(row, "outcome"),
                f"{place} {_name(row, names)}",
                text(row, "quadrant"),
                text(row, "kano"),
                percent(number(row, "share")),
                cell_of_twenty(number(row, "p_first")),
                plain(number(row, "performance"), 2),
                *_slope(row, "penalty"),
                *_slope(row, "reward"),
            )
            for place, row in every
        ),
        words=4,
    )


def _slope(row: Row, name: str) -> tuple[str, str]:
    low, high = plain(number(row, f"{name}_low"), 2), plain(number(row, f"{name}_high"), 2)
    told = number(row, name) is not None
    return plain(number(row, name), 2), f"{low} to {high}" if told else "not told"
