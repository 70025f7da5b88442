"""Draws of Normals, and of what makes a Normal another law, in many chains at once."""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, ndtri_exp


def normal(precision: np.ndarray, side: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A draw of N(P^-1 side, P^-1) in every chain: precision (c, k, k), side (c, k)."""
    root = np.linalg.cholesky(precision)
    half = np.linalg.solve(root, side[..., None]) + rng.standard_normal((*side.shape, 1))
    return np.asarray(np.linalg.solve(np.swapaxes(root, -1, -2), half)[..., 0])


def positive_normal(mean: np.ndarray, sd: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A draw of N(mean, sd^2) given that it is above zero."""
    tail = log_ndtr(mean / sd) + np.log(rng.uniform(size=mean.shape))
    return np.asarray(np.maximum(mean - sd * ndtri_exp(tail), 1e-9))


def t3_local(unit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A draw of the local scales that make a Normal a T3, given effects over their common scale."""
    return np.asarray(np.sqrt((3 + unit**2) / 2 / rng.gamma(2.0, size=unit.shape)))
