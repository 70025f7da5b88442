"""Fits whose last coefficients may be kept to one sign, for shapes that never turn back."""

from __future__ import annotations

from typing import Literal

import numpy as np

STEPS = 30
STEPS_ON = 2  # from a near fit: each step squares what is left, far below what a fold differs by
AT_REST = 1e-6
JITTER = 1e-10  # of the mean curvature: columns that a fold leaves empty get a coefficient of 0
ETA = (-30.0, 3.0)
LEAST = 1e-12

Family = Literal["gaussian", "cloglog"]


def fit_bounded(
    family: Family,
    y: np.ndarray,
    x: np.ndarray,
    weight: np.ndarray,
    bound: tuple[int, float],
    start: np.ndarray | None = None,
) -> np.ndarray:
    """Coefficients `(column,)`; from column `bound[0]` on none has the sign opposite to `bound[1]` (0: free).

    Least squares, or Fisher scoring of a complementary log-log leaving rate on leavers and stayers `(row, 2)`,
    from the coefficients `start` where a near fit is known.
    """
    if family == "gaussian":
        return _solve(x, weight, y, bound)
    n, left = y.sum(axis=1), y[:, 0]
    rate = float(np.clip(left.sum() / n.sum(), LEAST, 1 - LEAST))
    b = np.zeros(x.shape[1]) if start is None else start
    eta = np.full(len(x), np.log(-np.log1p(-rate))) if start is None else np.clip(x @ start, *ETA)
    for _ in range(STEPS if start is None else STEPS_ON):
        hazard, slope, variance = _rate(eta)
        new = _solve(x, n * slope**2 / variance, eta + (left / n - hazard) / slope, bound)
        rested = np.abs(new - b).max() < AT_REST
        b, eta = new, np.clip(x @ new, *ETA)
        if rested:
            break
    return b


def deviance(family: Family, y: np.ndarray, eta: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """What each row adds to the deviance `(row,)`, up to what does not depend on the fit."""
    if family == "gaussian":
        return np.asarray(weight * (y - eta) ** 2)
    hazard, _, _ = _rate(np.clip(eta, *ETA))
    return np.asarray(-2 * (y[:, 0] * np.log(hazard) + y[:, 1] * np.log1p(-hazard)))


def _rate(eta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    intensity = np.exp(eta)
    hazard = np.clip(-np.expm1(-intensity), LEAST, 1 - LEAST)
    return hazard, intensity * (1 - hazard), hazard * (1 - hazard)


def _solve(x: np.ndarray, weight: np.ndarray, target: np.ndarray, bound: tuple[int, float]) -> np.ndarray:
    gram = (x * weight[:, None]).T @ x
    gram += np.eye(len(gram)) * JITTER * np.trace(gram) / len(gram)
    pull = x.T @ (weight * target)
    first, sign = bound
    if sign == 0:
        return np.asarray(np.linalg.solve(gram, pull))
    from scipy.optimize import lsq_linear

    root = np.linalg.cholesky(gram)
    low, high = np.full(len(gram), -np.inf), np.full(len(gram), np.inf)
    (low if sign > 0 else high)[first:] = 0.0
    return np.asarray(lsq_linear(root.T, np.linalg.solve(root, pull), (low, high), method="bvls").x)
