"""What speaks against a decision: what it rests on, whose its values are, other scenarios, and the case against it."""

from __future__ import annotations

from dataclasses import dataclass

from impact.argue import argue
from impact.cells import Cells
from impact.checks import Check
from impact.intake import Intake
from reports.findings import NOTHING_AGAINST, Findings
from scenarios.across import Across, look_across
from scenarios.against import Concentrated
from scenarios.base_world import scenario_facts
from scenarios.case_against import CaseAgainst
from scenarios.gates import Gates, find_gates
from scenarios.scenario import scenarios_of
from scenarios.segments import Segments, find_segments


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """What a decision rests on; empty where there is none."""

    gates: Gates | None = None
    segments: Segments | None = None
    against: CaseAgainst = NOTHING_AGAINST
    across: Across | None = None
    checks: tuple[Check, ...] = ()


def doubt(intake: Intake, cells: Cells, found: Findings) -> Doubted:
    """The gates of a decision, its values by segment and scenario, and the case against it; nothing where none is."""
    estimates, decision = found.estimates, found.decision
    if estimates is None or decision is None:
        return Doubted()
    study, journey = intake.study, intake.case.journey
    gates = find_gates(decision, estimates.question, cells, journey, study.study.seed)
    segments = find_segments(decision, cells, journey, study)
    facts = scenario_facts(cells, study, decision.case.base, estimates.scaled)
    across = look_across(decision, scenarios_of(intake.case.plan), facts)
    against = argue(
        intake,
        cells,
        estimates,
        decision,
        gates,
        _concentrated(segments),
        by_rate=found.walks[0].amounts[0] if found.walks else float("nan"),
    )
    return Doubted(
        gates=gates,
        segments=segments,
        against=against,
        across=across,
        checks=(
            *gates.checks(journey),
            segments.concentration.check(_names(intake)),
            *against.checks(),
            *(across.checks() if across else ()),
        ),
    )


def _concentrated(segments: Segments) -> tuple[Concentrated, ...]:
    """The customers on whom much of the money or of the portfolio hangs, by name where they are no persons."""
    said = {"base": "all money", "portfolio": "the chosen portfolio"}
    named = segments.concentration.named
    return tuple(
        Concentrated(unit=one.customer if named else "", of=said[one.kind], share=one.share)
        for one in segments.concentration.above()
        if one.kind in said
    )


def _names(intake: Intake) -> dict[str, str]:
    """What stages, pain points and initiatives are called, by id."""
    journey, plan = intake.case.journey, intake.case.plan
    names = {one.stage: one.name for one in journey.stages} | {one.pain_point: one.name for one in journey.pain_points}
    return names | {one.initiative: one.name for one in plan.initiatives}
