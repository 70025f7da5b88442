"""What stands in for what a plan leaves out: each step taken down is a check with its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from impact.checks import Check
from impact.codes import CODES
from impact.initiative import Plan
from impact.journey import OF_ANSWERS, PER_CUSTOMER, Journey, PainPoint
from impact.plan_columns import LOW_SCORE

if TYPE_CHECKING:
    from impact.case import Case

ASSUMED_EFFECT = (0.1, 0.3, 0.5)


def plan_steps(journey: Journey, plan: Plan) -> tuple[Check, ...]:
    """The steps taken down for a plan as written."""
    named = {fix.initiative for fix in plan.fixes}
    untargeted = [name for name in plan.ids() if name not in named]
    assumed = sorted({fix.initiative for fix in plan.fixes if fix.assumed})
    if len(journey.pain_points) == 1:
        assumed, untargeted = sorted({*assumed, *untargeted}), []
    costless = [item.initiative for item in plan.initiatives if item.cost is None]
    asked = (
        ("P221", not journey.stages, "no stages", "1 stage or more"),
        ("P222", not journey.pain_points, "no pain points", "1 pain point or more"),
        ("P223", bool(assumed), f"assumed for {_list(assumed)}", "low, likely and high stated"),
        ("P224", bool(untargeted), f"no target for {_list(untargeted)}", "1 row of fixes or more each"),
        ("P225", bool(costless), f"no cost for {_list(costless)}", "a cost each"),
        ("P226", not journey.personas, "no personas", "optional"),
        ("P228", not plan.initiatives, "no initiatives", "1 initiative or more"),
    )
    return tuple(review(code, found, limit) for code, taken, found, limit in asked if taken)


def review(code: str, found: str, limit: str) -> Check:
    """The check with status review that a code's page describes."""
    page = CODES[code]
    return Check(
        code=code, check=page.title, status="review", found=found, limit=limit, text=page.why, remedy=page.remedy
    )


def low_scores(journey: Journey) -> Journey:
    """The journey with one pain point a stage: a low score (the bottom two of five), told by the survey."""
    pains = tuple(
        PainPoint(
            pain_point=f"{LOW_SCORE}{stage.stage}",
            stage=stage.stage,
            name=f"low score here: {stage.name}",
            owner=stage.owner,
            source="survey",
        )
        for stage in journey.stages
    )
    return replace(journey, pain_points=pains)


def in_units(case: Case) -> Case:
    """The case of a study summed to units: pain points are rates, of which a fix can leave none."""
    pains = tuple(_as_rate(pain) for pain in case.journey.pain_points)
    return replace(case, journey=replace(case.journey, pain_points=pains))


def _as_rate(pain: PainPoint) -> PainPoint:
    if pain.measure == "level":
        return pain
    unit = PER_CUSTOMER if pain.source == "operations" else OF_ANSWERS
    return replace(pain, measure="level", floor=0.0, unit=unit)


def stands_in(journey: Journey) -> bool:
    """Whether the journey's pain points are those that stand in where the plan lists none."""
    return bool(journey.pain_points) and low_scores(journey).pain_points == journey.pain_points


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:6])
    return shown if len(names) <= 6 else f"{shown} and {len(names) - 6} more"
