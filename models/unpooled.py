"""What pain points are worth by their own rows alone: the reduced forms, with no prior and nothing pooled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from impact.checks import Check, make_check
from impact.journey import Journey
from impact.rng import stream
from models.pains import value_singles
from models.reduced import GaussianSummary, ReducedForms
from models.uplift import UpliftPosterior
from models.value import ValueBase, look_at_today

DRAWS = 400  # of the error of the raw estimates: its spread is told to a tenth
APART = 2.0  # unpooled standard errors
Z90 = 1.6449


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpooled:
    """Value of each pain point at the raw estimates, in money `(pain_point,)`, and its standard error.

    The haircut is the posterior's mean. Both are nan where no row speaks of the pain point.
    """

    value: np.ndarray
    se: np.ndarray


def value_unpooled(
    base: ValueBase, posterior: UpliftPosterior, forms: ReducedForms, journey: Journey, seed: int
) -> Unpooled:
    """The value of each pain point as its own rows have it, personas apart.

    The error is that of the estimates: half the width of the middle 90% over 1.645, which a few wild draws of a
    nearly silent estimate do not move.
    """
    few = replace(base, frailty=base.frailty[np.linspace(0, len(base.frailty) - 1, DRAWS).astype(int)])
    rng = stream(seed, "unpooled")
    parts = forms.leaving or ()
    raw = [np.stack([part.mean * _told(part) for part in group], axis=0) for group in (parts, forms.spend) if group]
    noise = [np.stack([_noise(part, rng) for part in group], axis=1) for group in (parts, forms.spend) if group]
    kept = np.tile(posterior.credibility.mean(axis=0), (DRAWS, 1))

    def worth(scale: float) -> np.ndarray:
        drawn = [mean[None] + scale * error for mean, error in zip(raw, noise, strict=True)]
        nothing = np.zeros_like(drawn[-1])
        own = replace(
            posterior,
            score=nothing,
            leaving=drawn[0] if parts else nothing,
            spend=drawn[-1],
            credibility=kept,
            theta=nothing[:, 0, 0],
            psi=nothing[:, 0, 0],
        )
        return value_singles(few, look_at_today(few, own), journey)

    plain = worth(0.0)
    low, high = np.percentile(worth(1.0) - plain, [5, 95], axis=1)
    told = np.any([_told(part) for part in (*parts, *forms.spend)], axis=0)
    return Unpooled(
        value=np.where(told, plain.mean(axis=1), np.nan), se=np.where(told, (high - low) / (2 * Z90), np.nan)
    )


def _told(part: GaussianSummary) -> np.ndarray:
    return np.asarray(np.diag(part.precision) > 0)


def _noise(part: GaussianSummary, rng: np.random.Generator) -> np.ndarray:
    """Draws of the error of one likelihood's estimates `(draw, pain_point)`; 0 where it is silent."""
    out = np.zeros((DRAWS, len(part.mean)))
    told = np.flatnonzero(_told(part))
    if len(told):
        values, vectors = np.linalg.eigh(part.precision[np.ix_(told, told)])
        known = values > values.max() * 1e-12
        unit = rng.standard_normal((DRAWS, int(known.sum())))
        out[:, told] = (unit / np.sqrt(values[known])) @ vectors[:, known].T
    return out


def unpooled_checks(unpooled: Unpooled, value: np.ndarray, journey: Journey) -> tuple[Check, ...]:
    """Pain points whose value in the joint posterior is far from what their own rows say.

    Args:
        unpooled: by their own rows.
        value: the posterior mean `(pain_point,)`.
        journey: their names.
    """
    gap = np.abs(value - unpooled.value) / np.maximum(unpooled.se, 1e-12)
    far = [pain.name for pain, one in zip(journey.pain_points, gap, strict=True) if one > APART]
    return (
        make_check(
            "C531",
            "Pooled values beside those of each pain point's own rows",
            "review" if far else "pass",
            found=", ".join(far) or "none apart",
            limit=f"within {APART:g} standard errors of its own rows",
            text="What is held likely of all pain points moves these further than their own rows' error."
            if far
            else "The joint posterior stays within what each pain point's own rows allow.",
            remedy="Read value_unpooled beside value; a pilot of the pain point settles which is nearer."
            if far
            else "",
        ),
    )
