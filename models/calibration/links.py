"""The shape of what a score goes with: a straight line unless another shape tells more out of sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.calibration.bounded import deviance, fit_bounded
from models.calibration.slopes import Link, LinkChoice, Regression

FOLDS = 5
LEVELS = 9
CLEAR = 2.0  # standard errors by which a shape must gain on the straight line
TOP_SHARE = 0.75  # of the answers lie below the point from which excellent begins
IN_MONEY = ("margin", "cost_to_serve")

Basis = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One shape: `basis` gives its columns from scores and their centres; `one_way` columns keep the line's sign."""

    link: Link
    basis: Basis
    one_way: bool = False


def choose_link(regression: Regression, centre: float | None = None) -> LinkChoice:
    """The shape that tells most of rows it was not fitted on; a straight line where none gains by two errors.

    Shapes: penalty and reward around `centre` (where None the persona's median), monotone levels, another slope at
    the top. Folds by a hash of the unit, or of the row: the same on every machine. Of a score that was centred
    on its unit's own mean, `centre` 0 asks whether falls go with more than rises.
    Source: Anderson & Mittal (2000); Buerkner & Charpentier (2020); the rule of Vehtari, Gelman & Gabry (2017).
    """
    score = regression.x[regression.slope.term].to_numpy(float)
    weight = _weight(regression)
    centres = _centres(regression, score, weight, centre)
    line = Shape(link="linear", basis=lambda x, c: (x - c)[:, None])
    best, gain, se = line, 0.0, 0.0
    if len(np.unique(score)) >= 3:
        held_out = _held_out(regression, line, centres)
        for shape in _shapes(score, weight):
            each = held_out - _held_out(regression, shape, centres)
            found, found_se = _gain(each, regression.keys)
            if _ranks(found, found_se, shape) > _ranks(gain, se, best):
                best, gain, se = shape, found, found_se
    chosen = best if gain > CLEAR * se and gain > 0 else line
    return _choice(regression, chosen, (gain, se), centres)


def _ranks(gain: float, se: float, shape: Shape) -> tuple[bool, float]:
    """Shapes clear of the line before others, then by their gain."""
    return shape.link != "linear" and gain > CLEAR * se and gain > 0, gain


def _shapes(score: np.ndarray, weight: np.ndarray) -> list[Shape]:
    shapes = [Shape(link="penalty and reward", basis=_penalty_reward)]
    top = _quantile(score, weight, TOP_SHARE)
    if score.min() < top < score.max():
        shapes.append(Shape(link="steeper or flatter at the top", basis=lambda x, c: _hinged(x, c, top)))
    cuts = _cuts(score, weight)
    if len(cuts) >= 2:
        shapes.append(Shape(link="levels", basis=lambda x, _: (x[:, None] > cuts).astype(float), one_way=True))
    return shapes


def _penalty_reward(x: np.ndarray, centre: np.ndarray) -> np.ndarray:
    return np.column_stack([np.minimum(x - centre, 0.0), np.maximum(x - centre, 0.0)])


def _hinged(x: np.ndarray, centre: np.ndarray, top: float) -> np.ndarray:
    return np.column_stack([x - centre, np.maximum(x - top, 0.0)])


def _held_out(regression: Regression, shape: Shape, centres: np.ndarray) -> np.ndarray:
    """The deviance of each row when its fold was left out of the fit `(row,)`."""
    columns, held, sign = _columns(regression, shape, centres)
    fold = _folds(regression)
    found = np.zeros(len(columns))
    weight = _row_weight(regression)
    whole = fit_bounded(regression.family, regression.y, columns, weight, (held, sign))
    for k in range(FOLDS):
        train = fold != k
        if train.all() or not train.any():
            continue
        b = fit_bounded(regression.family, regression.y[train], columns[train], weight[train], (held, sign), whole)
        found[~train] = deviance(regression.family, regression.y[~train], columns[~train] @ b, weight[~train])
    if regression.family == "gaussian":
        found /= regression.slope.se**2 * _information(regression)
    return found


def _information(regression: Regression) -> float:
    """X'WX of the score given the rest: with the slope's standard error, the variance of a row."""
    x = regression.x.to_numpy(float)
    place = regression.x.columns.get_loc(regression.slope.term)
    root = np.sqrt(_row_weight(regression))[:, None]
    others = np.delete(x, place, axis=1) * root
    mine = x[:, place] * root[:, 0]
    left = mine - others @ np.linalg.lstsq(others, mine, rcond=None)[0] if others.shape[1] else mine
    return float(left @ left)


def _columns(regression: Regression, shape: Shape, centres: np.ndarray) -> tuple[np.ndarray, int, float]:
    """The design with the score in its shape, how many columns come before it, and the sign they keep (0 free)."""
    held = regression.x.drop(columns=regression.slope.term).to_numpy(float)
    score = regression.x[regression.slope.term].to_numpy(float)
    sign = float(np.sign(regression.slope.estimate)) if shape.one_way else 0.0
    return np.column_stack([held, shape.basis(score, centres)]), held.shape[1], sign


def _folds(regression: Regression) -> np.ndarray:
    if "unit" in regression.keys:
        hashed = pd.util.hash_pandas_object(regression.keys["unit"].astype(str), index=False)
    else:
        rows = pd.DataFrame(np.column_stack([regression.x.to_numpy(float), regression.y]))
        hashed = pd.util.hash_pandas_object(rows, index=False)
    return np.asarray(hashed.to_numpy(np.uint64) % np.uint64(FOLDS), dtype=int)


def _gain(each: np.ndarray, keys: pd.DataFrame) -> tuple[float, float]:
    """Deviance gained and its standard error, summed within units first where rows have one."""
    sums = pd.Series(each).groupby(keys["unit"].to_numpy()).sum() if "unit" in keys else pd.Series(each)
    return float(sums.sum()), float(np.sqrt(len(sums)) * sums.std()) if len(sums) > 1 else 0.0


def _choice(regression: Regression, shape: Shape, gain: tuple[float, float], centres: np.ndarray) -> LinkChoice:
    columns, held, sign = _columns(regression, shape, centres)
    b = fit_bounded(regression.family, regression.y, columns, _row_weight(regression), (held, sign))[held:]
    score, weight = regression.x[regression.slope.term].to_numpy(float), _weight(regression)
    middle = float(np.average(centres, weights=weight))
    levels = _levels(score, weight)
    beside = np.full(len(levels), middle)
    told = shape.basis(levels, beside) @ b - shape.basis(np.array([middle]), np.array([middle])) @ b
    curve = told if regression.slope.outcome in IN_MONEY else np.exp(told)
    return LinkChoice(
        outcome=regression.slope.outcome,
        term=regression.slope.term,
        chosen=shape.link,
        gain=gain[0],
        gain_se=gain[1],
        centre=middle,
        curve=dict(zip(levels.tolist(), curve.tolist(), strict=True)),
        sentence=_sentence(shape.link, b, middle, (score, weight), levels),
    )


def _sentence(
    link: Link, b: np.ndarray, middle: float, scores: tuple[np.ndarray, np.ndarray], levels: np.ndarray
) -> str:
    if link == "penalty and reward":
        ratio = abs(b[0] / b[1]) if b[1] else np.inf
        if b[0] * b[1] < 0 or not 0.05 <= ratio <= 20:
            side = "below" if abs(b[0]) > abs(b[1]) else "above"
            return (
                f"A point {side} {middle:.3g} is the one that counts; on the other side hardly anything goes with it."
            )
        return f"A point below {middle:.3g} goes with {ratio:.1f} times as much as a point above it."
    if link == "steeper or flatter at the top":
        top = _quantile(*scores, TOP_SHARE)
        ratio = (b[0] + b[1]) / b[0] if b[0] else np.inf
        more = "hardly anything" if abs(ratio) < 0.05 or ratio < 0 else f"{ratio:.1f} times as much as below"
        return f"From {top:.3g} up a point goes with {more}."
    if link == "levels":
        step = int(np.argmax(np.abs(b)))
        low, high = levels[levels <= _cuts(*scores)[step]].max(), levels[levels > _cuts(*scores)[step]].min()
        return (
            f"A point does not go with the same at every level; the largest step lies between {low:.3g} and {high:.3g}."
        )
    return "A point goes with as much at every level: no other shape tells more of rows it was not fitted on."


def _centres(regression: Regression, score: np.ndarray, weight: np.ndarray, centre: float | None) -> np.ndarray:
    if centre is not None:
        return np.full(len(score), float(centre))
    found = np.zeros(len(score))
    for persona in regression.keys["persona"].unique():
        mine = (regression.keys["persona"] == persona).to_numpy()
        found[mine] = _quantile(score[mine], weight[mine], 0.5)
    return found


def _weight(regression: Regression) -> np.ndarray:
    """Customers of each row `(row,)`."""
    return np.asarray(regression.y.sum(axis=1)) if regression.family == "cloglog" else _row_weight(regression)


def _row_weight(regression: Regression) -> np.ndarray:
    if regression.family == "cloglog" or regression.weights is None:
        return np.ones(len(regression.x))
    return np.asarray(regression.weights, dtype=float)


def _quantile(x: np.ndarray, weight: np.ndarray, share: float) -> float:
    order = np.argsort(x, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    place = min(int(np.searchsorted(reached, share - 1e-12)), len(x) - 1)
    return float(x[order][place])


def _levels(score: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Up to nine levels that the answers lie at: the levels themselves where few, else quantiles."""
    known = np.unique(np.round(score, 9))
    if len(known) <= LEVELS:
        return known
    return np.unique([_quantile(score, weight, share) for share in (np.arange(LEVELS) + 0.5) / LEVELS])


def _cuts(score: np.ndarray, weight: np.ndarray) -> np.ndarray:
    levels = _levels(score, weight)
    return np.asarray((levels[1:] + levels[:-1]) / 2)
