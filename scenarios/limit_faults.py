"""What is wrong with the limits of a study beside its plan, found before anything is estimated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from impact.checks import Check
from impact.errors import Finding
from impact.initiative import Plan
from impact.step_downs import review
from impact.study import Study
from impact.study_faults import FILE_NAME, nearest
from scenarios.cashflow import Clock
from scenarios.conflict_words import conflict_sentence, said_together
from scenarios.effect import Offer, make_offers
from scenarios.infeasible import conflict, conflicts
from scenarios.limits import fiscal_years, limits_of
from scenarios.options import Option, options_of
from scenarios.rules import Rule, rules_of

OPEN = ("proposed", "approved")


def clock_of(study: Study) -> Clock:
    """The future periods of a study."""
    return Clock(first=study.as_of + 1, periods=study.horizon_periods, periods_a_year=study.periods_a_year)


def limit_findings(study: Study, plan: Plan) -> tuple[Finding, ...]:
    """A fault for each group of rules that cannot hold together, and for each list of capacities without a value."""
    empty = tuple(
        Finding(
            code="S106",
            place=f"{FILE_NAME}: [portfolio].capacity.{team}",
            found="the list has no value",
            allowed="an amount a quarter, each from 0",
            remedy="give at least one amount, or remove the team",
        )
        for team, row in study.portfolio.capacity.items()
        if not row
    )
    if empty:
        return empty
    options, rules = _rules(study, plan)
    return tuple(_finding(group, options, study) for group in conflicts(rules))


def limit_checks(study: Study, plan: Plan) -> tuple[Check, ...]:
    """A review of each limit that says less than it seems to, and of each initiative that cannot be chosen."""
    found = (
        ("P241", _unlimited_teams(study, plan), "a capacity for every team that is needed"),
        ("P242", _idle_teams(study, plan), "teams that initiatives need"),
        ("P243", _years_unlimited(study), "a row for every fiscal year of the horizon, and no other"),
        ("P244", _short_lists(study), "a value for every quarter of the horizon"),
        ("P245", _never_chosen(study, plan), "initiatives that some choice can hold"),
    )
    told = ((code, "; ".join(said), limit) for code, said, limit in found)
    return tuple(review(code, said, limit) for code, said, limit in told if said)


def bare_offers(study: Study, plan: Plan) -> tuple[Offer, ...]:
    """The offers of a plan as far as limits ask: what they cost, need and when; no effect is drawn."""
    bare = Plan(initiatives=plan.initiatives, fixes=(), costs=plan.costs)
    return make_offers(bare, (), (), clock_of(study), 1, study.study.seed)


def _rules(study: Study, plan: Plan) -> tuple[tuple[Option, ...], tuple[Rule, ...]]:
    limits = limits_of(study, plan, clock_of(study))
    options = options_of(bare_offers(study, plan), clock_of(study), limits)
    return options, rules_of(options, limits)


def _finding(group: tuple[Rule, ...], options: tuple[Option, ...], study: Study) -> Finding:
    kinds = {rule.kind for rule in group}
    ways = [
        ("mandatory", "make fewer initiatives mandatory"),
        ("requires", "drop what is required"),
        ("excludes", "drop the exclusion"),
        ("budget", "raise [portfolio].budget"),
        ("year", "raise the budget of the year"),
        ("capacity", "raise [portfolio].capacity"),
    ]
    limited = kinds & {"budget", "year", "capacity"}
    return Finding(
        code="P215",
        place=f"initiatives and {FILE_NAME}: [portfolio]" if limited else "initiatives",
        found=conflict_sentence(group, options, clock_of(study)),
        allowed="at least one set that keeps to the plan, the budget and the capacity",
        remedy=" or ".join(words for kind, words in reversed(ways) if kind in kinds),
    )


def _needs(plan: Plan) -> dict[str, list[str]]:
    """Initiatives still to be decided by the team that they need."""
    out: dict[str, list[str]] = {}
    for item in plan.initiatives:
        for team, amount in item.capacity.items():
            if item.status in OPEN and amount:
                out.setdefault(team, []).append(item.initiative)
    return out


def _unlimited_teams(study: Study, plan: Plan) -> Iterator[str]:
    capacity = study.portfolio.capacity
    for team, ids in _needs(plan).items():
        if team not in capacity:
            near = nearest(team, tuple(capacity))
            hint = f" (did you mean {near}?)" if near else ""
            yield f"{team}{hint}, needed by {_some(ids)}"


def _idle_teams(study: Study, plan: Plan) -> Iterator[str]:
    yield from (team for team in study.portfolio.capacity if team not in _needs(plan))


def _years_unlimited(study: Study) -> Iterator[str]:
    budget = study.portfolio.budget
    if not isinstance(budget, dict):
        return
    horizon = tuple(dict.fromkeys(fiscal_years(study, clock_of(study))))
    yield from (f"{year} has no row" for year in horizon if year not in budget)
    yield from (f"{year} is not in the horizon" for year in budget if year not in horizon)


def _short_lists(study: Study) -> Iterator[str]:
    quarters = clock_of(study).quarters
    for team, row in study.portfolio.capacity.items():
        if len(row) < quarters:
            yield f"{team} has {len(row)} of {quarters}, the last value {row[-1]:g} goes on"


def _never_chosen(study: Study, plan: Plan) -> Iterator[str]:
    """Initiatives that links or teams rule out whatever else is chosen; what money rules out, the choice says."""
    options, rules = _rules(study, plan)
    told = [rule for rule in rules if rule.kind not in ("budget", "year")]
    if conflict(told):
        return
    for place in sorted({option.place for option in options}):
        name = next(option.offer.item.initiative for option in options if option.place == place)
        wanted = demanded(options, place)
        group = [rule for rule in conflict([*told, wanted]) if rule is not wanted]
        if any(rule.kind == "capacity" for rule in group):
            yield conflict_sentence([wanted, *group], options, clock_of(study))
        elif group:
            yield f"{name}, as {said_together(list(dict.fromkeys(rule.name for rule in group)))}"


def demanded(options: Sequence[Option], place: int) -> Rule:
    """The rule that an initiative be chosen, at whatever start."""
    row = np.array([float(option.place == place) for option in options])
    name = next(option.offer.item.initiative for option in options if option.place == place)
    return Rule(name=name, kind="mandatory", weights=-row, most=-1.0)


def _some(ids: list[str]) -> str:
    return said_together(ids) if len(ids) <= 4 else f"{', '.join(ids[:4])} and {len(ids) - 4} more"
