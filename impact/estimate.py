"""What the data say of a study: rates, the joint posterior, what pain points cost, and the checks of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from impact.approval import Approval
from impact.cells import Cells
from impact.checks import Check
from impact.coverage import JourneyCoverage
from impact.intake import Intake
from models.base import build_base
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
from models.evidence_learnt import learn, lines_of
from models.evidence_naming import correct_naming
from models.evidence_reading import take_evidence
from models.exact import exact_checks
from models.excellence import find_excellence
from models.haircut import pain_grades, prior_in_words
from models.history import kept_share
from models.inference import Engine
from models.pains import value_pains
from models.planning import planned, planning_checks, price, stand
from models.points import point_checks, value_points, worth_of_a_point
from models.predicted_leaving import predict_leaving, predictive_checks
from models.rated import rate
from models.reduced import ReducedForms
from models.resummarise import count_exactly
from models.stakes import find_stakes, stakes_checks
from models.uplift import Credibility, Question, fit_uplift
from reports.findings import Estimates

if TYPE_CHECKING:
    from impact.progress import Progress


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
    seed = study.study.seed
    with progress.stage("Calibrating"):
        rated = rate(cells, journey, study, coverage)
    calibration, forms = rated.calibration, rated.forms
    demoted = not_told_apart(calibration, forms)
    question = pose(forms, intake, cells, demoted)
    facts, readings = take_evidence(intake.case, cells, study, forms)
    question = replace(question, rows=effect_rows(readings))
    with progress.stage("Sampling the joint posterior"):
        fitted = fit_uplift(question, seed, engine, progress.advance)
        without = fit_uplift(replace(question, rows=()), seed, engine, progress.advance) if question.rows else fitted
        corrected = count_exactly(question, fitted, cells, journey, seed)
    told = corrected.posterior if corrected else fitted
    lines = lines_of(readings, facts, without, fitted, seed) if facts else ()
    learnt = learn(study, journey, question, lines, told)
    with progress.stage("Predicting who leaves"):
        predicted = predict_leaving(question, corrected, cells, journey, seed)
    base = build_base(cells, journey, study, forms, told.draws)
    posterior = correct_naming(told, base, readings, seed)
    beside = Beside(
        evidence=intake.case.plan.evidence, doubts=rated.doubts, posterior=posterior, score_sd=forms.score_sd
    )
    certified = issue_certificates(cells, calibration, study, terms_of(cells, study), beside)
    plans = price(
        stand(certified, approvals, study), calibration, lambda one: worth_of_a_point(base, one, cells, study)
    )
    pains = value_pains(base, posterior, journey)
    stakes = find_stakes(base, posterior, pains, question, journey, study)
    carried = find_carried(cells, journey, forms, base, posterior, pains.pains.mean(axis=1))
    estimates = Estimates(
        calibration=calibration,
        drivers=rated.drivers,
        forms=forms,
        posterior=posterior,
        base=base,
        points=value_points(base, calibration, cells, study),
        pains=pains,
        stakes=stakes,
        carried=carried,
        excellence=find_excellence(cells, journey, base, question.credibility.prior, seed),
        demoted=demoted,
        grades=question.credibility.grades,
        question=question,
        certified=certified,
        plans=plans,
        planning_worth=worth_of_a_point(base, planned(calibration, plans), cells, study),
        predicted=predicted,
        learnt=learnt,
    )
    return estimates, (
        *fit_checks(posterior),
        *exact_checks(corrected),
        *predictive_checks(predicted),
        *money_checks(cells),
        *rated.checks,
        *point_checks(estimates.points, calibration, study),
        *effect_checks(forms, posterior, journey, demoted),
        *slope_check(posterior, calibration, forms.score_sd),
        *stakes_checks(stakes, pains, journey),
        *carried_checks(carried, pains.pains.mean(axis=1), journey, cells),
        *certificate_checks(certified),
        *planning_checks(plans),
        *evidence_checks(learnt, prior_in_words(study.model.credibility), approvals),
    )


def pose(forms: ReducedForms, intake: Intake, cells: Cells, demoted: frozenset[str]) -> Question:
    """What the posterior is asked of: the reduced forms of some cells, under the study's haircut."""
    study, journey = intake.study, intake.case.journey
    prior = kept_share(cells, study)
    signs = np.array([1.0 if pain.kind == "delight" else -1.0 for pain in journey.pain_points])
    haircut = Credibility(prior=None if prior == 1.0 else prior, grades=pain_grades(forms, journey, demoted))
    return Question(forms=forms, signs=signs, credibility=haircut)
