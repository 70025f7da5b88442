"""What is assumed before any data, halved and doubled: how far the posterior moves with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from models.haircut import Prior
from models.quick import QuickSettings
from models.uplift import Priors, Question, UpliftPosterior, fit_briefly

FACTORS = (0.5, 2.0)
# 800 joint draws from the same stream of chance as the run they are compared with: a mean is known to a twentieth of
# its posterior sd, and better in comparison.
BRIEF = QuickSettings(chains=8, warm=150, kept=100)
AS_IT_IS = "as it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """The posterior under one changed prior: which in words, and the factor on its scale (1 for none)."""

    prior: str
    factor: float
    posterior: UpliftPosterior


def refit_all(question: Question, seed: int) -> Iterator[Refit]:
    """The posterior as it is, then under each prior's scale halved and doubled; brief runs of the quick engine."""
    yield Refit(prior=AS_IT_IS, factor=1.0, posterior=fit_briefly(question, seed, BRIEF))
    for name, factor, changed in changed_questions(question):
        yield Refit(prior=name, factor=factor, posterior=fit_briefly(changed, seed, BRIEF))


def changed_questions(question: Question) -> Iterator[tuple[str, float, Question]]:
    """Every prior by name with its scale halved and doubled.

    Of a Normal its standard deviation, of a half-Normal or T3 its scale, of the haircut's Beta the weight: the sum of
    its two numbers, by the inverse of the square, so that its spread is halved or doubled as far as that goes. A
    haircut that is one fixed share, or none, has no scale.
    """
    priors = question.priors
    for factor in FACTORS:
        for name, changed in _scaled(priors, factor).items():
            yield name, factor, replace(question, priors=changed)
        if isinstance(question.credibility.prior, tuple):
            prior = with_spread(question.credibility.prior, factor)
            yield "haircut", factor, replace(question, credibility=replace(question.credibility, prior=prior))


def _scaled(priors: Priors, factor: float) -> dict[str, Priors]:
    def pair(told: tuple[float, float]) -> tuple[float, float]:
        return told[0], told[1] * factor

    return {
        "slope of leaving on the score": replace(priors, theta=pair(priors.theta)),
        "slope of spend on the score": replace(priors, psi=pair(priors.psi)),
        "effects on the score": replace(priors, score=pair(priors.score)),
        "what personas have of their own": replace(
            priors,
            persona_spread=priors.persona_spread * factor,
            leaving_spread=priors.leaving_spread * factor,
            spend_spread=priors.spend_spread * factor,
        ),
        "effects past the score": replace(
            priors, direct_scale=priors.direct_scale * factor, direct_spend=priors.direct_spend * factor
        ),
    }


def with_spread(prior: tuple[float, float], factor: float) -> Prior:
    """A Beta of the same mean whose variance is `factor` squared times as large, or as near as it can be.

    Var = m (1 - m) / (a + b + 1). A Beta with a number below 1 would pile up at its ends: there it stops.
    """
    weight = sum(prior)
    mean = prior[0] / weight
    wanted = (weight + 1) / factor**2 - 1
    weight = max(wanted, min(weight, 1 / min(mean, 1 - mean)))
    return mean * weight, (1 - mean) * weight
