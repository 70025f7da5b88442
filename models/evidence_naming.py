"""Pain points known only from a survey: what their naming hides, where an audit says who really met them.

A customer who met it names it with probability Se (sensitivity), one who did not with 1 - Sp (specificity), whatever
their outcome. With the true share p* the named share is p = Se p* + (1 - Sp)(1 - p*). The slope b of an outcome on
naming is tau cov(met, named) / var(named), and cov(met, named) = Se p* - p* p = (Se + Sp - 1) p* (1 - p*), so

    tau = b p (1 - p) / [(Se + Sp - 1) p* (1 - p*)].

Source: Aigner (1973), misclassified binary regressor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import beta, norm

from impact.rng import stream
from models.evidence import Reading
from models.uplift import UpliftPosterior
from models.value import ValueBase

# The prior of specificity: naming what one did not meet is rare, about one in fifty, hardly ever one in ten.
SPECIFICITY = (49.0, 1.0)
# Naming that parts those who met it from those who did not by less than this is no measurement of it.
LEAST_YOUDEN = 0.1
_PROPOSALS = 40
_TRIED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How a pain point is named: joint draws `(draw,)` of sensitivity, specificity and the true share who met it."""

    sensitivity: np.ndarray
    specificity: np.ndarray
    share: np.ndarray


def learn_naming(named: float, audit: tuple[float, float], draws: int, rng: np.random.Generator) -> Naming:
    """Sensitivity and specificity given the named share, and an audit's true share with its standard error.

    Prior: Se uniform, Sp ~ Beta(49, 1) (mean .98), Se + Sp - 1 at least .1; audit: Normal. The named share ties the
    three, Se = (p - (1 - Sp)(1 - p*)) / p*, so that (Sp, p*) are drawn and weighted by the change of variables 1 / p*.

    Raises:
        ValueError: no sensitivity is in keeping with the named share and the audit.
    """
    estimate, se = audit
    number = draws * _PROPOSALS
    low, high = norm.cdf((np.array([1e-6, 1 - 1e-6]) - estimate) / se)
    share = np.clip(estimate + se * norm.ppf(rng.uniform(low, high, number)), 1e-6, 1 - 1e-6)
    specificity = beta.ppf(rng.uniform(size=number), *SPECIFICITY)
    sensitivity = (named - (1 - specificity) * (1 - share)) / share
    held = (sensitivity <= 1) & (sensitivity + specificity - 1 >= LEAST_YOUDEN)
    weight = np.where(held, 1 / share, 0.0)
    if not weight.any():
        raise ValueError(f"{named:.1%} name it and {estimate:.1%} met it: naming tells nothing of meeting it")
    places = (np.arange(draws) + rng.uniform()) / draws
    picked = rng.permutation(np.searchsorted(weight.cumsum() / weight.sum(), places).clip(max=number - 1))
    return Naming(sensitivity=sensitivity[picked], specificity=specificity[picked], share=share[picked])


def why_no_naming(named: float, audit: tuple[float, float]) -> str:
    """Why a named share and an audit cannot be told together; empty where they can."""
    try:
        learn_naming(named, audit, _TRIED, np.random.default_rng(0))
    except ValueError as error:
        return str(error)
    return ""


def true_effect(named: np.ndarray, observed: np.ndarray, naming: Naming) -> tuple[np.ndarray, np.ndarray]:
    """The effect on those who met it, and their share, from the effect on those who named it; all `(draw,)`.

    Formula at the top of this file; the share of a persona is (p - (1 - Sp)) / (Se + Sp - 1).
    """
    told = naming.sensitivity + naming.specificity - 1
    share = np.clip((named - (1 - naming.specificity)) / told, 1e-4, 0.999)
    return observed * named * (1 - named) / (told * share * (1 - share)), share


def correct_naming(
    posterior: UpliftPosterior, base: ValueBase, readings: Sequence[Reading], seed: int
) -> UpliftPosterior:
    """The posterior with every audited pain point's effects put right, draw by draw.

    The base goes on counting those who name it. So the effect that is put in is the one that, at the named share p,
    gives what the true effect gives at the true share p*: score and spend p*/p tau, leaving
    log(1 + p*/p (e^(k tau) - 1)) / k with k the share kept.
    """
    for reading in readings:
        if reading.use == "naming":
            posterior = _corrected(posterior, base, reading, seed)
    return posterior


def _corrected(posterior: UpliftPosterior, base: ValueBase, reading: Reading, seed: int) -> UpliftPosterior:
    k = posterior.pain_points.index(reading.item.target)
    customers = np.array([persona.customers.sum() for persona in base.personas])
    named = np.array([persona.exposure[k] for persona in base.personas])
    rng = stream(seed, f"naming/{reading.item.evidence}")
    whole = float(named @ customers / customers.sum())
    naming = learn_naming(whole, (reading.estimate, reading.se), posterior.draws, rng)
    kept = np.maximum(posterior.credibility[:, k], 1e-6)
    score, leaving, spend = posterior.score.copy(), posterior.leaving.copy(), posterior.spend.copy()
    for g, share in enumerate(named):
        if not 0 < share < 1:
            continue
        for effects in (score, spend):
            tau, true = true_effect(share, effects[:, g, k], naming)
            effects[:, g, k] = true / share * tau
        tau, true = true_effect(share, leaving[:, g, k], naming)
        leaving[:, g, k] = np.log1p(np.maximum(true / share * np.expm1(kept * tau), -1 + 1e-6)) / kept
    return replace(posterior, score=score, leaving=leaving, spend=spend)
