"""What each pain point, each stage and all of them together cost: their value when they never occur."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from impact.journey import Journey
from models.delights import raised_draws
from models.uplift import UpliftPosterior
from models.value import Today, ValueBase, look_at_today, never_again


@dataclass(frozen=True, slots=True, kw_only=True)
class PainValues:
    """Present value of never meeting them again, joint draws.

    `pains` `(pain_point, draw)` one at a time, a delight by what meeting it everywhere would bring; `stages` by
    stage id, its pain points together `(draw,)`; `everything` `(draw,)` all together, which the sum of the single
    ones overstates. Delights have no part in stages and in everything, unless a stage has nothing else.
    """

    pains: np.ndarray
    stages: dict[str, np.ndarray]
    everything: np.ndarray


def value_pains(base: ValueBase, posterior: UpliftPosterior, journey: Journey) -> PainValues:
    """The value at stake of every pain point and stage."""
    today, hurts = look_at_today(base, posterior), pains_of(journey)
    single = value_singles(base, today, journey)
    of_stage = {
        stage: [k for k, pain in enumerate(journey.pain_points) if pain.stage == stage] for stage in journey.stage_ids()
    }
    stages = {}
    for stage, which in of_stage.items():
        removed = [k for k in which if k in hurts]
        if len(removed) > 1:
            stages[stage] = never_again(base, today, removed)
        elif which:
            stages[stage] = single[removed or which].sum(axis=0)
    return PainValues(pains=single, stages=stages, everything=never_again(base, today, hurts))


def value_singles(base: ValueBase, today: Today, journey: Journey) -> np.ndarray:
    """Present value of each pain point alone, gone, and of each delight met by everybody `(pain_point, draw)`."""
    worth = [
        raised_draws(base, today, pain, k).discounted(base.discount)
        if pain.kind == "delight"
        else never_again(base, today, [k])
        for k, pain in enumerate(journey.pain_points)
    ]
    return np.array(worth).reshape(len(worth), len(base.frailty))


def pains_of(journey: Journey) -> list[int]:
    """Places of what hurts: every pain point that is no delight."""
    return [k for k, pain in enumerate(journey.pain_points) if pain.kind == "pain"]


def value_marginal(base: ValueBase, posterior: UpliftPosterior, journey: Journey, everything: np.ndarray) -> np.ndarray:
    """Present value of fixing each pain point last, all others being fixed `(pain_point, draw)`; nan for a delight.

    Args:
        base: the base.
        posterior: the effects.
        journey: which are pains.
        everything: the value of all of them `(draw,)`.
    """
    today, hurts = look_at_today(base, posterior), pains_of(journey)
    out = np.full((len(posterior.pain_points), posterior.draws), np.nan)
    for k in hurts:
        out[k] = everything - never_again(base, today, [one for one in hurts if one != k])
    return out


def value_face(base: ValueBase, posterior: UpliftPosterior, journey: Journey) -> np.ndarray:
    """Mean value of each pain point without any haircut `(pain_point,)`."""
    face = replace(posterior, credibility=np.ones_like(posterior.credibility))
    return np.asarray(value_singles(base, look_at_today(base, face), journey).mean(axis=1))
