"""Units, averages and events: where the study and its tables disagree, and each step taken down with its remedy."""

from __future__ import annotations

from collections.abc import Sequence

from impact.checks import Check
from impact.contract_answers import people_reviews
from impact.errors import Finding
from impact.event import Event
from impact.journey import Journey
from impact.periods import period_label
from impact.plan_columns import LOW_SCORE
from impact.source import Source
from impact.source_events import touches, within
from impact.step_downs import review
from impact.study import Study


def step_faults(source: Source, study: Study, events: Sequence[Event]) -> list[Finding]:
    """Every setting of units and every event that the tables cannot answer."""
    found = [fault for event in events for fault in _event_faults(source, study, event)]
    return [*_unit_faults(source, study), *found]


def step_reviews(source: Source, study: Study, journey: Journey | None, events: Sequence[Event]) -> list[Check]:
    """Reviews of the steps taken down on the answers' side."""
    found = [*_units(source, study), *people_reviews(source, study)]
    if source.only_averages and not study.data.unit and study.study.shape == "auto":
        found.append(review("D355", "each answer is an average or a count of several people", "single answers"))
    if journey is not None:
        found += _low_scores(study, journey)
    return [*found, *_shifts(source, study), *_controlled(events, study), *_unannounced(source, study)]


def _unit_faults(source: Source, study: Study) -> list[Finding]:
    units = study.data.unit
    if not units:
        return []
    found = []
    if study.study.shape == "customers":
        found.append(
            Finding(
                code="D354",
                place="study.toml: [study].shape",
                found='shape is "customers" and [data] unit is set',
                allowed='"sites" or "auto" where tables are summed to units',
                remedy="take shape out, or take [data] unit out where customers are known by id",
            )
        )
    staged = source.staged["ledger"]
    texts = [name for name in source.extras["ledger"] if name not in units and not staged[name].type().is_numeric()]
    found += [
        Finding(
            code="D354",
            place=f"{source.files['ledger']} {name}",
            found=f"{name} is a text and cannot be averaged over the customers of a unit",
            allowed="numbers, or columns of [data] unit",
            remedy=f"add {name} to [data] unit, or take it out of [model] controls and [study] report_by",
        )
        for name in texts
    ]
    return found


def _event_faults(source: Source, study: Study, event: Event) -> list[Finding]:
    place = f"events {event.event}"
    touched = [name for name, staged in source.staged.items() if touches(name, staged.columns, event)]
    if event.column and not touched:
        return [
            Finding(
                code="D362",
                place=place,
                found=f"no table that the event is about has a column {event.column!r}",
                allowed="a column of responses"
                + ("" if event.kind == "survey_change" else ", incidents or the ledger"),
                remedy="correct column, or leave it blank where the event touched everybody",
            )
        ]
    if event.column and not any(_rows_of(source, name, event) for name in touched):
        return [
            Finding(
                code="D362",
                place=place,
                found=f"no row has {event.column} = {event.value!r}",
                allowed="a value that rows carry",
                remedy="correct value, or leave column and value blank",
            )
        ]
    if event.treat == "exclude" and "ledger" in touched and event.first <= study.as_of <= event.last:
        return [
            Finding(
                code="D363",
                place=place,
                found=f"the event excludes {study.study.as_of}, the as_of of the study",
                allowed="periods before as_of",
                remedy='set treat = "control", or set as_of to a period before the event',
            )
        ]
    return []


def _rows_of(source: Source, name: str, event: Event) -> int:
    staged = source.staged[name]
    counted = staged.aggregate(rows=within(staged, event).ifelse(1, 0).sum()).execute()
    return int(counted.rows.fillna(0)[0])


def _units(source: Source, study: Study) -> list[Check]:
    units = study.data.unit
    if not units:
        return []
    ledger = source.ledger
    counted = ledger.aggregate(units=ledger.customer_id.nunique(), periods=ledger.t.nunique()).execute()
    said = f"summed to {int(counted.units[0]):,} units of {', '.join(units)} over {int(counted.periods[0])} periods"
    if "customer_id" in source.present["ledger"]:
        per = "customer of the unit and period"
    else:
        per = f"1 of {study.model.size}" if study.model.size else "ledger row"
    said += f"; incidents are a rate a {per}"
    if study.data.customers is not None:
        said += "; the customers table is not used"
    found = [review("D352", said, "an id of the customer in every table")]
    return [*found, *_without_money(source)]


def _without_money(source: Source) -> list[Check]:
    """The review of incidents whose unit has no ledger row in their period: there is nobody to rate them by."""
    if "incidents" not in source.staged:
        return []
    staged = source.staged["incidents"]
    used = staged.filter(staged.set_aside.isnull())
    count = int(used.anti_join(source.ledger, ["customer_id", "t"]).count().execute())
    return [review("D369", f"incidents: {count:,} of {int(used.count().execute()):,} rows", "0")] if count else []


def _low_scores(study: Study, journey: Journey) -> list[Check]:
    named = [pain.pain_point for pain in journey.pain_points if pain.pain_point == f"{LOW_SCORE}{pain.stage}"]
    said = {"top2box": "a score outside the top two", "nps": "a detractor, 0 to 6"}.get(study.survey.express)
    return [review("D358", f"{', '.join(named)}: {said}", "the bottom two of five")] if named and said else []


def _shifts(source: Source, study: Study) -> list[Check]:
    return [
        review(
            "D360",
            f"{shift.event.event}, {shift.stage}: scores "
            + ("in it" if shift.inside else f"before {period_label(shift.event.first, study.period_kind)}")
            + f" moved by {shift.points:+.2g} points (standard error {shift.se:.2g})",
            "no change of the survey",
        )
        for shift in source.changes.shifts
    ]


def _controlled(events: Sequence[Event], study: Study) -> list[Check]:
    kept = [event for event in events if event.treat == "control"]
    if not kept:
        return []
    said = []
    for event in kept:
        first, last = (period_label(t, study.period_kind) for t in (event.first, event.last))
        part = f", {event.column} {event.value} only" if event.column else ""
        said.append(f"{event.event} ({first} to {last}{part})")
    return [review("D361", "; ".join(said), "optional")]


def _unannounced(source: Source, study: Study) -> list[Check]:
    codes = {"channel": "D365", "metric": "D366"}
    limits = {"channel": "25 points between neighbouring periods", "metric": "one metric a stage"}
    return [
        review(
            codes[change.what],
            f"{period_label(change.t, study.period_kind)}: "
            + (f"{change.stage}, " if change.stage else "")
            + change.found,
            limits[change.what],
        )
        for change in source.changes.found
    ]
