"""Joint draws of the whole leaving model on its cells: effects as the posterior has them, the rest about its best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from impact.journey import Journey
from impact.rng import stream
from models.exact_cells import AT_ONCE, ExactLikelihood, PersonaCells

MOST_MET = 3  # and more


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPart:
    """One part's cells with draws of its effects `(draw, effect)` and of what is held fixed `(draw, term)`.

    `off` `(draw,)` are log-weights that take the draws of what is held fixed to the exact likelihood.
    """

    part: PersonaCells
    likelihood: ExactLikelihood
    effects: np.ndarray
    held: np.ndarray
    off: np.ndarray

    def hazards(self) -> Iterator[np.ndarray]:
        """The leaving rate of each cell `(some draws, cell)`, draws in order, a few at a time."""
        parts = max(1, -(-len(self.effects) * len(self.part.n) // AT_ONCE))
        for effects, held in zip(np.array_split(self.effects, parts), np.array_split(self.held, parts), strict=True):
            yield self.likelihood.hazards(effects, held)


def draw_cells(leaving: np.ndarray, personas: tuple[str, ...], part: PersonaCells, seed: int) -> DrawnPart:
    """The draws of one part from effects on leaving `(draw, persona, pain_point)`."""
    likelihood = ExactLikelihood(part)
    effects = leaving[:, personas.index(part.persona), part.pain_points]
    held = likelihood.held_fixed(effects, stream(seed, f"held fixed {part.persona} {part.part}"))
    return DrawnPart(part=part, likelihood=likelihood, effects=effects, held=held, off=likelihood.off(effects, held))


def number_met(part: PersonaCells, journey: Journey) -> np.ndarray:
    """How many pain points the customers of each cell met `(cell,)`, at most three; levels are not counted."""
    met = [
        pain.pain_point
        for pain in journey.pain_points
        if pain.kind == "pain" and pain.measure != "level" and pain.pain_point in part.rows.columns
    ]
    counted = (part.rows[met].astype(float) > 0).sum(axis=1) if met else part.rows["n"] * 0
    return np.minimum(counted.to_numpy(int), MOST_MET)


def met_label(count: int) -> str:
    """The words of a number of pain points met."""
    return f"{count} or more" if count == MOST_MET else str(count)
