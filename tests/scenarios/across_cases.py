"""A plan on the small base with its choice, and scenarios that move every kind of lever."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impact.initiative import Plan
from impact.lever import Change
from models.value import look_at_today
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.scenario import Facts, Scenario, World, in_world
from scenarios.worlds import Home
from scenarios.worth import Case, at_starts
from tests.scenarios.small_case import PAINS, PERSONAS, RATE, case_of, random_plan

FACTS = Facts(revenue_per_margin=2.5, joining=np.full(len(PERSONAS), 20.0), discount_rate=RATE)
SCENARIOS = (
    Scenario(
        name="downside",
        changes=(
            Change(scenario="downside", lever="price", value=0.95),
            Change(scenario="downside", lever="churn", value=1.3, persona=PERSONAS[0]),
            Change(scenario="downside", lever="budget", value=0.6),
        ),
    ),
    Scenario(
        name="upside",
        changes=(
            Change(scenario="upside", lever="churn", value=0.8),
            Change(scenario="upside", lever="effectiveness", value=1.2),
        ),
    ),
    Scenario(
        name="other pains",
        changes=(
            Change(scenario="other pains", lever="prevalence", of=PAINS[0], value=1.2),
            Change(scenario="other pains", lever="prevalence", of=PAINS[1], value=0.3),
        ),
    ),
    Scenario(
        name="late and dear",
        changes=(
            Change(scenario="late and dear", lever="delay", how="add", value=1.0),
            Change(scenario="late and dear", lever="cost", value=1.6),
            Change(scenario="late and dear", lever="discount_rate", value=2.0),
        ),
    ),
)


def home_of(case: Case, limits: Limits) -> Home:
    """The base world of a case at its chosen starts, and what was chosen in it."""
    portfolio = choose_portfolio(case, limits)
    world = World(name="base", case=at_starts(case, portfolio.starts), limits=limits, revenue_per_margin=2.5)
    return Home(world=world, portfolio=portfolio)


def planned_home(seed: int, count: int, share: float = 0.6) -> Home:
    """The home of a random plan, with a budget of a share of what all of it costs."""
    plan = random_plan(seed, count)
    return home_of(case_of(plan, seed), Limits(budget=share * sum(item.cost or 0.0 for item in plan.initiatives)))


def worlds_of(home: Home, scenarios: tuple[Scenario, ...] = SCENARIOS) -> list[World]:
    """The scenarios as worlds."""
    return [in_world(scenario, home.world, FACTS) for scenario in scenarios]


def dearer(plan: Plan, factor: float) -> Plan:
    """The plan in another currency, at so many of it to one of the old."""
    items = tuple(
        replace(
            item,
            **{name: factor * (getattr(item, name) or 0.0) for name in ("cost", "cost_low", "cost_high")},  # type: ignore[arg-type]
            run_cost=factor * item.run_cost,
            other_benefit=factor * item.other_benefit,
        )
        for item in plan.initiatives
    )
    return replace(plan, initiatives=items)


def in_currency(case: Case, factor: float) -> Case:
    """The case of customers whose money is in another currency."""
    people = tuple(replace(persona, money=factor * persona.money) for persona in case.base.personas)
    base = replace(case.base, personas=people)
    return replace(case, base=base, today=look_at_today(base, case.posterior))
