"""The uplift of fixing each pain point: one joint posterior, from pain to satisfaction to money.

For persona g and pain point k, per exposed customer-period:

    score   d_gk     = dbar_k + s_d e_gk                 (standard deviations of the overall score)
    leaving tau_gk   = theta d_gk + rho_k + s_l u_gk     (log hazard, total effect)
    spend   sigma_gk = psi d_gk + rho'_k + s_m w_gk      (relative)

The reduced forms are the likelihood of d, tau and sigma; theta and psi are the slopes across pain points, rho the
direct parts (heavy-tailed: most are nothing, some are large), e, u and w what a persona has of its own, unit normal.
Signs are soft. What other evidence says of d, kappa tau and kappa sigma enters as rows, kappa being the haircut.

Two engines draw from it, `models/quick.py` by its structure and `models/full.py` by NUTS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import expit, logit

from impact.rng import stream
from models.calibration.slopes import Grade
from models.haircut import Prior, share_kept
from models.inference import Engine, Fit
from models.reduced import ReducedForms

if TYPE_CHECKING:
    from models.exact_cells import PersonaCells
    from models.quick import QuickSettings

STUDY_SPREAD = 0.5  # of logit kappa from one study to another
HORSESHOE_FROM = 31  # pain points: so many that most must be nothing
EXPECTED = 1 / 3  # share of pain points expected to act past satisfaction, where they are that many
WIDEST_DIRECT = 0.3  # log hazard: the slab of the horseshoe
LENGTHS = (1, 2, 4)  # times its usual length that the quick engine may run before NUTS takes over
_PRIOR_DRAWS = 20_000
_EDGE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """What is held likely before any data. Pairs are mean and standard deviation of a Normal; the others are scales.

    `theta` log hazard and `psi` relative spend, per sd of overall; `score` sd of overall per exposed unit, its mean
    turned up for a delight. Half-normal: `persona_spread` (of d), `leaving_spread`, `spend_spread`, `direct_scale`.
    `direct_spend` is the scale of a T3.
    """

    theta: tuple[float, float] = (-0.25, 0.25)
    psi: tuple[float, float] = (0.03, 0.03)
    score: tuple[float, float] = (-0.10, 0.15)
    persona_spread: float = 0.08
    leaving_spread: float = 0.05
    spend_spread: float = 0.01
    direct_scale: float = 0.1
    direct_spend: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Credibility:
    """The haircut finance signs: what is kept of a within-unit effect, and the grade of every pain point's effect.

    `prior` is a Beta, one fixed share, or None for face value (1.0 in the study), which keeps all of every grade.
    """

    prior: Prior
    grades: Mapping[str, Grade]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """One piece of evidence as a reading of effects: estimate ~ N(kappa * weights @ effect, se^2).

    `weights` `(pain_point,)` multiply what all personas share: dbar (sd of overall), theta dbar + rho (log hazard),
    psi dbar + rho' (relative). `se` holds everything that makes the row miss the truth. `haircut` says whether kappa
    stands between the effect at face value and what was measured; kappa of one study is near the common one. Where
    the row is an experiment on one pain point, `settles` is its place: money then keeps of it what the study found.
    `own` says that it was measured on the ledger that tells the effects. `apart` is then the mean and standard
    deviation of weights @ effect as that ledger tells it: the row is read beside them and tells the haircut alone.
    """

    evidence: str
    of: Literal["score", "leaving", "spend"]
    weights: np.ndarray
    estimate: float
    se: float
    haircut: bool
    settles: int | None = None
    own: bool = False
    apart: tuple[float, float] | None = None

    def misfit(self, kept: np.ndarray, reads: np.ndarray | float) -> np.ndarray:
        """The log density of the row where a share `kept` of its reading `reads` is real, up to a constant.

        Apart from the effects: N(estimate; kept m, se^2 + kept^2 s^2), m and s the mean and spread of its reading.
        """
        if self.apart is None:
            return np.asarray(-(((self.estimate - kept * reads) / self.se) ** 2) / 2)
        variance = self.se**2 + (kept * self.apart[1]) ** 2
        return np.asarray(-((self.estimate - kept * self.apart[0]) ** 2) / variance / 2 - np.log(variance) / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything the posterior is asked of. `signs` `(pain_point,)`: -1 for a pain, +1 for a delight."""

    forms: ReducedForms
    signs: np.ndarray
    credibility: Credibility
    rows: tuple[EffectRow, ...] = ()
    priors: Priors = Priors()

    @property
    def rows_of_haircut(self) -> tuple[EffectRow, ...]:
        """The rows that say how much of an observed effect is to be kept; none at face value."""
        return () if self.credibility.prior is None else tuple(row for row in self.rows if row.haircut)

    @property
    def settled(self) -> frozenset[int]:
        """Places of the pain points that have an experiment of their own."""
        return frozenset(row.settles for row in self.rows_of_haircut if row.settles is not None)

    @property
    def sparse(self) -> bool:
        """Whether pain points are so many that direct effects get the horseshoe."""
        return len(self.signs) >= HORSESHOE_FROM


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

    def at(self, places: np.ndarray) -> UpliftPosterior:
        """The joint draws at some places, of all quantities alike; the diagnostics stay those of the sampler."""
        return replace(self, **{name: getattr(self, name)[places] for name in _BY_DRAW})


_BY_DRAW = ("score", "leaving", "spend", "credibility", "theta", "psi")


def fit_uplift(question: Question, seed: int, engine: Engine, tell: Callable[[int, int], None]) -> UpliftPosterior:
    """The joint posterior of all effects.

    Where the gates of the quick engine fail at its own length, at twice and at four times it, NUTS takes over; the fit
    says so.

    Args:
        question: likelihood, priors and evidence.
        seed: the study's.
        engine: quick or full.
        tell: called with (done, total).
    """
    if engine == "quick":
        from models.quick import QUICK, sample_quickly

        for times in LENGTHS:
            settings = replace(QUICK, warm=times * QUICK.warm, thin=times * QUICK.thin)
            fit = sample_quickly(question, stream(seed, "uplift"), settings, tell)
            if fit.converged():
                return _posterior(question, fit, seed)
    from models.full import sample_fully

    fit = sample_fully(question, int(stream(seed, "uplift").integers(2**31)), tell)
    return _posterior(question, replace(fit, fell_back=engine == "quick"), seed)


def fit_on_counts(
    question: Question, counts: tuple[PersonaCells, ...], seed: int, tell: Callable[[int, int], None]
) -> UpliftPosterior:
    """The joint posterior by NUTS with leaving told by the exact counts, where no summary of them can stand in."""
    from models.full import sample_fully

    number = int(stream(seed, "uplift on counts").integers(2**31))
    return _posterior(question, replace(sample_fully(question, number, tell, counts), fell_back=True), seed)


def fit_briefly(question: Question, seed: int, settings: QuickSettings) -> UpliftPosterior:
    """The posterior by a short run of the quick engine whatever its gates say: to be compared with another such."""
    from models.quick import sample_quickly

    return _posterior(question, sample_quickly(question, stream(seed, "uplift"), settings, lambda *_: None), seed)


def draw_prior(question: Question, draws: int, seed: int) -> UpliftPosterior:
    """What is held likely before any data, in the shape of a posterior; evidence rows have no part in it."""
    effects = prior_effects(question, draws, stream(seed, "prior"))
    return _posterior(
        question,
        Fit(draws=effects, rhat_max=1.0, ess_min=float(draws), divergences=0, worst="", engine="prior"),
        seed,
        prior_share=np.ones(len(question.signs)),
    )


def prior_effects(question: Question, draws: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draws of the prior by the names of a fit `(chain = 1, draw, ...)`: score, leaving, spend, theta, psi, scales."""
    priors, personas, pains = question.priors, len(question.forms.personas), len(question.signs)
    shape = (draws, personas, pains)

    def half(scale: float) -> np.ndarray:
        return np.abs(scale * rng.standard_normal(draws))

    theta, psi = (mean + sd * rng.standard_normal(draws) for mean, sd in (priors.theta, priors.psi))
    mean_score = -question.signs * priors.score[0] + priors.score[1] * rng.standard_normal((draws, pains))
    persona_spread = half(priors.persona_spread) * (personas > 1)
    leaving_spread, spend_spread = (
        half(priors.leaving_spread) * (personas > 1),
        half(priors.spend_spread) * (personas > 1),
    )
    if question.sparse:
        direct_scale = shrinkage_scale(question) * np.abs(rng.standard_cauchy(draws))
        local = np.abs(rng.standard_cauchy((draws, pains)))
        direct = horseshoe_sd(direct_scale[:, None], local) * rng.standard_normal((draws, pains))
    else:
        direct_scale = half(priors.direct_scale)
        direct = direct_scale[:, None] * rng.standard_t(3, (draws, pains))
    direct_spend = priors.direct_spend * rng.standard_t(3, (draws, pains))

    def own(spread: np.ndarray) -> np.ndarray:
        return np.asarray(spread[:, None, None] * rng.standard_normal(shape))

    score = mean_score[:, None] + own(persona_spread)
    found = {
        "score": score,
        "leaving": theta[:, None, None] * score + direct[:, None] + own(leaving_spread),
        "spend": psi[:, None, None] * score + direct_spend[:, None] + own(spend_spread),
        "theta": theta,
        "psi": psi,
        "persona_spread": persona_spread,
        "leaving_spread": leaving_spread,
        "spend_spread": spend_spread,
        "direct_scale": direct_scale,
        "mean_score": mean_score,
        "direct": direct,
        "direct_spend": direct_spend,
    }
    return {name: values[None] for name, values in found.items()}


def horseshoe_sd(scale: np.ndarray, local: np.ndarray) -> np.ndarray:
    """Standard deviations of direct effects under the regularised horseshoe.

    Source: Piironen & Vehtari (2017), equation 2.8, the slab's width fixed.
    """
    wide = scale * local
    return np.asarray(wide * WIDEST_DIRECT / np.hypot(WIDEST_DIRECT, wide))


def shrinkage_scale(question: Question) -> float:
    """The scale of the horseshoe's half-Cauchy: p0 / (K - p0) of the typical error of one effect.

    Source: Piironen & Vehtari (2017), equation 3.12, with the median standard error for sigma / sqrt(n).
    """
    told = question.forms.leaving if question.forms.leaving is not None else question.forms.spend
    errors = np.concatenate([part.se() for part in told])
    known = errors[np.isfinite(errors)]
    return float(EXPECTED / (1 - EXPECTED) * (np.median(known) if len(known) else question.priors.direct_scale))


def credibility_at(pain_points: tuple[str, ...], credibility: Credibility, place: np.ndarray) -> np.ndarray:
    """The share of each effect that is kept `(draw, pain_point)`: one draw of a run is one opinion.

    All pain points of a draw share their `place` in the prior `(draw,)`, so that doubt about observational
    effects as such does not average out over a portfolio.
    """
    if credibility.prior is None:
        return np.ones((len(place), len(pain_points)))
    return np.column_stack([share_kept(credibility.prior, credibility.grades[pain], place) for pain in pain_points])


def draw_credibility(pain_points: tuple[str, ...], credibility: Credibility, draws: int, seed: int) -> np.ndarray:
    """The share of each effect that is kept `(draw, pain_point)` where nothing but its prior tells of it."""
    return credibility_at(pain_points, credibility, stream(seed, "credibility").uniform(size=draws))


def _posterior(question: Question, fit: Fit, seed: int, prior_share: np.ndarray | None = None) -> UpliftPosterior:
    forms = question.forms
    score, leaving, spend = (fit.flat(name) for name in ("score", "leaving", "spend"))
    share = _prior_share(question, leaving, spend) if prior_share is None else prior_share
    return UpliftPosterior(
        pain_points=forms.pain_points,
        personas=forms.personas,
        score=score * forms.score_sd,
        leaving=leaving if forms.leaving is not None else np.zeros_like(leaving),
        # no money from a spend effect that no row has spoken for: the prior alone is not evidence
        spend=spend * spoken_for(question),
        credibility=_learnt_credibility(question, fit)
        if "place" in fit.draws
        else draw_credibility(forms.pain_points, question.credibility, len(score), seed),
        theta=fit.flat("theta"),
        psi=fit.flat("psi"),
        prior_share=share,
        fit=fit,
    )


def _learnt_credibility(question: Question, fit: Fit) -> np.ndarray:
    """The share kept as evidence taught it `(draw, pain_point)`; of a pain point with its own experiment, that one's.

    Of several experiments on one pain point the most precise counts.
    """
    kept = credibility_at(question.forms.pain_points, question.credibility, fit.flat("place"))
    study = fit.flat("study")
    # the most precise is written last
    for i, row in sorted(enumerate(question.rows_of_haircut), key=lambda one: -one[1].se):
        if row.settles is not None:
            common = np.clip(kept[:, row.settles], _EDGE, 1 - _EDGE)
            kept[:, row.settles] = expit(logit(common) + STUDY_SPREAD * study[:, i])
    return kept


def spoken_for(question: Question) -> np.ndarray:
    """Whether any row speaks of each pain point's effect on spend `(pain_point,)`."""
    seen = np.any([np.diag(part.precision) > 0 for part in question.forms.spend], axis=0)
    told = [row.weights != 0 for row in question.rows if row.of == "spend" and row.apart is None]
    return np.asarray(np.any([seen, *told], axis=0))


def _prior_share(question: Question, leaving: np.ndarray, spend: np.ndarray) -> np.ndarray:
    """Posterior over prior variance of the effect that carries the money, personas averaged."""
    name, posterior = ("spend", spend) if question.forms.leaving is None else ("leaving", leaving)
    prior = prior_effects(question, _PRIOR_DRAWS, np.random.default_rng(0))[name][0]
    return np.asarray(np.clip(((_width(posterior) / _width(prior)) ** 2).mean(axis=0), 0, 1))


def _width(draws: np.ndarray) -> np.ndarray:
    """Of the middle 90%: a t with 3 degrees of freedom has a wild sample variance."""
    low, high = np.percentile(draws, [5, 95], axis=0)
    return np.asarray(high - low)
