"""Pareto-smoothed importance weights: weights of draws that say themselves when they cannot be trusted.

Source: Vehtari, Simpson, Gelman, Yao & Gabry (2024); the Pareto fit is that of Zhang & Stephens (2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

KHAT_LIMIT = 0.7
LEAST_TAIL = 5  # weights in the tail, fewer tell no shape
PRIOR_SHAPE, PRIOR_WEIGHT = 0.5, 10  # of the shape, as in the first source
COLUMNS = 256  # fitted at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """Log-weights `(draw, column)` that sum to 1 in each column, and the shape k of their tail `(column,)`.

    A shape of .7 or more says that a few draws carry the answer; minus infinity that all weights are alike.
    """

    log_weights: np.ndarray
    khat: np.ndarray

    def effective(self) -> np.ndarray:
        """How many equally weighted draws each column is worth `(column,)`."""
        return np.asarray(np.exp(-logsumexp(2 * self.log_weights, axis=0)))


def smooth(log_ratios: np.ndarray) -> Smoothed:
    """The weights of draws with the largest put at the quantiles of a Pareto fitted to them.

    `log_ratios` `(draw,)` or `(draw, column)`, each column by itself; the tail is a fifth of the draws, at most three
    times their square root.
    """
    ratios = log_ratios[:, None] if log_ratios.ndim == 1 else log_ratios
    parts = [_smooth(ratios[:, start : start + COLUMNS]) for start in range(0, ratios.shape[1], COLUMNS)]
    logs = np.concatenate([part.log_weights for part in parts], axis=1)
    return Smoothed(log_weights=logs, khat=np.concatenate([part.khat for part in parts]))


def _smooth(ratios: np.ndarray) -> Smoothed:
    draws = len(ratios)
    size = int(np.ceil(min(0.2 * draws, 3 * np.sqrt(draws))))
    logs = ratios - ratios.max(axis=0)
    khat = np.full(logs.shape[1], -np.inf)
    order = np.argsort(logs, axis=0, kind="stable")[-size - 1 :]
    top = np.take_along_axis(logs, order, axis=0)
    cutoff = np.exp(np.maximum(top[0], np.log(np.finfo(float).tiny)))
    excess = np.exp(top[1:]) - cutoff
    fitted = (size >= LEAST_TAIL) & (top[-1] - top[1] > 1e-12) & (excess[size // 4] > 0)
    if fitted.any():
        shape, spread = fit_pareto(excess[:, fitted])
        places = ((np.arange(size) + 0.5) / size)[:, None]
        with np.errstate(over="ignore"):
            smoothed = np.log(_quantile(places, shape, spread) + cutoff[fitted])
        logs = _put(logs, order[1:], np.minimum(smoothed, 0.0), fitted)
        khat[fitted] = shape
    khat[~fitted & (top[-1] - top[0] > 1.0)] = np.inf  # all weight on a handful
    return Smoothed(log_weights=logs - logsumexp(logs, axis=0), khat=khat)


def _put(logs: np.ndarray, order: np.ndarray, values: np.ndarray, columns: np.ndarray) -> np.ndarray:
    out, mine = logs.copy(), logs[:, columns]
    np.put_along_axis(mine, order[:, columns], values, axis=0)
    out[:, columns] = mine
    return out


def _quantile(place: np.ndarray, shape: np.ndarray, spread: np.ndarray) -> np.ndarray:
    flat = np.abs(shape) < 1e-8
    bent = np.where(flat, 1.0, shape)
    return np.asarray(np.where(flat, -spread * np.log1p(-place), spread * np.expm1(-bent * np.log1p(-place)) / bent))


def fit_pareto(excess: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shape and scale `(column,)` of generalized Pareto samples `(n, column)`, ascending in each column.

    The mean over a grid of the profile likelihood, the shape drawn weakly towards .5. Source: Zhang & Stephens (2009).
    """
    n = len(excess)
    grid = 30 + int(np.sqrt(n))
    quarter, largest = excess[int(n / 4 + 0.5) - 1], excess[-1]
    steps = 1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))
    rate = steps[:, None] / (3 * np.maximum(quarter, np.finfo(float).tiny)) + 1 / largest
    shapes = np.stack([np.log1p(-one * excess).mean(axis=0) for one in rate])
    with np.errstate(divide="ignore", invalid="ignore"):
        profile = n * (np.log(-rate / shapes) - shapes - 1)
    weight = np.exp(profile - logsumexp(np.nan_to_num(profile, nan=-np.inf), axis=0))
    found = (rate * np.nan_to_num(weight)).sum(axis=0)
    shape = np.log1p(-found * excess).mean(axis=0)
    drawn = (n * shape + PRIOR_WEIGHT * PRIOR_SHAPE) / (n + PRIOR_WEIGHT)
    return drawn, -shape / found
