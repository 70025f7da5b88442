"""What moves the score of a stage: the pain points of that stage, as answers about it tell."""

from __future__ import annotations

import numpy as np

from impact.journey import Journey
from impact.rng import stream
from models.calibration.slopes import Z90
from models.carried import Carried


def stage_moves(carried: Carried, journey: Journey, draws: int, seed: int) -> dict[str, np.ndarray]:
    """By stage `(draw, pain_point)`: points of its score per unit of exposure to each of its own pain points.

    Draws are Normal by the estimate and its error, one stream a pain point, so that they are the same in every
    scenario. What goes along is taken as it is: no money rests on it, and no haircut is taken. A stage of which no
    pain point could be told is left out.
    """
    places = {pain: k for k, pain in enumerate(journey.pain_ids())}
    out: dict[str, np.ndarray] = {}
    for row in carried.rows:
        if row.kind != "own stage":
            continue
        moves = out.setdefault(row.at, np.zeros((draws, len(places))))
        error = (row.high - row.low) / (2 * Z90)
        chance = stream(seed, f"stage score/{row.pain_point}").standard_normal(draws)
        moves[:, places[row.pain_point]] = row.effect + error * chance
    return out
