"""The plan by quarter of a study that is decided: its scenarios as worlds, and what becomes of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from impact.case import Case as StudyCase
from impact.cells import SitePanel
from impact.errors import Finding, InputError
from impact.groups import LEAST_GROUP
from impact.intake import Intake
from impact.journey import OVERALL
from models.shocks import draw_shocks, of_late, read_history
from models.stage_moves import stage_moves
from reports.findings import Findings
from scenarios.base_world import base_world, rows_world, scenario_facts
from scenarios.limits import fiscal_years
from scenarios.planning import Standing, plan_worlds
from scenarios.quarters import BASE
from scenarios.scenario import Scenario, compose, in_world, scenarios_of


def asked_scenarios(case: StudyCase, asked: Sequence[str]) -> tuple[Scenario, ...]:
    """Those asked for by name, each once; `downside + late` is both at once. Base is none of them.

    Raises:
        InputError: every scenario that the plan does not know.
    """
    found: list[Scenario] = []
    faults: list[Finding] = []
    for name in asked:
        try:
            found.append(compose(name, scenarios_of(case.plan)))
        except InputError as refused:
            faults += refused.findings
    if faults:
        raise InputError(faults)
    return tuple({one.name: one for one in found if one.name != BASE}.values())


def planned_scenarios(case: StudyCase, asked: Sequence[str]) -> tuple[Scenario, ...]:
    """Every scenario of a plan, then those asked for that are put together of several."""
    every = [*scenarios_of(case.plan), *asked_scenarios(case, asked)]
    return tuple({one.name: one for one in every}.values())


def plan_ahead(intake: Intake, found: Findings, asked: Sequence[str] = ()) -> Findings:
    """The findings with the plan by quarter beside them; as they are where nothing could be estimated.

    Every scenario funds what the base chose.

    Raises:
        InputError: a scenario asks for what these customers cannot do.
    """
    decision, estimates, study = found.decision, found.estimates, intake.study
    if decision is None or estimates is None:
        return found
    case = decision.case
    facts = scenario_facts(found.cells, study, case.base, estimates.scaled)
    base = rows_world(base_world(case, decision.limits, facts), estimates.scaled)
    chosen = () if decision.portfolio is None else [int(i) for i in np.flatnonzero(decision.portfolio.chosen)]
    history = read_history(found.cells, found.coverage.over_time.scores)
    planned = plan_worlds(
        [base, *(in_world(one, base, facts) for one in planned_scenarios(intake.case, asked))],
        chosen,
        Standing(
            now=_scores(found),
            moves=stage_moves(estimates.carried, intake.case.journey, case.posterior.draws, study.study.seed),
            shocks=draw_shocks(history, case.periods, case.posterior.draws, study.study.seed, study.periods_a_year),
        ),
        fiscal_years(study, case.clock),
    )
    return replace(found, planned=planned, decision=replace(decision, quarters=planned.draws))


def _scores(found: Findings) -> dict[str, float]:
    """Today's score of overall and of every stage, in points; of stages that fewer than five persons answered, none.

    Of the last few periods with answers, as leaving is told; of all where no single period has enough.
    """
    seen = found.cells.coverage
    if not isinstance(found.cells, SitePanel):
        seen = seen[(seen["customers"] >= LEAST_GROUP) | (seen["stage"] == OVERALL)]
    late = of_late(found.coverage.over_time.scores)
    whole = zip(seen["stage"].map(str), seen["mean"].map(float), strict=True)
    return {stage: late.get(stage, mean) for stage, mean in whole}
