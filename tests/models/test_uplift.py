"""The joint posterior: its likelihood, its priors, and what it says where the answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, halfnorm, norm
from scipy.stats import t as student

from models.calibration.slopes import Grade
from models.haircut import DEMOTED
from models.inference import Engine
from models.reduced import GaussianSummary, ReducedForms, silent
from models.uplift import (
    Credibility,
    Priors,
    Question,
    UpliftPosterior,
    draw_credibility,
    fit_uplift,
)

PRIORS = Priors()
SCORE, THETA, PSI = PRIORS.score, PRIORS.theta, PRIORS.psi
FACE_VALUE = Credibility(prior=None, grades={})
WITHIN: Grade = "within-unit"
DOUBTED: Grade = "not told apart from placebo"
# 4,000 draws worth at least 400 independent ones: a mean is within three twentieths of a standard deviation.
MEAN_OFF = 0.15
# The spread of as many draws is within an eighth of itself.
SPREAD_OFF = 0.125
# Share of draws on one side of zero; its standard error is a fiftieth.
EVEN = 0.1
SCORE_SEEN, LEAVING_SEEN, SPEND_SEEN = (-0.30, 0.06), (0.12, 0.05), (-0.02, 0.01)


def gaussian(*seen: tuple[float, float]) -> GaussianSummary:
    mean, se = np.array(seen).T
    return GaussianSummary(mean=mean, precision=np.diag(se**-2.0))


def forms_of(score: GaussianSummary, leaving: GaussianSummary | None, spend: GaussianSummary) -> ReducedForms:
    pains = len(score.mean)
    return ReducedForms(
        pain_points=tuple("abc"[:pains]),
        personas=("all",),
        unit_exposure=np.ones(pains),
        score_sd=0.8,
        score=(score,),
        leaving=None if leaving is None else (leaving,),
        spend=(spend,),
        spend_placebo=(silent(pains),),
        stage_effect=np.zeros(pains),
        stage_se=np.ones(pains),
    )


def ask(forms: ReducedForms, *signs: float) -> Question:
    return Question(forms=forms, signs=np.array(signs), credibility=FACE_VALUE)


def fit(forms: ReducedForms, *signs: float, seed: int = 1, engine: Engine = "quick") -> UpliftPosterior:
    return fit_uplift(ask(forms, *signs), seed, engine, lambda done, total: None)


ONE_PAIN = forms_of(gaussian(SCORE_SEEN), gaussian(LEAVING_SEEN), gaussian(SPEND_SEEN))


@pytest.fixture(scope="module")
def one_pain() -> UpliftPosterior:
    return fit(ONE_PAIN, -1.0)


@pytest.fixture(scope="module")
def one_pain_by_nuts() -> UpliftPosterior:
    return fit(ONE_PAIN, -1.0, engine="full")


def moments_of(weight: np.ndarray, value: np.ndarray) -> tuple[float, float]:
    weight = weight / weight.sum()
    mean = float((weight * value).sum())
    return mean, float(np.sqrt((weight * (value - mean) ** 2).sum()))


def direct_density(grid: np.ndarray) -> np.ndarray:
    """Density of the direct part of leaving: a t whose scale is half-normal, integrated out."""
    scale = (np.arange(400) + 0.5) / 400 * 5 * PRIORS.direct_scale
    chance = halfnorm.pdf(scale, scale=PRIORS.direct_scale)
    return student.pdf(grid[:, None] / scale, 3) / scale @ (chance / chance.sum())


def route(
    prior: tuple[float, float],
    density: np.ndarray,
    seen: tuple[float, float],
    grids: tuple[np.ndarray, np.ndarray],
    own: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weight, mean and variance of the effect `(spread, score, direct)`, the slope and the own part in closed form."""
    score, direct = grids
    spread = ((np.arange(40) + 0.5) / 40 * 4 * own)[:, None, None]
    centre, before = prior[0] * score + direct, (prior[1] * score) ** 2 + spread**2
    weight = density * norm.pdf(seen[0], centre, np.sqrt(before + seen[1] ** 2)) * halfnorm.pdf(spread, scale=own)
    kept = before / (before + seen[1] ** 2)
    return weight, centre + kept * (seen[0] - centre), kept * seen[1] ** 2


def integrated() -> dict[str, tuple[float, float]]:
    """Posterior mean and sd of the one pain point's effects by quadrature."""
    score = np.linspace(-0.8, 0.4, 121)[:, None]
    direct, spend_grid = np.linspace(-1.0, 1.0, 401)[None, :], np.linspace(-0.25, 0.25, 401)[None, :]
    of_score = norm.pdf(score, SCORE[0], SCORE[1]) * norm.pdf(score, *SCORE_SEEN)

    heavy = direct_density(direct[0])[None, :]
    leaving = route(THETA, heavy, LEAVING_SEEN, (score, direct), PRIORS.leaving_spread)
    light = student.pdf(spend_grid / PRIORS.direct_spend, 3)
    spend = route(PSI, light, SPEND_SEEN, (score, spend_grid), PRIORS.spend_spread)
    of_leaving, of_spend = (weight.sum(axis=(0, 2))[:, None] for weight, _, _ in (leaving, spend))
    found = {"score": moments_of(of_score * of_leaving * of_spend, score)}
    for name, (weight, mean, variance), other in (("leaving", leaving, of_spend), ("spend", spend, of_leaving)):
        joint = of_score * other * weight
        centre, spread = moments_of(joint, mean)
        found[name] = (centre, float(np.sqrt(spread**2 + (joint * variance).sum() / joint.sum())))
    return found


@pytest.mark.parametrize("engine", ["quick", "full"])
@pytest.mark.parametrize("name", ["score", "leaving", "spend"])
def test_the_posterior_of_one_pain_point_is_what_quadrature_gives(
    request: pytest.FixtureRequest, engine: str, name: str
) -> None:
    found: UpliftPosterior = request.getfixturevalue("one_pain" if engine == "quick" else "one_pain_by_nuts")
    mean, sd = integrated()[name]
    draws = getattr(found, name)[:, 0, 0]
    if name == "score":
        draws = draws / ONE_PAIN.score_sd
    assert found.fit.engine == engine and found.fit.converged()
    assert abs(draws.mean() - mean) < MEAN_OFF * sd
    assert draws.std() == pytest.approx(sd, rel=SPREAD_OFF)


def test_what_is_seen_shrinks_towards_the_prior_and_keeps_its_side(one_pain: UpliftPosterior) -> None:
    score = one_pain.score.mean() / ONE_PAIN.score_sd
    conjugate = (SCORE_SEEN[0] / SCORE_SEEN[1] ** 2 + SCORE[0] / SCORE[1] ** 2) / (SCORE_SEEN[1] ** -2 + SCORE[1] ** -2)
    assert score == pytest.approx(conjugate, abs=MEAN_OFF * SCORE_SEEN[1] + 0.01)
    assert 0 < one_pain.leaving.mean() < LEAVING_SEEN[0]
    assert (one_pain.leaving > 0).mean() > 0.95


def test_the_same_seed_gives_the_same_draws_to_the_bit(one_pain: UpliftPosterior) -> None:
    again = fit(ONE_PAIN, -1.0)
    for name in ("score", "leaving", "spend", "theta", "psi", "credibility", "prior_share"):
        np.testing.assert_array_equal(getattr(again, name), getattr(one_pain, name))


def test_another_seed_gives_other_draws_of_the_same_posterior(one_pain: UpliftPosterior) -> None:
    other = fit(ONE_PAIN, -1.0, seed=2)
    assert (other.leaving != one_pain.leaving).any()
    assert abs(other.leaving.mean() - one_pain.leaving.mean()) < 2 * MEAN_OFF * one_pain.leaving.std()


@pytest.fixture(scope="module")
def untold() -> UpliftPosterior:
    """A pain, a delight and a null effect seen symmetrically; of the first two the data say nothing."""
    told = np.diag([0.0, 0.0, 0.02**-2.0])
    score = GaussianSummary(mean=np.zeros(3), precision=told)
    return fit(forms_of(score, replace(score, precision=told / 4), replace(score, precision=told * 4)), -1.0, 1.0, -1.0)


def test_where_the_data_are_silent_the_posterior_is_the_prior(untold: UpliftPosterior) -> None:
    score = untold.score[:, 0, :2] / 0.8
    for k, mean in enumerate((SCORE[0], -SCORE[0])):
        assert abs(score[:, k].mean() - mean) < MEAN_OFF * SCORE[1]
        assert score[:, k].std() == pytest.approx(SCORE[1], rel=SPREAD_OFF)
    assert untold.prior_share[0] > 0.5 and untold.prior_share[1] > 0.5
    assert untold.prior_share[2] < 0.2


def test_a_delight_leans_to_more_satisfaction_and_less_leaving(untold: UpliftPosterior) -> None:
    pain, delight = untold.score[:, 0, 0], untold.score[:, 0, 1]
    assert pain.mean() < 0 < delight.mean()
    leaving = np.median(untold.leaving[:, 0, :2], axis=0)
    assert leaving[0] > 0 > leaving[1]


def test_a_spend_effect_that_no_row_speaks_for_brings_no_money(untold: UpliftPosterior) -> None:
    assert not untold.spend[:, :, :2].any() and untold.spend[:, :, 2].any()


def test_a_null_effect_is_not_pushed_to_hurt(untold: UpliftPosterior) -> None:
    hurts = {
        "score": (untold.score[:, 0, 2] < 0).mean(),
        "leaving": (untold.leaving[:, 0, 2] > 0).mean(),
        "spend": (untold.spend[:, 0, 2] < 0).mean(),
    }
    for name, share in hurts.items():
        assert abs(share - 0.5) < EVEN, name


def test_signs_are_soft_and_data_overrule_them() -> None:
    """A pain seen clearly to please is said to please."""
    pleasing = forms_of(gaussian((0.3, 0.03)), gaussian((-0.2, 0.03)), gaussian((0.05, 0.01)))
    found = fit(pleasing, -1.0)
    assert (found.score > 0).mean() > 0.99
    assert (found.leaving < 0).mean() > 0.99


def test_sites_have_no_effect_on_leaving() -> None:
    found = fit(forms_of(gaussian(SCORE_SEEN), None, gaussian(SPEND_SEEN)), -1.0)
    assert not found.leaving.any()
    assert found.spend.any()
    assert 0 < found.prior_share[0] < 1


def test_credibility_of_one_keeps_every_effect_whole() -> None:
    demoted = Credibility(prior=None, grades={"a": DOUBTED, "b": WITHIN})
    np.testing.assert_array_equal(draw_credibility(("a", "b"), demoted, 500, seed=1), np.ones((500, 2)))


def test_credibility_has_its_prior_mean_and_a_demoted_one_is_lower() -> None:
    prior = (4.0, 3.0)
    grades = {"a": WITHIN, "b": DOUBTED, "c": WITHIN}
    kept = draw_credibility(("a", "b", "c"), Credibility(prior=prior, grades=grades), 4000, seed=1)
    assert kept[:, 0].mean() == pytest.approx(4 / 7, abs=0.01)
    assert np.percentile(kept[:, 0], [5, 95]) == pytest.approx(beta.ppf([0.05, 0.95], *prior), abs=0.02)
    assert kept[:, 1].mean() == pytest.approx(DEMOTED[0] / sum(DEMOTED), abs=0.01)
    assert (kept[:, 1] < kept[:, 0]).all()
    assert ((kept > 0) & (kept < 1)).all()


def test_one_draw_is_one_opinion_of_all_pain_points() -> None:
    kept = draw_credibility(("a", "b"), Credibility(prior=(4.0, 3.0), grades={"a": WITHIN, "b": WITHIN}), 100, seed=1)
    np.testing.assert_array_equal(kept[:, 0], kept[:, 1])
    assert len(np.unique(kept[:, 0])) == 100


def test_a_share_named_by_the_study_is_kept_of_every_effect_in_every_draw() -> None:
    kept = draw_credibility(("a", "b"), Credibility(prior=0.6, grades={"a": WITHIN, "b": DOUBTED}), 2000, seed=3)
    np.testing.assert_array_equal(kept[:, 0], 0.6)
    assert kept[:, 1].mean() < 0.4


@pytest.mark.parametrize("prior", [(2.0, 8.0), (1.0, 9.0), 0.1])
def test_a_demotion_never_raises_what_is_kept(prior: tuple[float, float] | float) -> None:
    kept = draw_credibility(("a", "b"), Credibility(prior=prior, grades={"a": WITHIN, "b": DOUBTED}), 2000, seed=3)
    assert (kept[:, 1] <= kept[:, 0]).all()
