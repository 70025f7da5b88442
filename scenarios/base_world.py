"""The base as a world, what levers need to know of it, and the same with who joins by the company's outlook."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impact.cells import Cells
from impact.errors import InputError
from impact.intake import Intake
from impact.lever import BASE
from impact.study import Study
from models.base import revenue_per_margin
from models.outlook import Scaled
from models.outlook_gap import new_customers
from models.retention import intensity_of
from models.value import ValueBase
from scenarios.levers_trend import active_share, path_asked, what_it_brings
from scenarios.limit_faults import clock_of
from scenarios.limits import Limits
from scenarios.scenario import Facts, World, scenarios_of
from scenarios.world_faults import world_faults
from scenarios.worth import Case


def base_world(case: Case, limits: Limits, facts: Facts) -> World:
    """The base: a case and its limits as they are."""
    return World(name=BASE, case=case, limits=limits, revenue_per_margin=facts.revenue_per_margin)


def rows_world(world: World, scaled: Scaled | None) -> World:
    """The world that rows by period show: with the customers who join by the outlook, where there is one.

    No net present value counts them, unless a scenario says so by the lever acquisition.
    """
    if scaled is None or scaled.rows is scaled.base:
        return world
    base = replace(world.case.base, personas=scaled.rows.personas)
    return replace(world, case=replace(world.case, base=base, today=what_it_brings(base, world.case.today)))


def scenario_facts(cells: Cells, study: Study, base: ValueBase, scaled: Scaled | None = None) -> Facts:
    """What levers need to know beside a case."""
    expected = scaled.expected if scaled is not None and scaled.expected.any() else None
    return Facts(
        revenue_per_margin=revenue_per_margin(cells, study),
        joining=joining_of_late(cells, base),
        discount_rate=study.study.discount_rate,
        expected=expected,
    )


def joining_of_late(cells: Cells, base: ValueBase) -> np.ndarray:
    """New customers a period `(persona,)` of the last year seen, those still there at its end; NaN where not told.

    They are shared over personas by today's customers.
    """
    return np.asarray(active_share(base) * new_customers(cells))


def refuse_impossible(intake: Intake, cells: Cells, base: ValueBase) -> None:
    """Raise what is wrong with the plan's scenarios beside the data; `base` may be of a single draw.

    Raises:
        InputError: all of it at once.
    """
    plan, study = intake.case.plan, intake.study
    facts = scenario_facts(cells, study, base)
    now = tuple(intensity_of(persona.rate[None, :], base.frailty[:, None]) for persona in base.personas)
    pains, path = intake.case.journey.pain_ids(), path_asked(base, now, plan.scenarios)
    given = pains, facts.joining, path
    found = [
        fault
        for scenario in scenarios_of(plan)
        for fault in world_faults(scenario.name, scenario.changes, base.personas, clock_of(study), given)
    ]
    if found:
        raise InputError(found)
