"""The plan of an earlier forecast as a case again, on the ids that today's plan calls things by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from impact.case import Case, case_of_rows
from impact.errors import Finding, InputError
from impact.journey import OVERALL, Journey
from impact.periods import parse_period, period_label
from impact.plan_columns import CAPACITY, PLAN_TABLES
from impact.record import Record, read_own_records
from impact.step_downs import in_units
from impact.study import Study

LAST = "last"
DRAFT = "forecast.json"
# What a forecast keeps of its plan; the rest of the plan is today's.
RECORDED = ("stages", "pain_points", "initiatives", "fixes", "costs", "evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier forecast: which it was, its ranked initiatives, and its plan's rows by table.

    `inputs` are hashes of the files it read; `plan` is empty where the forecast kept none.
    """

    run_id: str
    as_of: str
    version: str
    inputs: Mapping[str, str]
    initiatives: tuple[Mapping[str, Any], ...]
    plan: Mapping[str, Sequence[Mapping[str, object]]]
    path: Path


def read_earlier(since: str, out: Path, study: Study) -> Earlier:
    """The forecast that `since` names: a file or run folder, a run id, a period, or "last" for the latest earlier one.

    Raises:
        InputError: there is none such, it is none, or what is on record is not as it was signed.
    """
    path = Path(since)
    if path.is_dir():
        path = path / DRAFT
    if path.is_file():
        return _read(path)
    records = read_own_records(out, study.study.name, study.study.currency)
    named = [one for one in records if since in (one.run_id, one.as_of)]
    if since == LAST:
        named = [one for one in records if parse_period(one.as_of, study.period_kind) < study.as_of]
    if not named:
        raise InputError([_unknown(since, records, study)])
    return _read(named[-1].path)


def _unknown(since: str, records: Sequence[Record], study: Study) -> Finding:
    """Why no forecast on record is the one asked for: none is there, none is earlier, or none is called so."""
    known = ", ".join(f"{one.as_of} ({one.run_id})" for one in records)
    if not known:
        sign = "approve the portfolio of an earlier run first, name its forecast.json, or leave --since out"
        return _fault(since, "no forecast is on record", "an approved forecast, or a file forecast.json", sign)
    if since == LAST:
        return _fault(since, f"none on record was made before {study.study.as_of}", f"an earlier one; there is {known}")
    return _fault(since, "no forecast on record is called so", f"last, {known}")


def _read(path: Path) -> Earlier:
    import json

    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        told = told.get("forecast", told)
        return Earlier(
            run_id=str(told["run_id"]),
            as_of=str(told["as_of"]),
            version=str(told.get("version") or ""),
            inputs=dict(told.get("inputs") or {}),
            initiatives=tuple(told["initiatives"]),
            plan={name: tuple(rows) for name, rows in (told.get("plan") or {}).items() if isinstance(rows, list)},
            path=path,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError([_fault(str(path), "it is no forecast of a run", DRAFT)]) from error


def _fault(
    place: str,
    found: str,
    allowed: str,
    remedy: str = "name one of these periods or run ids, a run's forecast.json, or leave --since out",
) -> Finding:
    return Finding(
        code="C709",
        place=f"--since {place}",
        found=found,
        allowed=allowed,
        remedy=remedy,
    )


def recorded_case(earlier: Earlier, today: Case, study: Study) -> Case:
    """The case of the earlier plan; personas, events and what else it does not keep are today's.

    A stage or pain point that has been renamed since answers to both names.

    Raises:
        InputError: the forecast kept no plan, or one that this version cannot read.
    """
    if not earlier.plan.get("initiatives") and earlier.initiatives:
        raise InputError([_fault(str(earlier.path), "it kept no plan, so that nothing can be told apart", DRAFT)])
    rows = {name: _rows(name, earlier.plan.get(name, ()), study) for name in RECORDED}
    case = case_of_rows({name: rows[name] for name in RECORDED if rows[name]}, study)
    if study.data.unit:
        case = in_units(case)
    journey = replace(
        case.journey,
        personas=today.journey.personas,
        touchpoints=today.journey.touchpoints,
        benchmarks=today.journey.benchmarks,
        objectives=today.journey.objectives,
    )
    plan = replace(case.plan, events=today.plan.events, pilots=today.plan.pilots)
    return replace(case, journey=_under_both_names(journey, today.journey), plan=plan)


def with_evidence_of(case: Case, today: Case) -> Case:
    """The case with today's evidence, as far as it speaks of something that the case has."""
    journey = case.journey
    known = {*journey.stage_ids(), *journey.pain_ids(), *case.plan.ids(), OVERALL}
    evidence = tuple(one for one in today.plan.evidence if one.target in known)
    return replace(case, plan=replace(case.plan, evidence=evidence))


def _rows(table: str, rows: Sequence[Mapping[str, object]], study: Study) -> list[dict[str, object]]:
    """The rows in the columns of their table, blanks left out, periods as labels."""
    kinds = {field.name: field.kind for field in PLAN_TABLES[table]}
    out = []
    for row in rows:
        flat: dict[str, object] = {}
        for name, value in row.items():
            if name == "capacity" and isinstance(value, dict):
                flat |= {f"{CAPACITY}{team}": amount for team, amount in value.items()}
            elif (name in kinds or name.startswith(CAPACITY)) and value not in (None, "", [], ()):
                period = kinds.get(name) == "period" and isinstance(value, int) and study.period_kind != "year"
                flat[name] = period_label(int(str(value)), study.period_kind) if period else value
        out.append(flat)
    return out


def _under_both_names(journey: Journey, today: Journey) -> Journey:
    """The earlier journey, where rows that carry the new name of a stage or pain point count for its old one."""
    stages = _renamed({one.stage: one.was for one in today.stages})
    pains = _renamed({one.pain_point: one.was for one in today.pain_points})
    return replace(
        journey,
        stages=tuple(replace(one, was=(*one.was, *stages.get(one.stage, ()))) for one in journey.stages),
        pain_points=tuple(replace(one, was=(*one.was, *pains.get(one.pain_point, ()))) for one in journey.pain_points),
    )


def _renamed(was: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """By earlier id the one it is called today, where that is one for one."""
    claimed = [earlier for names in was.values() for earlier in names]
    return {names[0]: (now,) for now, names in was.items() if len(names) == 1 and claimed.count(names[0]) == 1}
