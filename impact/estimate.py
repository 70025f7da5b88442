"""What the data say of a study: rates, the joint posterior, what pain points cost, and the checks of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from impact.approval import Approval
from impact.cells import Cells
from impact.checks import Check
from impact.coverage import JourneyCoverage
from impact.intake import Intake
from models.base import build_base, revenue_per_margin
from models.carried import carried_checks, find_carried
from models.certificate_issue import Beside, certificate_checks, issue_certificates, terms_of
from models.checks import (
    effect_checks,
    fit_checks,
    money_checks,
    not_told_apart,
    slope_check,
)
from models.evidence import effect_rows
from models.evidence_checks import evidence_checks
from models.evidence_learnt import Learnt, learn, lines_of
from models.evidence_naming import correct_naming
from models.evidence_own import set_apart
from models.evidence_reading import take_evidence
from models.exact import Corrected, exact_checks
from models.excellence import find_excellence
from models.haircut import pain_grades, prior_in_words
from models.history import kept_share
from models.inference import Engine
from models.outlook import Scaled, scale_to
from models.outlook_gap import outlook_checks
from models.pains import value_pains
from models.planning import planned, planning_checks, price, stand
from models.points import point_checks, value_points, worth_of_a_point
from models.predicted_leaving import PredictedLeaving, predict_leaving, predictive_checks
from models.rated import Rated, rate
from models.reduced import ReducedForms
from models.resummarise import count_exactly
from models.stakes import find_stakes, stakes_checks
from models.uplift import Credibility, Question, UpliftPosterior, fit_uplift
from models.value import ValueBase
from reports.findings import Estimates
from scenarios.base_world import refuse_impossible

if TYPE_CHECKING:
    from impact.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """The joint posterior of what was asked, leaving counted exactly and naming corrected, on its `base`.

    `corrected` is None where nobody can leave; `learnt` is what evidence did, `predicted` who leaves by the model.
    `scaled` is the base with the company's outlook, None where there is none.
    """

    question: Question
    posterior: UpliftPosterior
    base: ValueBase
    corrected: Corrected | None
    learnt: Learnt
    predicted: PredictedLeaving | None
    scaled: Scaled | None = None


def estimate(
    intake: Intake,
    cells: Cells,
    coverage: JourneyCoverage,
    progress: Progress,
    approvals: tuple[Approval, ...] = (),
    engine: Engine = "quick",
) -> tuple[Estimates, tuple[Check, ...]]:
    """What the data say, and the checks of how well."""
    study, journey = intake.study, intake.case.journey
    with progress.stage("Calibrating"):
        rated = rate(cells, journey, study, coverage)
    demoted = not_told_apart(rated.calibration, rated.forms)
    if intake.case.plan.scenarios:
        refuse_impossible(intake, cells, build_base(cells, journey, study, rated.forms, 1))
    sampled = draw_posterior(pose(rated.forms, intake, cells, demoted), intake, cells, engine, progress)
    with progress.stage("Valuing pain points"):
        estimates = _valued(sampled, rated, demoted, (intake, cells, approvals))
    forms, posterior, pains = rated.forms, sampled.posterior, estimates.pains
    return estimates, (
        *fit_checks(posterior),
        *exact_checks(sampled.corrected),
        *predictive_checks(sampled.predicted),
        *money_checks(cells),
        *rated.checks,
        *point_checks(estimates.points, rated.calibration, study),
        *effect_checks(forms, posterior, journey, demoted),
        *slope_check(posterior, rated.calibration, forms.score_sd),
        *stakes_checks(estimates.stakes, pains, journey),
        *carried_checks(estimates.carried, pains.pains.mean(axis=1), journey, cells),
        *certificate_checks(estimates.certified),
        *planning_checks(estimates.plans),
        *evidence_checks(sampled.learnt, prior_in_words(study.model.credibility), approvals),
        *outlook_checks(sampled.scaled, cells, study),
    )


def pose(forms: ReducedForms, intake: Intake, cells: Cells, demoted: frozenset[str]) -> Question:
    """What the posterior is asked of: the reduced forms of some cells, under the study's haircut."""
    study, journey = intake.study, intake.case.journey
    prior = kept_share(cells, study)
    signs = np.array([1.0 if pain.kind == "delight" else -1.0 for pain in journey.pain_points])
    haircut = Credibility(prior=None if prior == 1.0 else prior, grades=pain_grades(forms, journey, demoted))
    return Question(forms=forms, signs=signs, credibility=haircut)


def draw_posterior(question: Question, intake: Intake, cells: Cells, engine: Engine, progress: Progress) -> Sampled:
    """The joint posterior of a question and of the plan's evidence, with what it predicts."""
    study, journey, forms = intake.study, intake.case.journey, question.forms
    seed = study.study.seed
    facts, readings = take_evidence(intake.case, cells, study, forms)
    rows = effect_rows(readings)
    with progress.stage("Sampling the joint posterior"):
        without = fit_uplift(question, seed, engine, progress.advance)
        asked = replace(question, rows=set_apart(rows, facts, without))
        fitted = fit_uplift(asked, seed, engine, progress.advance) if rows else without
        corrected = count_exactly(asked, fitted, cells, journey, seed)
    told = corrected.posterior if corrected else fitted
    with progress.stage("Predicting who leaves"):
        predicted = predict_leaving(asked, corrected, cells, journey, seed)
    base, scaled = build_base(cells, journey, study, forms, told.draws), None
    if intake.report.outlook is not None:
        scaled = scale_to(base, intake.report.outlook, revenue_per_margin(cells, study))
        base = scaled.base
    lines = lines_of(readings, facts, without, fitted, seed) if facts else ()
    return Sampled(
        question=asked,
        posterior=correct_naming(told, base, readings, seed),
        base=base,
        corrected=corrected,
        learnt=learn(study, journey, asked, lines, told),
        predicted=predicted,
        scaled=scaled,
    )


def _valued(
    sampled: Sampled, rated: Rated, demoted: frozenset[str], given: tuple[Intake, Cells, tuple[Approval, ...]]
) -> Estimates:
    intake, cells, approvals = given
    study, journey, forms = intake.study, intake.case.journey, rated.forms
    base, posterior, question = sampled.base, sampled.posterior, sampled.question
    beside = Beside(
        evidence=intake.case.plan.evidence, doubts=rated.doubts, posterior=posterior, score_sd=forms.score_sd
    )
    certified = issue_certificates(cells, rated.calibration, study, terms_of(cells, study), beside)
    signed = stand(certified, approvals, study)
    plans = price(signed, rated.calibration, lambda one: worth_of_a_point(base, one, cells, study))
    pains = value_pains(base, posterior, journey)
    return Estimates(
        calibration=rated.calibration,
        drivers=rated.drivers,
        forms=forms,
        posterior=posterior,
        base=base,
        points=value_points(base, rated.calibration, cells, study),
        pains=pains,
        stakes=find_stakes(base, posterior, pains, question, journey, study),
        carried=find_carried(cells, journey, forms, base, posterior, pains.pains.mean(axis=1)),
        excellence=find_excellence(cells, journey, base, question.credibility.prior, study.study.seed),
        demoted=demoted,
        grades=question.credibility.grades,
        question=question,
        certified=certified,
        plans=plans,
        planning_worth=worth_of_a_point(base, planned(rated.calibration, plans), cells, study),
        predicted=sampled.predicted,
        learnt=sampled.learnt,
        scaled=sampled.scaled,
    )
