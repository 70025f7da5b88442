"""Joint draws of the whole leaving model on its cells: effects as the posterior has them, the rest about its best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from impact.journey import Journey
from impact.rng import stream
from models.exact_cells import AT_ONCE, ExactLikelihood, PersonaCells
from models.psis import KHAT_LIMIT, smooth

MOST_MET = 3  # and more


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPart:
    """One part's cells with draws of its effects `(draw, effect)` and of what is held fixed `(draw, term)`.

    `off` `(draw,)` are log-weights that take the draws of what is held fixed to the exact likelihood;
    `log_likelihood` `(draw,)` is that of the effects alone.
    """

    part: PersonaCells
    likelihood: ExactLikelihood
    effects: np.ndarray
    held: np.ndarray
    off: np.ndarray
    log_likelihood: np.ndarray

    def hazards(self) -> Iterator[np.ndarray]:
        """The leaving rate of each cell `(some draws, cell)`, draws in order, a few at a time."""
        parts = max(1, -(-len(self.effects) * len(self.part.n) // AT_ONCE))
        for effects, held in zip(np.array_split(self.effects, parts), np.array_split(self.held, parts), strict=True):
            yield self.likelihood.hazards(effects, held)


def draw_cells(leaving: np.ndarray, personas: tuple[str, ...], part: PersonaCells, seed: int) -> DrawnPart:
    """The draws of one part from effects on leaving `(draw, persona, pain_point)`."""
    likelihood = ExactLikelihood(part)
    effects = leaving[:, personas.index(part.persona), part.pain_points]
    held = likelihood.draw(effects, stream(seed, f"held fixed {part.persona} {part.part}"))
    return DrawnPart(
        part=part,
        likelihood=likelihood,
        effects=effects,
        held=held.terms,
        off=held.off,
        log_likelihood=held.log_likelihood,
    )


def expect(one: DrawnPart, member: np.ndarray) -> np.ndarray:
    """Leavers expected `(draw, group)` of groups whose share of each cell is `member` `(cell, group)`."""
    return np.concatenate([np.asarray(rates @ (member * one.part.n[:, None])) for rates in one.hazards()])


def exact_weight(drawn: Sequence[DrawnPart]) -> np.ndarray | None:
    """The weight of each joint draw towards the exact likelihood `(draw,)`; None where it cannot be trusted."""
    found = smooth(np.asarray(sum(one.off for one in drawn)))
    return np.asarray(np.exp(found.log_weights[:, 0])) if found.khat[0] < KHAT_LIMIT else None


def number_met(part: PersonaCells, journey: Journey) -> np.ndarray:
    """How many pain points the customers of each cell met `(cell,)`, at most three; levels are not counted."""
    met = [
        pain.pain_point
        for pain in journey.pain_points
        if pain.kind == "pain" and pain.measure != "level" and pain.pain_point in part.rows.columns
    ]
    counted = (part.rows[met].to_numpy(float) > 0).sum(axis=1) if met else np.zeros(len(part.n), dtype=int)
    return np.asarray(np.minimum(counted, MOST_MET))


def met_label(count: int) -> str:
    """The words of a number of pain points met."""
    return f"{count} or more" if count == MOST_MET else str(count)
