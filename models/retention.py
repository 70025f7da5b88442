"""How leaving goes on: tenure, and the disposition that makes survivors stay longer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize

FRAILTY_PRIOR = (-0.7, 0.8)  # log variance of the frailty: about .5, a wide range either way
LEAST_FRAILTY = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Frailty:
    """Gamma frailty of the leaving intensity among customers of one kind: log variance and its se.

    `known` is False where no joining dates tell tenure; the variance is then the prior's.
    """

    log_variance: float
    se: float
    known: bool

    def draw(self, rng: np.random.Generator, draws: int) -> np.ndarray:
        """Draws of the variance `(draw,)`."""
        return np.exp(self.log_variance + self.se * rng.standard_normal(draws))


def fit_frailty(leaving: pd.DataFrame) -> Frailty:
    """The frailty that makes leaving fall with tenure as it does.

    With intensity lambda and gamma frailty of variance v, survivors of tenure s leave with intensity
    lambda / (1 + v lambda s): the continuous twin of the shifted beta-geometric.
    Source: Fader & Hardie (2007), Vaupel, Manton & Stallard (1979).

    Args:
        leaving: cells with persona, tenure (periods, -1 unknown), n, leavers.
    """
    rows = leaving[leaving["tenure"] >= 0].copy()
    if rows["leavers"].sum() < 20 or rows["tenure"].nunique() < 3:
        return Frailty(log_variance=FRAILTY_PRIOR[0], se=FRAILTY_PRIOR[1], known=False)
    codes = rows["persona"].astype("category").cat.codes.to_numpy()
    groups = codes.max() + 1
    n, gone, s = (rows[name].to_numpy(float) for name in ("n", "leavers", "tenure"))

    def minus_log_posterior(p: np.ndarray) -> float:
        rate, v = np.exp(p[codes]), np.exp(p[-1])
        start = np.log1p(v * rate * s) / v
        step = np.log1p(v * rate * (s + 1)) / v - start
        log_likelihood = gone @ np.log(-np.expm1(-step)) - (n - gone) @ step
        return float(-log_likelihood + ((p[-1] - FRAILTY_PRIOR[0]) / FRAILTY_PRIOR[1]) ** 2 / 2)

    overall = gone.sum() / n.sum()
    first = np.append(np.full(groups, np.log(overall) + 0.3), FRAILTY_PRIOR[0])
    found = minimize(minus_log_posterior, first, method="L-BFGS-B", bounds=[(-14, 3)] * groups + [(-7, 3)])
    return Frailty(log_variance=float(found.x[-1]), se=_curvature_se(minus_log_posterior, found.x), known=True)


def _curvature_se(function: object, at: np.ndarray) -> float:
    """Standard error of the last parameter from a central-difference Hessian."""
    assert callable(function)
    step = 1e-3
    size = len(at)
    hessian = np.zeros((size, size))
    eye = np.eye(size) * step
    for i in range(size):
        for j in range(i, size):
            ends = [function(at + a * eye[i] + b * eye[j]) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            hessian[i, j] = hessian[j, i] = (ends[0] - ends[1] - ends[2] + ends[3]) / (4 * step**2)
    variance = np.linalg.pinv(hessian)[-1, -1]
    return float(np.sqrt(variance)) if variance > 0 else FRAILTY_PRIOR[1]


def intensity_of(rate: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """The mean intensity now of a group that loses `rate` of itself in a period, under gamma frailty.

    Inverts 1 - (1 + v x)^(-1/v) = rate.
    """
    v = np.maximum(variance, LEAST_FRAILTY)
    return np.asarray(np.expm1(-v * np.log1p(-np.clip(rate, 0, 1 - 1e-9))) / v)


def survival(cumulated: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Share of a group still there after a cumulated intensity, under gamma frailty: (1 + v x)^(-1/v)."""
    v = np.maximum(variance, LEAST_FRAILTY)
    # in place: memory costs more than logarithms where there are many draws, bands and periods
    out = np.asarray(v * cumulated, dtype=float)
    np.log1p(out, out=out)
    np.divide(out, -v, out=out)
    return np.asarray(np.exp(out, out=out))
