"""Sentences about coverage: what nobody measured, what the plan overlooks, who answers, which ways customers take."""

from __future__ import annotations

from reports.edition import Edition
from reports.figures import NO_FIGURE, money, percent, plain, whole
from reports.records import Row, label, listing, number, records, text

ALIKE = 0.1  # standard deviations: below it nobody would see the difference
NAMES = 5
SOURCES = {"events": "journey events", "responses": "answers", "incidents": "incidents"}
_MORE = {
    "revenue": ("spend", "more", "less"),
    "margin": ("bring a margin", "higher", "lower"),
    "leaving_rate": ("leave", "more often", "less often"),
    "tenure": ("have been customers", "longer", "for a shorter time"),
}


def covered(edition: Edition) -> tuple[str, ...]:
    """What the plan names and nobody measured, and what was measured and the plan does not name."""
    rows = [row for row in records(edition, "coverage") if text(row, "id") != "overall"]
    said = []
    for kind in ("stage", "touchpoint", "channel", "persona", "pain_point"):
        planned = [row for row in rows if row["kind"] == kind and number(row, "in_plan") == 1]
        never = [label(row, "id") for row in planned if number(row, "measured") == 0]
        if never:
            said.append(f"{_some(never)} {'is' if len(never) == 1 else 'are'} named in the plan and never measured.")
    unnamed = [row for row in rows if row["kind"] == "touchpoint" and number(row, "measured") is None]
    if unnamed:
        said.append(f"The data name no touchpoint: the {len(unnamed)} of the plan cannot be told apart.")
    others = [row for row in rows if row["kind"] == "touchpoint" and number(row, "in_plan") == 0 and text(row, "id")]
    return (*said, *(_overlooked(edition, row) for row in others[:NAMES]))


def _overlooked(edition: Edition, row: Row) -> str:
    stages = {stage.stage: stage.name for stage in edition.journey.stages}
    counts = [f"{whole(number(row, name))} {name}" for name in ("answers", "incidents") if number(row, name)]
    score, beside = number(row, "score"), number(row, "stage_score")
    stage = stages.get(text(row, "stage"), text(row, "stage"))
    mean = f", mean score {plain(score)} where {stage} has {plain(beside)}" if score and beside else ""
    return f"The touchpoint {text(row, 'id')} is not in the plan: {' and '.join(counts)}{mean}."


def who_answers(edition: Edition) -> tuple[str, ...]:
    """The last response rate, and how those who answer differ from the others."""
    rates = [row for row in records(edition, "response_rates") if text(row, "persona") == "total"]
    known = [row for row in rates if number(row, "response_rate") is not None]
    unit = "sites" if edition.shape == "sites" else "customers"
    said = []
    if known:
        share = percent(number(known[-1], "response_rate"))
        said.append(f"{share} of active {unit} answered in {text(known[-1], 'period')}.")
    rows = records(edition, "respondents")
    apart = [row for row in rows if abs(number(row, "standardised") or 0.0) >= ALIKE]
    said += [_difference(edition, row, unit) for row in apart]
    alike = [text(row, "measure").replace("_", " ") for row in rows if row not in apart]
    if alike:
        beside = "also " if apart else ""
        said.append(
            f"{unit.capitalize()} who answer are {beside}like those who do not in {listing(alike)}: "
            f"less than {ALIKE} standard deviations apart."
        )
    return tuple(said)


def _difference(edition: Edition, row: Row, unit: str) -> str:
    measure, here, there = text(row, "measure"), number(row, "mean_answered"), number(row, "mean_silent")
    verb, more, less = _MORE[measure]
    up = (number(row, "difference") or 0.0) > 0
    figures = [in_unit(edition, measure, value) for value in (here, there)]
    relative = number(row, "relative")
    by = f"{percent(abs(relative))} " if measure in {"revenue", "margin"} and relative is not None else ""
    away = abs(number(row, "standardised") or 0.0)
    period = "" if measure == "tenure" else " a period"
    against = "" if NO_FIGURE in figures else f": {figures[0]} against {figures[1]}{period}"
    return (
        f"{unit.capitalize()} who answer {verb} {by}{more if up else less} than those who do not{against} "
        f"({plain(away, 2)} standard deviations)."
    )


def in_unit(edition: Edition, measure: str, value: float | None) -> str:
    """A figure of those who answer in its measure's unit; money only where the run is fit for use."""
    if measure == "leaving_rate":
        return percent(value)
    if measure == "tenure":
        return f"{plain(value)} periods"
    return money(value, edition.currency) if edition.fitness == "fit" else NO_FIGURE


def ways(edition: Edition, source: str) -> tuple[str, ...]:
    """How to read the ways of one table, where steps return to, and after which stage customers leave."""
    flow = [row for row in records(edition, "stage_flow") if text(row, "source") == source]
    said = [_how_to_read(source)]
    returning = [row for row in flow if (number(row, "returns") or 0.0) > 0.5]
    if returning:
        names = _some([label(row, "stage") for row in returning])
        said.append(f"After {names} more than half of the steps lead back to an earlier stage.")
    rated = [row for row in flow if (number(row, "exit_low") or 0.0) > (number(row, "base_rate") or 1.0)]
    if rated:
        worst = max(rated, key=lambda row: number(row, "exit_rate") or 0.0)
        low, high = percent(number(worst, "exit_low")), percent(number(worst, "exit_high"))
        said.append(
            f"Customers whose last stage seen in a period is {label(worst, 'stage')} leave most often: "
            f"{percent(number(worst, 'exit_rate'))} ({low} to {high}) against "
            f"{percent(number(worst, 'base_rate'))} after any stage."
        )
    return tuple(said)


def _how_to_read(source: str) -> str:
    if source == "incidents":
        return "Told by incidents: where something next went wrong, not every visit."
    if source == "responses":
        return "Told by answers that stand alone on their day: where a customer was next asked."
    return "Told by journey events: the next stage seen."


def _some(names: list[str]) -> str:
    more = len(names) - NAMES
    return listing(names) if more <= 0 else listing([*names[:NAMES], f"{more} more"])
