"""What raising a delight is worth: every customer meets it, from the first future period on."""

from __future__ import annotations

import numpy as np

from impact.journey import PainPoint
from models.value import Moves, PersonaBase, Today, ValueBase, ValueDraws, changed_draws, share_of_intensity


def raised_draws(base: ValueBase, today: Today, delight: PainPoint, k: int) -> ValueDraws:
    """What it brings by period, draw by draw, when everybody meets the delight at place `k` in every period.

    One that is a level is raised by as much again as it lies above its floor today.
    """
    return changed_draws(base, today, np.zeros(len(base.discount), dtype=int), raised_moves(base, today, delight, k))


def raised_moves(base: ValueBase, today: Today, delight: PainPoint, k: int) -> Moves:
    """What meeting the delight at place `k` everywhere does to leaving and money of each persona."""
    ratios = [
        _raised_leaving(persona, delight, k, (today.hazard[g][:, k], today.together[g]))
        for g, persona in enumerate(base.personas)
    ]
    lifts = [_room(persona, delight, k)[:, None] * today.spend[g][:, k] for g, persona in enumerate(base.personas)]
    return lambda g: (ratios[g][None], lifts[g][None])


def _raised_leaving(persona: PersonaBase, delight: PainPoint, k: int, now: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Leaving intensity with the delight everywhere over today's `(age, draw)`.

    `now` is its effect in log hazard `(draw,)` and the intensity of each pattern `(pattern, draw)`.
    """
    log_hazard, together = now
    met, occurs = persona.met, np.exp(log_hazard)
    if not persona.rate.any():
        return np.ones((len(met.weights), len(log_hazard)))
    if delight.measure == "level":
        return np.asarray(np.exp(met.level[:, k, None] * log_hazard))
    if delight.source == "survey":
        alone = met.alone[:, k, None]
        return np.asarray(occurs / (1 - alone + alone * occurs))
    groups, share = share_of_intensity(persona.patterns[:, [k]], met.weights, together)
    never = share[groups[:, 0] == 0].sum(axis=0)
    return np.asarray(1 - never + never * occurs)


def _room(persona: PersonaBase, delight: PainPoint, k: int) -> np.ndarray:
    """Exposure that meeting the delight everywhere adds per customer `(age,)`."""
    met = persona.met
    if delight.measure == "level":
        return np.asarray(met.exposure[:, k])
    if persona.patterns[:, k].any():
        return np.asarray(met.weights @ (persona.patterns[:, k] == 0))
    return np.asarray(np.clip(1 - met.exposure[:, k], 0, None))
