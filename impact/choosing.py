"""Estimates and what follows from them: the decision, why it is as it is, and what it would be by raw figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from impact.approval import Approval
from impact.cells import Cells
from impact.checks import Check
from impact.coverage import coverage_checks, measure_coverage
from impact.errors import Finding, InputError, TooThinError
from impact.estimate import estimate
from impact.intake import Intake
from models.base import bare_base, has_margin, revenue_per_margin
from models.cap import cap_checks
from models.checks import require_enough, slopes_agree, thin_check, unit_checks
from models.evidence import with_measured
from models.history import history_checks
from models.inference import Engine
from models.monitoring import monitoring_checks, series_of, watch
from models.noise import measure_noise
from models.planning import planned
from models.points import SERVICE, find_point
from models.value import look_at_today
from reports.findings import Estimates, Findings
from scenarios.cash_checks import cash_checks
from scenarios.cashflow import Clock
from scenarios.comparison import Comparison, compare, comparison_checks
from scenarios.decide import decide
from scenarios.decision import Decision, decision_checks
from scenarios.effect import make_offers, make_ongoing
from scenarios.explained import Explained, explain
from scenarios.learning import Learning
from scenarios.limit_faults import limit_checks
from scenarios.limits import limits_of
from scenarios.ongoing import left_for_new
from scenarios.portfolio import InfeasibleError
from scenarios.service import rate_service
from scenarios.walk import Walk, signed_rates, walk_to_npv
from scenarios.worth import Case, set_value

if TYPE_CHECKING:
    from impact.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A decision and what stands beside it; empty where nothing could be estimated."""

    decision: Decision | None = None
    explained: Explained | None = None
    walks: tuple[Walk, ...] = ()
    comparison: Comparison | None = None
    checks: tuple[Check, ...] = ()


def find_choice(
    intake: Intake,
    cells: Cells,
    progress: Progress,
    approvals: tuple[Approval, ...] = (),
    engine: Engine = "quick",
) -> Findings:
    """Estimates and decision; `approvals` stand in the output folder, `engine` draws the posterior.

    Too few units leave both out, with a review; too thin data do, with a failed check.
    """
    study, journey = intake.study, intake.case.journey
    with progress.stage("Measuring coverage"):
        coverage = measure_coverage(intake.source, journey, study)
    few = unit_checks(cells)
    checks = (*intake.checks, *limit_checks(study, intake.case.plan), *coverage_checks(coverage), *few)
    checks = (*checks, *history_checks(cells, study))
    estimates, settled = None, Settled()
    try:
        if not few:
            require_enough(cells)
            estimates, more = estimate(intake, cells, coverage, progress, approvals, engine)
            with progress.stage("Valuing, ranking, choosing"):
                settled = settle(intake, cells, estimates)
            checks = (*checks, *more, *settled.checks)
    except TooThinError as thin:
        checks = (*checks, thin_check(thin))
    watched = watch(series_of(coverage.over_time, cells, journey), study.as_of, study.periods_a_year)
    checks = (*checks, *monitoring_checks(watched, estimates.plans if estimates else ()))
    return Findings(
        study=study,
        journey=journey,
        plan=intake.case.plan,
        cells=cells,
        coverage=coverage,
        estimates=estimates,
        decision=settled.decision,
        bare_base=bare_base(cells, study),
        checks=checks,
        has_margin=has_margin(cells, study),
        rows=intake.source.rows,
        reconciliation=intake.report.reconciliation,
        walks=settled.walks,
        comparison=settled.comparison,
        explained=settled.explained,
        monitoring=watched,
    )


def settle(intake: Intake, cells: Cells, estimates: Estimates) -> Settled:
    """The decision on the joint draws, explained, walked to and compared.

    Raises:
        InputError: no set of initiatives is allowed.
    """
    decision = choose(intake, cells, estimates)
    explained = explain(decision)
    comparison = compare(decision, estimates.forms, intake.study.study.seed)
    return Settled(
        decision=decision,
        explained=explained,
        walks=walk(decision, estimates),
        comparison=comparison,
        checks=(
            *decision_checks(decision),
            *cash_checks(intake.study, intake.case.plan, decision.case),
            *_within_the_cap(estimates, decision),
            *(explained.checks() if explained else ()),
            *comparison_checks(decision, comparison),
        ),
    )


def choose(intake: Intake, cells: Cells, estimates: Estimates) -> Decision:
    """The decision on the joint draws.

    Raises:
        InputError: no set of initiatives is allowed.
    """
    study, case = intake.study, case_of(intake, cells, estimates)
    score = cells.coverage.set_index("stage")["mean"].get("overall", np.nan)
    try:
        return decide(
            case,
            limits=left_for_new(limits_of(study, intake.case.plan, case.clock), case.ongoing),
            periods_a_year=study.periods_a_year,
            value_of_a_point=_point_for_break_even(estimates),
            revenue_per_margin=revenue_per_margin(cells, study),
            score_now=float(score),
            learning=Learning(
                pilots=intake.case.plan.pilots,
                noise=measure_noise(cells, estimates.forms, intake.case.journey),
                seed=study.study.seed,
            ),
        )
    except InfeasibleError as error:
        raise InputError([_nothing_allowed(str(error))]) from error


def case_of(intake: Intake, cells: Cells, estimates: Estimates) -> Case:
    """What a decision is made on: initiatives with their joint draws, beside what is ongoing."""
    study, posterior, base = intake.study, estimates.posterior, estimates.base
    plan = with_measured(intake.case.plan, [line.reading for line in estimates.learnt.lines])
    clock = Clock(first=study.as_of + 1, periods=study.horizon_periods, periods_a_year=study.periods_a_year)
    names, draws, seed = (posterior.pain_points, posterior.personas), posterior.draws, study.study.seed
    return Case(
        base=base,
        posterior=posterior,
        today=look_at_today(base, posterior),
        offers=make_offers(plan, *names, clock, draws, seed),
        clock=clock,
        ongoing=make_ongoing(plan, *names, clock, draws, seed),
        service=rate_service(
            estimates.calibration,
            cells,
            study,
            draws,
            booked=SERVICE in intake.source.present["ledger"],
            blocked=estimates.certified.blocked(SERVICE),
        ),
    )


def walk(decision: Decision, estimates: Estimates) -> tuple[Walk, ...]:
    """From the signed rate to NPV: the chosen portfolio, then every initiative; none without a portfolio."""
    if decision.portfolio is None:
        return ()
    rates = signed_rates(planned(estimates.calibration, estimates.plans), estimates.base)
    chosen = [int(i) for i in np.flatnonzero(decision.portfolio.chosen)]
    sets = [chosen, *([i] for i, offer in enumerate(decision.case.offers) if offer.kind == "initiative")]
    return walk_to_npv(decision.case, estimates.forms, rates, sets)


def _within_the_cap(estimates: Estimates, decision: Decision) -> tuple[Check, ...]:
    """Whether all pain points together, and the chosen portfolio, stay within what pain points explain."""
    sets = {"all pain points": estimates.pains.everything}
    if decision.portfolio is not None:
        chosen = [int(i) for i in np.flatnonzero(decision.portfolio.chosen)]
        value = set_value(decision.case, chosen)
        # what service saves is no part of what pain points take from retention and spend
        sets["the chosen portfolio"] = (value.retention + value.spend) @ estimates.base.discount
    return cap_checks(estimates.stakes.cap, sets)


def _nothing_allowed(why: str) -> Finding:
    return Finding(
        code="P215",
        place="initiatives mandatory",
        found=why,
        allowed="at least one set that keeps to the plan and the budget",
        remedy="raise [portfolio].budget, or make fewer initiatives mandatory",
    )


def _point_for_break_even(estimates: Estimates) -> float:
    """Money of a point at the planning rate, else the current one, or nil where it is not fit to price by."""
    point = find_point(estimates.points)
    agree = slopes_agree(estimates.posterior, estimates.calibration, estimates.forms.score_sd)
    if point is None or not agree or point.grade == "not told apart from placebo":
        return 0.0
    return estimates.planning_worth
