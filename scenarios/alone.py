"""Options each by themselves: the starts of one initiative share their work."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.value import changed_draws, leaving_ratios, spend_lifts
from scenarios.worth import Case, npv_draws, set_npv


def alone_draws(case: Case, options: Sequence[int]) -> np.ndarray:
    """NPV `(option, draw)` of each of the `options`, all of one initiative, by itself.

    The same as `set_value` of each. What a share does to leaving and spending does not depend on when it holds, so
    that it is worked out once for all starts; beside ongoing initiatives, or where service is saved, each is valued
    apart.
    """
    if case.ongoing or case.service.saved is not None:
        return np.array([set_npv(case, (i,)) for i in options])
    offers = [case.offers[i] for i in options]
    live = np.concatenate([offer.schedule.live for offer in offers], axis=1)
    _, first, at = np.unique(live, axis=1, return_index=True, return_inverse=True)
    shares = live[:, first].T[None, :, :, None] * offers[0].effectiveness[:, None]
    base, today = case.base, case.today
    moved = []
    for g, persona in enumerate(base.personas):
        fixed = shares[g if len(shares) > 1 else 0]
        ratios = leaving_ratios(persona, today.hazard[g], today.together[g], fixed)
        moved.append((ratios, spend_lifts(persona, today.spend[g], fixed)))
    periods = at.reshape(len(offers), case.periods)
    return np.array(
        [
            npv_draws(case, (i,), changed_draws(base, today, row, lambda g: moved[g]))
            for i, row in zip(options, periods, strict=True)
        ]
    )
