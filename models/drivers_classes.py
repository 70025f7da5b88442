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
    reward: the same from middle to top. Both hold what all stages of a customer share, a mood or a way to use
    the scale, which bends all alike: a stage is told from the others by its difference of the two against the
    mean difference of all. Ranges are 90%, over samples of groups `(draw, group)`.

    Source: penalty-reward contrasts, Brandt (1987); Mittal, Ross & Baldasare (1998); classes of Kano et al. (1984).
    """
    at = sums.outcomes.index(outcome)
    told = [row for row, k in enumerate(kept) if sums.bands[0, :, k, :, at].sum(axis=0).min() >= LEAST_IN_BAND]
    penalty, reward = np.full((len(kept), 3), np.nan), np.full((len(kept), 3), np.nan)
    classes: list[KanoClass] = ["not told"] * len(kept)
    if not told:
        return penalty, reward, tuple(classes)
    takes = np.concatenate([np.ones((1, shares.shape[1])), shares])
    slopes = np.array([_slopes(sums.bands[:, :, kept[row], :, at], takes) for row in told])
    gaps = slopes[:, 0] - slopes[:, 1]
    apart = gaps - gaps.mean(axis=0)
    for place, row in enumerate(told):
        penalty[row], reward[row] = _range(slopes[place, 0]), _range(slopes[place, 1])
        classes[row] = _class(penalty[row], reward[row], _range(apart[place]))
    return penalty, reward, tuple(classes)


def _slopes(bands: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Outcome points for a point of the stage, from low to middle and from middle to top `(draw,)` each."""
    _, weight, own, outcome = np.einsum("dg,kgb->kdb", shares, bands)
    known = weight > 0
    own = np.divide(own, weight, out=np.full_like(own, np.nan), where=known)
    outcome = np.divide(outcome, weight, out=np.full_like(outcome, np.nan), where=known)
    steps = np.diff(outcome, axis=1) / np.diff(own, axis=1)
    return steps[:, 0], steps[:, 1]


def _range(draws: np.ndarray) -> np.ndarray:
    """Estimate, low and high of an estimate followed by its samples."""
    half = Z90 * float(np.nanstd(draws[1:]))
    return np.array([draws[0], draws[0] - half, draws[0] + half])


def _class(penalty: np.ndarray, reward: np.ndarray, apart: np.ndarray) -> KanoClass:
    """The class by which of penalty, reward and their difference against all stages are clear of zero."""
    if apart[1] > 0 and penalty[1] > 0 and penalty[0] > reward[0]:
        return "must-be"
    if apart[2] < 0 and reward[1] > 0 and reward[0] > penalty[0]:
        return "attractive"
    return "performance" if penalty[1] > 0 and reward[1] > 0 else "indifferent"
