"""What each pain point, each stage and all of them together cost: their value when they never occur."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.journey import Journey
from models.uplift import UpliftPosterior
from models.value import ValueBase, look_at_today, value_draws, whole_fix


@dataclass(frozen=True, slots=True, kw_only=True)
class PainValues:
    """Present value of never meeting them again, joint draws.

    `pains` `(pain_point, draw)` one at a time; `stages` by stage id, its pain points together
    `(draw,)`; `everything` `(draw,)` all together, which the sum of the single ones overstates.
    """

    pains: np.ndarray
    stages: dict[str, np.ndarray]
    everything: np.ndarray


def value_pains(base: ValueBase, posterior: UpliftPosterior, journey: Journey) -> PainValues:
    """The value at stake of every pain point and stage."""
    count, periods = len(posterior.pain_points), len(base.discount)
    today = look_at_today(base, posterior)

    def worth(which: list[int]) -> np.ndarray:
        course = whole_fix(posterior.draws, count, which, periods)
        return value_draws(base, today, course).discounted(base.discount)

    single = np.array([worth([k]) for k in range(count)])
    of_stage = {
        stage: [k for k, pain in enumerate(journey.pain_points) if pain.stage == stage] for stage in journey.stage_ids()
    }
    stages = {
        stage: single[which[0]] if len(which) == 1 else worth(which) for stage, which in of_stage.items() if which
    }
    return PainValues(pains=single, stages=stages, everything=worth(list(range(count))))
