"""A row of evidence in words, so that a slip of sign, unit or of who was measured can be read."""

from __future__ import annotations

from impact.evidence import Evidence
from impact.initiative import Plan
from impact.journey import OVERALL, Journey
from models.evidence import Facts

_KINDS = {
    "experiment": "Experiment",
    "past_initiative": "Past initiative",
    "benchmark": "Benchmark",
    "interview": "Interview",
    "walkthrough": "Walk-through",
}
_NOUNS = {
    "churn": "leaving",
    "retention": "staying",
    "revenue": "revenue",
    "margin": "margin",
    "score": "the overall score",
    "cost": "cost",
}


def in_words(item: Evidence, journey: Journey, plan: Plan, facts: Facts) -> str:
    """What a row says: what was done, what it moved by how much, and among whom."""
    pains = {pain.pain_point: pain for pain in journey.pain_points}
    if item.outcome == "prevalence" and item.target in pains:
        name = pains[item.target].name
        return f"{_KINDS[item.kind]}: {item.estimate:.1%} of customers met {name}, give or take {item.se:.1%}."
    verb = "raises" if item.estimate > 0 else "lowers"
    if item.estimate == 0:
        verb = "does not change"
    by = f" by {_amount(item, item.estimate)}" if item.estimate else ""
    moved = "how often it happens" if item.outcome == "prevalence" else _NOUNS[item.outcome]
    error = f"give or take {_amount(item, item.se)}"
    alone = item.target == OVERALL or (item.outcome == "prevalence" and item.unit == "relative")
    who = "" if alone else f" {_who(item, journey, plan, facts)}"
    return f"{_KINDS[item.kind]}: {_deed(item, journey, plan)} {verb} {moved}{by}{who}, {error}."


def _deed(item: Evidence, journey: Journey, plan: Plan) -> str:
    pains = {pain.pain_point: pain for pain in journey.pain_points}
    stages = {stage.stage: stage.name for stage in journey.stages}
    if item.target == OVERALL:
        return "one point more of the overall score"
    if item.target in pains:
        verb = "bringing about" if pains[item.target].kind == "delight" else "removing"
        return f"{verb} {pains[item.target].name}"
    if item.target in stages:
        return f"removing every pain point of {stages[item.target]}"
    return next((one.name for one in plan.initiatives if one.initiative == item.target), item.target)


def _amount(item: Evidence, value: float) -> str:
    size = abs(value)
    if item.unit == "points":
        return f"{size * 100:.3g} points a period"
    if item.unit == "relative":
        return f"{size:.3g} of itself" if size >= 1 else f"{size * 100:.3g}% of itself"
    if item.unit == "score_points":
        return f"{size:.3g} points"
    return f"{size:,.4g} a customer and period"


def _who(item: Evidence, journey: Journey, plan: Plan, facts: Facts) -> str:
    """Among whom, with the share that met it."""
    if item.exposed_share is not None:
        share = item.exposed_share
        return "among customers who all met it" if share == 1 else f"among customers of whom {share:.1%} met it"
    names = [pain.pain_point for pain in journey.pain_points if item.target in (pain.pain_point, pain.stage)]
    names = names or [fix.pain_point for fix in plan.fixes if fix.initiative == item.target]
    known = [facts.prevalence[facts.place(name)] for name in dict.fromkeys(names) if name in facts.pain_points]
    if len(known) == 1:
        return f"among all customers, of whom {known[0]:.1%} meet it"
    return "among all customers"
