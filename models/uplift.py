"""The uplift of fixing each pain point: one joint posterior, from pain to satisfaction to money.

    score   d_gk = dbar_k + spread * e_gk                    (standard deviations of the overall score)
    leaving tau_gk = theta * d_gk + rho_k                    (log hazard, total effect)
    spend   sigma_gk = psi * d_gk + rho_spend_k              (relative)

The reduced forms are the likelihood of d, tau and sigma; theta and psi are the slopes across pain
points, rho the direct parts (heavy-tailed: most are nothing, some are large). Signs are soft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import block_diag

from impact.rng import stream
from models.calibration.slopes import Grade
from models.haircut import Prior, share_kept
from models.inference import Fit, SamplerSettings, sample
from models.reduced import ReducedForms, silent

if TYPE_CHECKING:
    import pymc

THETA = (-0.25, 0.15)  # log hazard per sd of overall
PSI = (0.03, 0.03)  # relative spend per sd of overall
SCORE = (-0.10, 0.15)  # sd of overall per exposed unit; positive for delights
PERSONA_SPREAD = 0.08
DIRECT_SCALE = 0.1
DIRECT_SPEND = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class UpliftPosterior:
    """Joint posterior draws of what every pain point moves, per unit of exposure.

    Arrays are `(draw, persona, pain_point)`: `score` in points of overall, `leaving` in log hazard
    (zero for sites), `spend` relative; all at face value. `credibility` `(draw, pain_point)` is the
    share of each effect that is kept. `prior_share` `(pain_point,)` is how much of each effect's
    spread the data left standing, 0..1. `theta` and `psi` `(draw,)`.
    """

    pain_points: tuple[str, ...]
    personas: tuple[str, ...]
    score: np.ndarray
    leaving: np.ndarray
    spend: np.ndarray
    credibility: np.ndarray
    theta: np.ndarray
    psi: np.ndarray
    prior_share: np.ndarray
    fit: Fit

    @property
    def draws(self) -> int:
        """How many joint draws there are."""
        return len(self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credibility:
    """The haircut finance signs: what is kept of a within-unit effect, and the grade of every pain point's effect.

    `prior` is a Beta, one fixed share, or None for face value (1.0 in the study), which keeps all of every grade.
    """

    prior: Prior
    grades: Mapping[str, Grade]


def fit_uplift(
    forms: ReducedForms,
    signs: np.ndarray,
    credibility: Credibility,
    seed: int,
    settings: SamplerSettings,
    tell: Callable[[int, int], None],
) -> UpliftPosterior:
    """The joint posterior of all effects.

    Args:
        forms: the likelihood.
        signs: -1 for a pain, +1 for a delight `(pain_point,)`: where the soft prior of the score leans.
        credibility: how much of an observational effect is kept.
        seed: the study's.
        settings: the sampler's lengths.
        tell: called with (done, total).
    """
    model = build_model(forms, signs)
    names = ["score", "leaving", "spend", "theta", "psi"]
    number = int(stream(seed, "uplift").integers(2**31))
    fit = sample(model, names, number, settings, tell)
    score, leaving, spend = (fit.flat(name) for name in names[:3])
    # no money from a spend effect that no row has spoken for: the prior alone is not evidence
    spend = spend * np.array([any(part.precision[k, k] > 0 for part in forms.spend) for k in range(len(signs))])
    return UpliftPosterior(
        pain_points=forms.pain_points,
        personas=forms.personas,
        score=score * forms.score_sd,
        leaving=leaving if forms.leaving is not None else np.zeros_like(leaving),
        spend=spend,
        credibility=draw_credibility(forms.pain_points, credibility, len(score), seed),
        theta=fit.flat("theta"),
        psi=fit.flat("psi"),
        prior_share=_prior_share(forms, signs, leaving, spend),
        fit=fit,
    )


def build_model(forms: ReducedForms, signs: np.ndarray) -> pymc.Model:
    """The model in PyMC, on the reduced forms; readable beside the equations at the top of this file."""
    import pymc as pm

    personas, pains = len(forms.personas), len(forms.pain_points)
    with pm.Model() as model:
        mean_score = pm.Normal("mean_score", -signs * SCORE[0], SCORE[1], shape=pains)
        score = mean_score[None, :] + np.zeros((personas, 1))
        if personas > 1:
            spread = pm.HalfNormal("persona_spread", PERSONA_SPREAD)
            own = pm.Normal("persona_own", 0, 1, shape=(personas, pains))
            score = mean_score[None, :] + spread * own
        theta = pm.Normal("theta", *THETA)
        scale = pm.HalfNormal("direct_scale", DIRECT_SCALE)
        direct = scale * pm.StudentT("direct", nu=3, mu=0, sigma=1, shape=pains)
        psi = pm.Normal("psi", *PSI)
        direct_spend = DIRECT_SPEND * pm.StudentT("direct_spend", nu=3, mu=0, sigma=1, shape=pains)
        score = pm.Deterministic("score", score)
        leaving = pm.Deterministic("leaving", theta * score + direct[None, :])
        spend = pm.Deterministic("spend", psi * score + direct_spend[None, :])
        root, seen = whitened(forms)
        effects = pm.math.concatenate([score.flatten(), leaving.flatten(), spend.flatten()])
        pm.Normal("seen", mu=pm.math.dot(root, effects), sigma=1, observed=seen)
    return model


def whitened(forms: ReducedForms) -> tuple[np.ndarray, np.ndarray]:
    """The whole likelihood as unit normals: root `(seen, effect)` and what was seen `(seen,)`.

    Effects in the order score, leaving, spend; persona by persona within each.
    """
    nothing = tuple(silent(len(forms.pain_points)) for _ in forms.personas)
    parts = [*forms.score, *(forms.leaving or nothing), *forms.spend]
    roots = [whitener(part.precision) for part in parts]
    seen = [root @ part.mean for root, part in zip(roots, parts, strict=True)]
    return block_diag(*roots), np.concatenate(seen)


def whitener(precision: np.ndarray) -> np.ndarray:
    """A with A'A = precision `(rank, pain_point)`; directions the data are silent on have no row."""
    values, vectors = np.linalg.eigh(precision)
    told = values > max(values.max(initial=0.0), 0.0) * 1e-12
    return np.asarray((np.sqrt(values[told]) * vectors[:, told]).T)


def draw_credibility(pain_points: tuple[str, ...], credibility: Credibility, draws: int, seed: int) -> np.ndarray:
    """The share of each effect that is kept `(draw, pain_point)`: one draw of a run is one opinion.

    All pain points of a draw share their place in the prior, so that doubt about observational
    effects as such does not average out over a portfolio.
    """
    if credibility.prior is None:
        return np.ones((draws, len(pain_points)))
    place = stream(seed, "credibility").uniform(size=draws)
    return np.column_stack([share_kept(credibility.prior, credibility.grades[pain], place) for pain in pain_points])


def _prior_share(forms: ReducedForms, signs: np.ndarray, leaving: np.ndarray, spend: np.ndarray) -> np.ndarray:
    """Posterior over prior variance of the effect that carries the money, persona by persona averaged."""
    posterior = (spend if forms.leaving is None else leaving).var(axis=0).mean(axis=0)
    rng = np.random.default_rng(0)
    n = 20_000
    score = -signs[None, :] * SCORE[0] + SCORE[1] * rng.standard_normal((n, len(signs)))
    if forms.leaving is None:
        slope, direct = rng.normal(*PSI, n), DIRECT_SPEND * rng.standard_t(3, (n, len(signs)))
    else:
        scale = np.abs(rng.normal(0, DIRECT_SCALE, (n, 1)))
        slope, direct = rng.normal(*THETA, n), scale * rng.standard_t(3, (n, len(signs)))
    # a t with 3 degrees of freedom has a wild sample variance: the middle 90% tells its spread as well
    low, high = np.percentile(slope[:, None] * score + direct, [5, 95], axis=0)
    prior = ((high - low) / (2 * 1.645)) ** 2
    return np.asarray(np.clip(posterior / prior, 0, 1))
