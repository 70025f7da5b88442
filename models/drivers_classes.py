"""Where a stage stands beside its importance, and whether low scores cost more than top scores win."""

from __future__ import annotations

from typing import Literal

import numpy as np

from impact.cells import DriverSums
from models.calibration.slopes import Z90

Quadrant = Literal["concentrate here", "keep up the good work", "low priority", "possible overkill"]
KanoClass = Literal["must-be", "performance", "attractive", "indifferent", "not told"]
# Answers a band needs before its mean says anything.
LEAST_IN_BAND = 30
NOT_TOLD = np.full(3, np.nan)


def quadrants(importance: np.ndarray, place: np.ndarray) -> tuple[Quadrant, ...]:
    """The quadrant of every stage, cut at the mean importance and the mean place on the scale.

    Source: Martilla & James (1977), importance-performance analysis; the words are theirs.
    """
    words: dict[tuple[bool, bool], Quadrant] = {
        (True, False): "concentrate here",
        (True, True): "keep up the good work",
        (False, False): "low priority",
        (False, True): "possible overkill",
    }
    important, good = importance >= importance.mean(), place >= np.nanmean(place)
    return tuple(words[bool(i), bool(g)] for i, g in zip(important, good, strict=True))


def penalty_reward(
    sums: DriverSums, kept: list[int], outcome: str, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[KanoClass, ...]]:
    """Penalty and reward `(stage, [estimate, low, high])` and the class of every stage kept.

    Penalty: points of the outcome from low to middle scores, over points of the stage between the two;
    reward: the same from middle to top. Their difference, not their size, tells must-be from attractive, as
    both hold what all stages of a customer share. Ranges are 90%, over samples of groups `(draw, group)`.

    Source: penalty-reward contrasts, Brandt (1987); Mittal, Ross & Baldasare (1998); classes of Kano et al. (1984).
    """
    at = sums.outcomes.index(outcome)
    penalty, reward = np.full((len(kept), 3), np.nan), np.full((len(kept), 3), np.nan)
    classes: list[KanoClass] = []
    for row, k in enumerate(kept):
        mine = sums.bands[:, :, k, :, at]
        if mine[0].sum(axis=0).min() < LEAST_IN_BAND:
            classes.append("not told")
            continue
        below, above = _slopes(mine, np.ones((1, mine.shape[1])))
        drawn_below, drawn_above = _slopes(mine, shares)
        penalty[row], reward[row] = _range(below[0], drawn_below), _range(above[0], drawn_above)
        gap = _range(below[0] - above[0], drawn_below - drawn_above)
        classes.append(_class(penalty[row], reward[row], gap))
    return penalty, reward, tuple(classes)


def _slopes(bands: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Outcome points for a point of the stage, from low to middle and from middle to top `(draw,)` each."""
    _, weight, own, outcome = np.einsum("dg,kgb->kdb", shares, bands)
    known = weight > 0
    own = np.divide(own, weight, out=np.full_like(own, np.nan), where=known)
    outcome = np.divide(outcome, weight, out=np.full_like(outcome, np.nan), where=known)
    steps = np.diff(outcome, axis=1) / np.diff(own, axis=1)
    return steps[:, 0], steps[:, 1]


def _range(estimate: float, draws: np.ndarray) -> np.ndarray:
    half = Z90 * float(np.nanstd(draws))
    return np.array([estimate, estimate - half, estimate + half])


def _class(penalty: np.ndarray, reward: np.ndarray, gap: np.ndarray) -> KanoClass:
    """The class by which of penalty, reward and their difference are clear of zero."""
    if gap[1] > 0 and penalty[1] > 0:
        return "must-be"
    if gap[2] < 0 and reward[1] > 0:
        return "attractive"
    return "performance" if penalty[1] > 0 and reward[1] > 0 else "indifferent"
