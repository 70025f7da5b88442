"""The haircut on a grid: against a closed form, against draws, and on companies whose observation overstates by two."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import beta

from impact.rng import stream
from models.calibration.slopes import Grade
from models.evidence_haircut import haircut_moves, haircut_posterior
from models.reduced import GaussianSummary, ReducedForms, silent
from models.uplift import STUDY_SPREAD, Credibility, EffectRow, Priors, Question, fit_uplift

PRIOR = (4.0, 3.0)
GRID = 3e-3  # four hundred places of the prior instead of all
DRAWN = 0.01  # of weighted draws of the prior, 400,000 of them
COMPANIES = 200


def row(estimate: float, se: float, *, weight: float = 1.0, haircut: bool = True) -> EffectRow:
    return EffectRow(evidence="e", of="leaving", weights=np.array([weight]), estimate=estimate, se=se, haircut=haircut)


def test_without_evidence_the_haircut_is_as_signed() -> None:
    found = haircut_posterior(PRIOR, "within-unit", (), np.array([0.3]))
    assert found.mean == pytest.approx(4 / 7, abs=GRID)
    assert found.quantile(0.05) == pytest.approx(beta.ppf(0.05, *PRIOR), abs=GRID)


def test_a_row_without_a_haircut_says_nothing_of_it() -> None:
    found = haircut_posterior(PRIOR, "within-unit", (row(0.1, 0.01, haircut=False),), np.array([0.3]))
    assert found.mean == pytest.approx(4 / 7, abs=GRID)


def test_the_grid_agrees_with_weighted_draws_of_the_same_model() -> None:
    rng = stream(5, "haircut")
    rows = (row(0.1, 0.05), row(0.02, 0.03, weight=0.5))
    effects, number = np.array([0.3]), 400_000
    kept = rng.beta(*PRIOR, number)
    log_weight = np.zeros(number)
    for one in rows:
        own = expit(logit(kept) + STUDY_SPREAD * rng.standard_normal(number))
        log_weight -= 0.5 * ((one.estimate - own * float(one.weights @ effects)) / one.se) ** 2
    weight = np.exp(log_weight - log_weight.max())
    found = haircut_posterior(PRIOR, "within-unit", rows, effects)
    assert found.mean == pytest.approx(float(kept @ weight / weight.sum()), abs=DRAWN)


def _company(rng: np.random.Generator, kept: float, experiments: int) -> tuple[tuple[EffectRow, ...], np.ndarray]:
    """Experiments of a company whose observed effects are the true ones over `kept`."""
    observed = rng.uniform(0.2, 0.6, experiments)
    true = observed * expit(logit(kept) + STUDY_SPREAD * rng.standard_normal(experiments))
    se = 0.05
    rows = tuple(
        EffectRow(
            evidence=f"e{i}",
            of="leaving",
            weights=np.eye(experiments)[i],
            estimate=float(true[i] + se * rng.standard_normal()),
            se=se,
            haircut=True,
        )
        for i in range(experiments)
    )
    return rows, observed


@pytest.mark.parametrize("experiments", [3, 6])
def test_where_observation_overstates_by_two_experiments_move_the_haircut_to_a_half(experiments: int) -> None:
    rng = stream(7, f"halves/{experiments}")
    found = [haircut_posterior((6.0, 2.0), "within-unit", *_company(rng, 0.5, experiments)) for _ in range(COMPANIES)]
    mean = np.mean([one.mean for one in found])
    # from .75 as signed: three experiments go most of the way, six nearly all of it
    assert mean == pytest.approx(0.5, abs={3: 0.1, 6: 0.07}[experiments])


def test_ranges_of_the_haircut_hold_nine_of_ten_truths_drawn_from_its_prior() -> None:
    rng = stream(8, "haircut coverage")
    held = 0
    for _ in range(COMPANIES):
        kept = float(rng.beta(*PRIOR))
        found = haircut_posterior(PRIOR, "within-unit", *_company(rng, kept, 4))
        held += found.quantile(0.05) <= kept <= found.quantile(0.95)
    # three binomial standard errors of 200 companies
    assert held / COMPANIES == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / COMPANIES))


# 4,000 draws worth at least 400 independent ones: a mean within three twentieths of its sd, a quantile within 1/4.
MEAN_OFF, QUANTILE_OFF = 0.15, 0.25


@pytest.mark.parametrize("grade", ["within-unit", "cross-section"])
def test_the_engine_learns_the_haircut_that_the_grid_does(grade: Grade) -> None:
    """Effects told by so many customers, and personas so alike, that they are known: what is left is the haircut."""
    rng = stream(11, "grid beside engine")
    rows, observed = _company(rng, 0.35, 4)
    pains = tuple("abcd")
    forms = ReducedForms(
        pain_points=pains,
        personas=("all",),
        unit_exposure=np.ones(4),
        score_sd=1.0,
        score=(GaussianSummary(mean=np.full(4, -0.3), precision=np.eye(4) * 1e5),),
        leaving=(GaussianSummary(mean=observed, precision=np.eye(4) * 1e5),),
        spend=(silent(4),),
        spend_placebo=(silent(4),),
        stage_effect=np.zeros(4),
        stage_se=np.ones(4),
    )
    credibility = Credibility(prior=PRIOR, grades=dict.fromkeys(pains, grade))
    alike = Priors(leaving_spread=1e-3)
    question = Question(forms=forms, signs=-np.ones(4), credibility=credibility, rows=rows, priors=alike)
    kept = fit_uplift(question, 3, "quick", lambda done, total: None).credibility[:, 0]
    grid = haircut_posterior(PRIOR, grade, rows, observed)
    sd = float(np.sqrt(grid.kept**2 @ grid.weight - grid.mean**2))
    assert kept.mean() == pytest.approx(grid.mean, abs=MEAN_OFF * sd)
    for at in (0.05, 0.95):
        assert np.quantile(kept, at) == pytest.approx(grid.quantile(at), abs=QUANTILE_OFF * sd)


def test_the_move_is_told_by_grade_best_first() -> None:
    credibility = np.column_stack([np.full(10, 0.3), np.full(10, 0.5), np.full(10, 0.3)])
    grades = {"a": "survey-only", "b": "cross-section", "c": "survey-only"}
    moves = haircut_moves(PRIOR, grades, credibility)  # type: ignore[arg-type]
    assert [(one.grade, one.pain_points) for one in moves] == [("cross-section", 1), ("survey-only", 2)]
    assert moves[0].prior[0] == pytest.approx(3 / 7, abs=GRID)
    assert moves[0].posterior == pytest.approx((0.5, 0.5, 0.5))
