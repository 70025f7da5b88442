"""The case: the journey as the company names it and what could be done, read from the plan tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from impact.checks import Check
from impact.errors import Finding, InputError
from impact.event import Event
from impact.evidence import Evidence
from impact.formats.plan import PlanTable, inline_table, plan_sheets, read_plan_table
from impact.formats.sheets import SheetRefusedError
from impact.initiative import CostRow, Fix, Initiative, Pilot, Plan
from impact.journey import Benchmark, Journey, Objective, PainPoint, Persona, Stage, Touchpoint
from impact.lever import Change
from impact.measured_rows import join_measured, read_measured
from impact.plan_columns import CAPACITY, PLAN_TABLES
from impact.plan_links import link_faults
from impact.plan_rows import WrittenRows, written_rows
from impact.plan_values import TypedRow, fault, typed_rows
from impact.rollout import Rollout
from impact.scenario_faults import scenario_faults
from impact.step_downs import ASSUMED_EFFECT, low_scores, plan_steps
from impact.study import Study
from impact.study_faults import nearest

Rows = Mapping[str, Sequence[TypedRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The journey, the plan, and the steps taken down for what the plan leaves out.

    `tables` holds the rows of every plan table as they were read.
    """

    journey: Journey
    plan: Plan
    steps: tuple[Check, ...]
    tables: WrittenRows = field(default_factory=dict)


def load_case(study: Study) -> Case:
    """The case that a study's plan tables state.

    Raises:
        InputError: every fault of the plan tables at once.
    """
    tables, findings = _found_tables(study)
    rows, faults = _typed(tables, study)
    measured, said, refused = read_measured(study)
    findings += [*faults, *link_faults(rows), *scenario_faults(rows["scenarios"], study), *refused]
    if findings:
        raise InputError(findings)
    journey, plan = _journey(rows), _plan(rows)
    known = (*journey.pain_ids(), *journey.stage_ids(), *plan.ids())
    evidence, joined = join_measured(plan.evidence, measured, known, study.period_kind)
    plan = replace(plan, evidence=evidence)
    steps = (*plan_steps(journey, plan), *said, *joined)
    if not journey.pain_points:
        journey = low_scores(journey)
    plan = _with_only_target(plan, journey)
    return Case(journey=journey, plan=plan, steps=steps, tables=written_rows(rows, study.period_kind))


def case_of_rows(tables: Mapping[str, Sequence[Mapping[str, object]]], study: Study) -> Case:
    """The case that rows of plan tables state, as a record holds them; what they point at is not looked up.

    Raises:
        InputError: a row is not of its table's kind.
    """
    found = {name: inline_table(name, rows) for name, rows in tables.items() if name in PLAN_TABLES}
    rows, findings = _typed(found, study)
    if findings:
        raise InputError(findings)
    journey = _journey(rows)
    if not journey.pain_points:
        journey = low_scores(journey)
    return Case(journey=journey, plan=_with_only_target(_plan(rows), journey), steps=())


def _typed(tables: Mapping[str, PlanTable], study: Study) -> tuple[dict[str, Sequence[TypedRow]], list[Finding]]:
    rows: dict[str, Sequence[TypedRow]] = {name: () for name in PLAN_TABLES}
    findings: list[Finding] = []
    for name, table in tables.items():
        rows[name], faults = typed_rows(name, table, study.period_kind)
        findings += faults
    return rows, findings


def _found_tables(study: Study) -> tuple[dict[str, PlanTable], list[Finding]]:
    tables: dict[str, PlanTable] = {}
    findings: list[Finding] = []
    books: dict[Path, str] = {}
    for key in ("journey", *PLAN_TABLES):
        asked = getattr(study.plan, key)
        if asked is None:
            continue
        if not isinstance(asked, str):
            tables[key] = inline_table(key, asked)
            continue
        path, sheet = study.located(asked)
        if not path.is_file():
            continue
        if key == "journey" or (path.suffix.casefold() == ".xlsx" and not sheet):
            books.setdefault(path, f"study.toml: [plan].{key}")
        if key != "journey":
            _take(key, path, sheet, (tables, findings))
    for path, place in books.items():
        _take_book(path, place, study, (tables, findings))
    return tables, findings


def _take(table: str, path: Path, sheet: str, into: tuple[dict[str, PlanTable], list[Finding]]) -> None:
    tables, findings = into
    try:
        named = sheet or (plan_sheets(path).get(table, table) if path.suffix.casefold() == ".xlsx" else "")
        tables[table] = read_plan_table(path, named, PLAN_TABLES[table][0].name)
    except SheetRefusedError as error:
        findings.append(_refused(f"study.toml: [plan].{table}", error))


def _take_book(path: Path, place: str, study: Study, into: tuple[dict[str, PlanTable], list[Finding]]) -> None:
    tables, findings = into
    try:
        sheets = plan_sheets(path)
    except SheetRefusedError as error:
        if place.endswith(".journey"):
            findings.append(_refused(place, error))
        return
    for name, sheet in sheets.items():
        if name in PLAN_TABLES:
            if getattr(study.plan, name) is None and name not in tables:
                _take(name, path, sheet, into)
        elif (near := nearest(name, tuple(PLAN_TABLES))) and near not in sheets:
            findings.append(
                fault(
                    "P203", f"{path.name} {sheet}", f"no plan table is called {sheet!r}", near, f"did you mean {near}?"
                )
            )


def _refused(place: str, error: SheetRefusedError) -> Finding:
    return fault(
        error.code, place, str(error), "a .csv (UTF-8), .parquet or .xlsx table without macros", "save it again as such"
    )


def _only(row: TypedRow, *left_out: str) -> dict[str, Any]:
    return {name: value for name, value in row.values.items() if name not in left_out}


def _journey(rows: Rows) -> Journey:
    stages = sorted(rows["stages"], key=_order)
    return Journey(
        stages=tuple(Stage(**_only(row, "order"), order=place) for place, row in enumerate(stages, start=1)),
        touchpoints=tuple(Touchpoint(**_only(row)) for row in rows["touchpoints"]),
        personas=tuple(Persona(**_only(row)) for row in rows["personas"]),
        pain_points=tuple(PainPoint(**_only(row)) for row in rows["pain_points"]),
        benchmarks=tuple(Benchmark(**_only(row)) for row in rows["benchmarks"]),
        objectives=tuple(Objective(**_only(row)) for row in rows["objectives"]),
    )


def _order(row: TypedRow) -> float:
    order = row.values["order"]
    return order if isinstance(order, float) else float("inf")


def _plan(rows: Rows) -> Plan:
    costs = tuple(CostRow(**_only(row)) for row in rows["costs"])
    return Plan(
        initiatives=tuple(_initiative(row, costs) for row in rows["initiatives"]),
        fixes=tuple(_fix(row) for row in rows["fixes"]),
        costs=costs,
        events=tuple(_event(row) for row in rows["events"]),
        evidence=tuple(Evidence(**_only(row)) for row in rows["evidence"]),
        pilots=tuple(Pilot(**_only(row)) for row in rows["pilots"]),
        rollouts=tuple(_rollout(row) for row in rows["rollouts"]),
        scenarios=tuple(_change(row) for row in rows["scenarios"]),
    )


def _rollout(row: TypedRow) -> Rollout:
    first: Any = row.values["from"]
    return Rollout(**_only(row, "from"), first=first)


def _change(row: TypedRow) -> Change:
    first: Any = row.values["from"]
    last: Any = row.values["to"]
    lever, _, of = row.text("lever").partition(":")
    how: Any = row.values["how"]
    if lever == "delay" and not row.found.values.get("how"):
        how = "add"
    return Change(**_only(row, "from", "to", "lever", "how"), lever=lever, of=of, how=how, first=first, last=last)


def _event(row: TypedRow) -> Event:
    first: Any = row.values["from"]
    last: Any = row.values["to"]
    return Event(**_only(row, "from", "to"), first=first, last=last)


def _initiative(row: TypedRow, costs: Sequence[CostRow]) -> Initiative:
    plain = {name: value for name, value in _only(row).items() if not name.startswith(CAPACITY)}
    capacity = {
        name.removeprefix(CAPACITY): float(value)
        for name, value in _only(row).items()
        if name.startswith(CAPACITY) and value is not None
    }
    planned = [cost.capex for cost in costs if cost.initiative == plain["initiative"] and not cost.actual]
    if plain["cost"] is None and planned:
        plain["cost"] = sum(planned)
    return Initiative(**plain, capacity=capacity)


def _fix(row: TypedRow) -> Fix:
    values = _only(row)
    if values["likely"] is not None:
        return Fix(**values)
    low, likely, high = ASSUMED_EFFECT
    return Fix(**(values | {"low": low, "likely": likely, "high": high}), assumed=True)


def _with_only_target(plan: Plan, journey: Journey) -> Plan:
    """The plan where an initiative that names no target fixes the one pain point there is."""
    if len(journey.pain_points) != 1:
        return plan
    named = {fix.initiative for fix in plan.fixes}
    low, likely, high = ASSUMED_EFFECT
    target = journey.pain_points[0].pain_point
    added = tuple(
        Fix(initiative=name, pain_point=target, low=low, likely=likely, high=high, assumed=True)
        for name in plan.ids()
        if name not in named
    )
    return replace(plan, fixes=(*plan.fixes, *added))
