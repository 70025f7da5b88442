"""What the case against a choice is worked out from: the pieces of a run beside its decision, brought together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from impact.cells import Cells
from impact.evidence import Evidence
from impact.initiative import Plan
from impact.intake import Intake
from impact.journey import Journey
from impact.periods import parse_period
from impact.study import Study
from models.calibration.slopes import Grade
from models.evidence import Reading, with_measured
from models.seen import find_seen
from models.value import ValueBase
from reports.findings import Estimates
from scenarios.against import Claim, Concentrated, Ground
from scenarios.case_against import CaseAgainst, case_against
from scenarios.decision import Decision
from scenarios.gates import Gates

EXPERIMENTAL: Grade = "experimental"


def argue(
    intake: Intake,
    cells: Cells,
    estimates: Estimates,
    decision: Decision,
    gates: Gates | None,
    concentrated: tuple[Concentrated, ...] = (),
    *,
    by_rate: float = float("nan"),
) -> CaseAgainst:
    """The case against what was chosen; without points where nothing was."""
    study, journey = intake.study, intake.case.journey
    readings = [line.reading for line in estimates.learnt.lines]
    plan = with_measured(intake.case.plan, readings)
    return case_against(
        decision,
        gates,
        Ground(
            journey=journey,
            currency=study.study.currency,
            period_kind=study.period_kind,
            budget=_budget(study),
            grades={**estimates.grades, **dict.fromkeys(_tested(readings, plan, journey), EXPERIMENTAL)},
            fixes=plan.fixes,
            history=_history(cells),
            cap=estimates.stakes.cap.value,
            seen=find_seen(cells, journey, _met_today(estimates.base, journey)),
            claims=_claims(estimates),
            overlapping=_overlapping(readings, cells, study),
            concentrated=concentrated,
            by_rate=by_rate,
        ),
    )


def _budget(study: Study) -> float | None:
    budget = study.portfolio.budget
    return float(budget) if isinstance(budget, (int, float)) else None


def _history(cells: Cells) -> int:
    """Periods of the ledger that have an outcome."""
    periods = cells.money["t"]
    return max(int(periods.max() - periods.min()), 0) if len(periods) else 0


def _met_today(base: ValueBase, journey: Journey) -> np.ndarray:
    """Share of customers who meet each pain point now `(pain_point,)`."""
    weight = np.array([persona.customers.sum() for persona in base.personas])
    met = np.array([persona.prevalence for persona in base.personas]).reshape(len(weight), len(journey.pain_points))
    return np.asarray(weight @ met / max(float(weight.sum()), 1.0))


def _claims(estimates: Estimates) -> tuple[Claim, ...]:
    rates = {one.outcome: one.rate for one in estimates.certified.certificates}
    return tuple(
        Claim(
            outcome="leaving" if one.outcome == "retention" else one.outcome,
            rate=rates[one.outcome],
            low=found.low,
            high=found.high,
            source=found.source,
            outside=found.outside,
        )
        for one in estimates.certified.triangulations
        for found in one.published
        if one.outcome in rates
    )


def _tested(readings: Sequence[Reading], plan: Plan, journey: Journey) -> tuple[str, ...]:
    """Pain points whose effect an experiment has spoken of: itself, its stage, or an initiative that fixes it."""
    aims = {one.item.target for one in readings if one.use == "effect" and one.item.kind == "experiment"}
    fixed = {fix.pain_point for fix in plan.fixes if fix.initiative in aims}
    return tuple(
        pain.pain_point
        for pain in journey.pain_points
        if pain.pain_point in aims | fixed or (pain.stage in aims and pain.kind == "pain")
    )


def _overlapping(readings: Sequence[Reading], cells: Cells, study: Study) -> tuple[str, ...]:
    """Rows of evidence that are used and were measured in a period of the ledger."""
    first, last = int(cells.money["t"].min()), study.as_of
    used = [one.item for one in readings if one.use != "none"]
    return tuple(item.evidence for item in used if first <= (_period_of(item, study) or first - 1) <= last)


def _period_of(item: Evidence, study: Study) -> int | None:
    try:
        return parse_period(item.period, study.period_kind) if item.period else None
    except ValueError:
        return None
