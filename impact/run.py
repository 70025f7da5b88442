"""The whole flow, from a study to its pages. Read this first."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from impact.approval import Approval, read_approvals
from impact.cells import Cells, summarise
from impact.check_outcome import CheckOutcome, check_outcome
from impact.checks import Check
from impact.coverage import coverage_checks, measure_coverage
from impact.errors import Finding, InputError, TooThinError
from impact.estimate import estimate
from impact.intake import Inspection, Intake, inspect_study
from models.base import bare_base, margin_rate
from models.cap import cap_checks
from models.checks import (
    require_enough,
    slopes_agree,
    thin_check,
    unit_checks,
)
from models.evidence import with_measured
from models.history import history_checks
from models.inference import Engine
from models.lifetime.measure import lifetime_checks, measure_lifetimes
from models.noise import measure_noise
from models.planning import planned
from models.points import SERVICE, find_point
from models.value import look_at_today
from reports.deliver import deliver, refuse_foreign
from reports.findings import Estimates, Findings
from reports.make_edition import make_edition
from scenarios.cash_checks import cash_checks
from scenarios.cashflow import Clock
from scenarios.comparison import Comparison, compare, comparison_checks
from scenarios.decide import decide
from scenarios.decision import Decision, decision_checks
from scenarios.effect import make_offers, make_ongoing
from scenarios.explained import explain
from scenarios.gates import Gates, find_gates
from scenarios.learning import Learning
from scenarios.limit_faults import limit_checks, limit_findings
from scenarios.limits import limits_of
from scenarios.ongoing import left_for_new
from scenarios.portfolio import InfeasibleError
from scenarios.segments import Segments, find_segments
from scenarios.service import rate_service
from scenarios.walk import Walk, signed_rates, walk_to_npv
from scenarios.worth import Case, set_value

if TYPE_CHECKING:
    import pandas as pd

    from impact.progress import Progress
    from impact.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a run is asked beside its study. `out` defaults to `out/` beside the study file."""

    out: Path | None = None
    engine: Engine = "quick"
    seed: int | None = None
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """What a run leaves: where, whether it may be used, the decision, and what was checked."""

    out: Path
    fitness: Literal["fit", "not fit for use"]
    headline: str
    notices: tuple[str, ...]
    decision: pd.DataFrame
    currency: str
    checks: tuple[Check, ...]
    files: tuple[Path, ...]
    seconds: float


def check_study(path: Path, overrides: tuple[str, ...]) -> CheckOutcome:
    """The study read and validated, nothing fitted; its faults are part of the outcome."""
    found = inspect_whole(path, overrides)
    outcome = check_outcome(found, path)
    if found.study is None or found.case is None or found.findings:
        return outcome
    return replace(outcome, checks=(*outcome.checks, *limit_checks(found.study, found.case.plan)))


def inspect_whole(path: Path, overrides: tuple[str, ...]) -> Inspection:
    """The study as far as it can be read, with every fault of its files and of its plan beside its limits."""
    found = inspect_study(path, overrides)
    if found.study is None or found.case is None or any(one.code.startswith("S") for one in found.findings):
        return found
    return replace(found, findings=(*found.findings, *limit_findings(found.study, found.case.plan)))


def run_study(path: Path, options: RunOptions, progress: Progress) -> RunOutcome:
    """The whole study: taken in, estimated, decided, delivered.

    Raises:
        InputError: bad input; nothing is written.
    """
    started = time.monotonic()
    seed = () if options.seed is None else (f"study.seed={options.seed}",)
    with progress.stage("Reading and checking"):
        intake = inspect_whole(path, (*options.overrides, *seed)).taken_in()
        out = options.out or intake.study.folder / "out"
        refuse_foreign(out)
        approvals = read_approvals(out)
    with progress.stage("Summarising in the data engine"):
        cells = summarise(intake.source, intake.case.journey, intake.study)
    found = find(intake, cells, progress, approvals, options.engine)
    with progress.stage("Writing pages"):
        edition = make_edition(found)
        files = deliver(edition, found, intake, out)
    return RunOutcome(
        out=out,
        fitness=edition.fitness,
        headline=edition.sentences[0],
        notices=edition.notices,
        decision=_decision_rows(edition.tables),
        currency=edition.currency,
        checks=found.checks,
        files=files,
        seconds=time.monotonic() - started,
    )


def find(
    intake: Intake,
    cells: Cells,
    progress: Progress,
    approvals: tuple[Approval, ...] = (),
    engine: Engine = "quick",
) -> Findings:
    """Everything a run finds; `approvals` are those that stand in its output folder, `engine` draws the posterior.

    Too few units leave estimates and decision out, with a review; too thin data do, with a failed check.
    """
    study, journey = intake.study, intake.case.journey
    with progress.stage("Measuring coverage"):
        coverage = measure_coverage(intake.source, journey, study)
    too_few = unit_checks(cells)
    estimates, decision, explained = None, None, None
    walks: tuple[Walk, ...] = ()
    gates: Gates | None = None
    comparison: Comparison | None = None
    checks = (*intake.checks, *limit_checks(study, intake.case.plan), *coverage_checks(coverage), *too_few)
    checks = (*checks, *history_checks(cells, study))
    segments: Segments | None = None
    try:
        if not too_few:
            require_enough(cells)
            estimates, more = estimate(intake, cells, coverage, progress, approvals, engine)
            with progress.stage("Valuing, ranking, choosing"):
                decision = choose(intake, cells, estimates)
                explained = explain(decision)
                walks = walk(decision, estimates)
                comparison = compare(decision, estimates.forms, study.study.seed)
            with progress.stage("Asking what it rests on"):
                gates = find_gates(decision, estimates.question, cells, journey, study.study.seed)
                segments = find_segments(decision, cells, journey, study)
            checks = (*checks, *more, *decision_checks(decision), *cash_checks(study, intake.case.plan, decision.case))
            checks = (*checks, *_within_the_cap(estimates, decision), *gates.checks(journey))
            checks = (*checks, *(explained.checks() if explained else ()))
            checks = (*checks, segments.concentration.check(_names(intake)))
            checks = (*checks, *comparison_checks(decision, comparison))
    except TooThinError as thin:
        checks = (*checks, thin_check(thin))
    with progress.stage("Following customers"):
        lifetimes = measure_lifetimes(cells, study, estimates.base if estimates else None)
    checks = (*checks, *lifetime_checks(lifetimes))
    return Findings(
        study=study,
        journey=journey,
        plan=intake.case.plan,
        cells=cells,
        coverage=coverage,
        estimates=estimates,
        decision=decision,
        bare_base=bare_base(cells, study),
        checks=checks,
        has_margin=_has_margin(cells, study),
        rows=intake.source.rows,
        reconciliation=intake.report.reconciliation,
        walks=walks,
        lifetimes=lifetimes,
        gates=gates,
        comparison=comparison,
        explained=explained,
        segments=segments,
    )


def _names(intake: Intake) -> dict[str, str]:
    """What stages, pain points and initiatives are called, by id."""
    journey, plan = intake.case.journey, intake.case.plan
    names = {one.stage: one.name for one in journey.stages} | {one.pain_point: one.name for one in journey.pain_points}
    return names | {one.initiative: one.name for one in plan.initiatives}


def choose(intake: Intake, cells: Cells, estimates: Estimates) -> Decision:
    """The decision on the joint draws.

    Raises:
        InputError: no set of initiatives is allowed.
    """
    study, case = intake.study, case_of(intake, cells, estimates)
    money = cells.money.iloc[-1]
    rate = margin_rate(cells, study)
    per_margin = 1 / rate if rate else float(money["revenue"] / money["margin"])
    score = cells.coverage.set_index("stage")["mean"].get("overall", np.nan)
    try:
        return decide(
            case,
            limits=left_for_new(limits_of(study, intake.case.plan, case.clock), case.ongoing),
            periods_a_year=study.periods_a_year,
            value_of_a_point=_point_for_break_even(estimates),
            revenue_per_margin=per_margin if _has_margin(cells, study) else None,
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


def _has_margin(cells: Cells, study: Study) -> bool:
    """Whether money is a margin, of the ledger or by the study's rate, and not revenue."""
    return margin_rate(cells, study) is None or study.study.margin_rate is not None


def _point_for_break_even(estimates: Estimates) -> float:
    """Money of a point at the planning rate, else the current one, or nil where it is not fit to price by."""
    point = find_point(estimates.points)
    agree = slopes_agree(estimates.posterior, estimates.calibration, estimates.forms.score_sd)
    if point is None or not agree or point.grade == "not told apart from placebo":
        return 0.0
    return estimates.planning_worth


def _decision_rows(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    columns = ["rank", "initiative", "name", "cost", "npv_p05", "npv", "npv_p95", "p_npv_positive", "chosen", "verdict"]
    ranked = tables["initiatives"].sort_values("rank")
    chosen = tables["portfolio"][["initiative", "chosen"]]
    return ranked.merge(chosen, on="initiative", how="left").reindex(columns=columns)
