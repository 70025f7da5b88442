"""What a decision is worth on average once something is known: value regressed on it, by penalised splines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.interpolate import BSpline
from scipy.linalg import block_diag, eigh

INTERIOR = 8  # knots of each column, at its quantiles
CROSSED = 6  # columns up to which every pair has a product term
PENALTIES = np.logspace(-6, 6, 37)
FOLDS = 5
EDGE = 0.005  # of the draws, beyond which a column is held: a straight tail would be told by a handful
CUBIC = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One known quantity: its place, what it is held to, mean and spread, and the knots of its spline in spreads."""

    place: int
    bounds: tuple[float, float]
    mean: float
    sd: float
    knots: np.ndarray

    def held(self, known: np.ndarray) -> np.ndarray:
        """Its values in spreads from the mean, within the bounds `(draw,)`."""
        return np.asarray((np.clip(known[:, self.place], *self.bounds) - self.mean) / self.sd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoother:
    """A penalised regression ready for any value: one decomposition for all of them.

    `turn` `(raw term, term)` leads from the raw terms less their `centre` to terms that are orthonormal over the
    draws and penalised each by its own `bend` `(term,)`; `scores` `(draw, term)` are these.
    """

    columns: tuple[Column, ...]
    centre: np.ndarray
    turn: np.ndarray
    bend: np.ndarray
    scores: np.ndarray


def expected_given(value: np.ndarray, known: np.ndarray) -> np.ndarray:
    """E[value | known] at every draw `(..., draw)`, by a penalised cubic spline of each column and their products.

    The penalty is on the squared second derivative, as strong as generalised cross-validation has it.
    Source: Strong, Oakley & Brennan (2014), with the smoothing of Craven & Wahba (1979).

    Args:
        value: `(..., draw)`, each row on its own.
        known: `(draw, column)`; a column without spread tells nothing.
    """
    return _predict(smoother(known), value, known)


def expected_elsewhere(value: np.ndarray, known: np.ndarray) -> np.ndarray:
    """E[value | known] at every draw `(..., draw)`, learnt from other draws alone: none has a say in its own.

    What a rule learnt in this way earns on the draws owes nothing to chance that the rule has seen.
    """
    fold = np.arange(len(known)) % FOLDS
    out = np.empty(np.shape(value), dtype=float)
    for one in range(FOLDS):
        there, rest = fold == one, fold != one
        out[..., there] = _predict(smoother(known[rest]), value[..., rest], known[there])
    return out


def worth_of_choosing(expected: np.ndarray) -> float:
    """What it adds to choose by what is then expected `(action, draw)`, and not once for all: E max - max E."""
    return float(expected.max(axis=0).mean() - expected.mean(axis=1).max())


def smoother(known: np.ndarray) -> Smoother:
    """The regression on `known` `(draw, column)`, decomposed (Demmler & Reinsch 1975)."""
    columns = tuple(_column(known[:, place], place) for place in range(known.shape[1]) if _spread(known[:, place]))
    raw = _terms(columns, known)
    centre = raw.mean(axis=0)
    raw = raw - centre
    # what other terms say already has no weight of its own
    weight, axes = np.linalg.eigh(raw.T @ raw)
    kept = weight > 1e-9 * weight.max(initial=0.0)
    white = axes[:, kept] / np.sqrt(weight[kept])
    bend, turned = eigh(white.T @ _bending(columns) @ white) if kept.any() else (np.zeros(0), np.eye(0))
    turn = white @ turned
    return Smoother(columns=columns, centre=centre, turn=turn, bend=np.maximum(bend, 0.0), scores=raw @ turn)


def _spread(values: np.ndarray) -> bool:
    return bool(np.ptp(values) > 1e-12 * np.abs(values).max(initial=0.0))


def _column(values: np.ndarray, place: int) -> Column:
    low, high = np.quantile(values, [EDGE, 1 - EDGE])
    if high <= low:
        low, high = values.min(), values.max()
    inside = np.clip(values, low, high)
    mean, sd = float(inside.mean()), float(inside.std())
    first, last = (low - mean) / sd, (high - mean) / sd
    steps = np.unique((np.quantile(inside, np.arange(1, INTERIOR + 1) / (INTERIOR + 1)) - mean) / sd)
    steps = steps[(steps > first + 1e-6) & (steps < last - 1e-6)]
    knots = np.concatenate([np.repeat(first, CUBIC + 1), steps, np.repeat(last, CUBIC + 1)])
    return Column(place=place, bounds=(float(low), float(high)), mean=mean, sd=sd, knots=knots)


def _pairs(columns: tuple[Column, ...]) -> list[tuple[int, int]]:
    return list(combinations(range(len(columns)), 2)) if len(columns) <= CROSSED else []


def _terms(columns: tuple[Column, ...], known: np.ndarray) -> np.ndarray:
    """Raw terms `(draw, term)`: the spline of each column, then the products of pairs."""
    if not columns:
        return np.zeros((len(known), 0))
    held = [np.clip(column.held(known), column.knots[0], column.knots[-1]) for column in columns]
    splines = [BSpline.design_matrix(z, c.knots, CUBIC).toarray() for c, z in zip(columns, held, strict=True)]
    return np.concatenate([*splines, *((held[i] * held[j])[:, None] for i, j in _pairs(columns))], axis=1)


def _bending(columns: tuple[Column, ...]) -> np.ndarray:
    """The penalty `(raw term, raw term)`: of a spline its squared second derivative, of a product its mixed ones."""
    return np.asarray(block_diag(*(_roughness(c.knots) for c in columns), *([[2.0]] for _ in _pairs(columns))))


def _roughness(knots: np.ndarray) -> np.ndarray:
    """Integrals of products of second derivatives of a cubic spline's terms, exact by two points an interval."""
    marks = np.unique(knots)
    half = np.diff(marks) / 2
    middle = marks[:-1] + half
    at = np.concatenate([middle - half / np.sqrt(3), middle + half / np.sqrt(3)])
    second = BSpline(knots, np.eye(len(knots) - CUBIC - 1), CUBIC).derivative(2)(at)
    return np.asarray(second.T @ (np.concatenate([half, half])[:, None] * second))


def _predict(held: Smoother, value: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The fit of each row of `value` at every row of `known`, at the penalty that its cross-validation finds."""
    draws = len(held.scores)
    mean = value.mean(axis=-1, keepdims=True)
    told = (value - mean) @ held.scores
    shrink = 1 / (1 + PENALTIES[:, None] * held.bend)
    around = ((value - mean) ** 2).sum(axis=-1)
    # by penalty: what is left over, and how many terms are in use
    left = around[..., None] - (told**2) @ (1 - (1 - shrink) ** 2).T
    used = 1 + shrink.sum(axis=1)
    score = np.maximum(left, 0.0) / np.maximum(1 - used / draws, 1e-9) ** 2
    best = shrink[score.argmin(axis=-1)]
    new = (_terms(held.columns, known) - held.centre) @ held.turn
    return np.asarray(mean + (told * best) @ new.T)
