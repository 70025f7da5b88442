"""The maximum of a likelihood of positive parameters, with standard errors from the observed information."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

WIDEST_LOG = 3.0  # of a log parameter that the data say nothing of: a factor of twenty either way
PROPOSED = 4  # for each draw that is kept
_STEP = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Estimates of the parameters `names`, and what it takes to draw them.

    `estimate` and `se` `(parameter,)` are on the scale of print. `at` `(parameter,)` are the logs the
    likelihood was searched in, within `low` and `high`, with their `covariance`. `loglik` is at the maximum of
    `likelihood`, which takes positive parameters.
    """

    names: tuple[str, ...]
    estimate: np.ndarray
    se: np.ndarray
    at: np.ndarray
    low: np.ndarray
    high: np.ndarray
    covariance: np.ndarray
    loglik: float
    likelihood: Callable[[np.ndarray], float]

    def draws(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Draws of the searched parameters, logs taken off `(draw, parameter)`.

        Proposed by the Normal of estimate and covariance and chosen in proportion to how much likelier the data
        make them than that does: along a ridge the Normal alone is far off. Source: Rubin (1987), SIR.
        """
        values, vectors = np.linalg.eigh(self.covariance)
        noise = rng.standard_normal((PROPOSED * count, len(self.at)))
        tried = self.at + noise * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
        inside = ((tried >= self.low) & (tried <= self.high)).all(axis=1)
        tried, noise = tried[inside], noise[inside]
        if not len(tried):
            return np.tile(np.exp(self.at), (count, 1))
        with np.errstate(all="ignore"):
            found = np.array([self.likelihood(one) for one in np.exp(tried)])
        log_weight = np.where(np.isfinite(found), found - self.loglik + (noise**2).sum(axis=1) / 2, -np.inf)
        share = np.cumsum(np.exp(log_weight - log_weight.max()))
        places = (np.arange(count) + rng.random()) / count * share[-1]
        return np.asarray(np.exp(tried[np.searchsorted(share, places)]))


def maximise(
    loglik: Callable[[np.ndarray], float],
    names: tuple[str, ...],
    starts: tuple[tuple[float, ...], ...],
    bounds: tuple[tuple[float, float], ...],
    printed: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Fit:
    """The best of the searches from each start.

    Args:
        loglik: log-likelihood of the positive parameters `(parameter,)`.
        names: what the parameters are called.
        starts: positive parameters to begin at.
        bounds: of the logs of the parameters.
        printed: from positive parameters to those that are printed; the same where None.
    """
    shown = printed or (lambda p: p)

    def minus(at: np.ndarray) -> float:
        with np.errstate(all="ignore"):  # corners of the search overflow; they are refused
            found = loglik(np.exp(at))
        return -found if np.isfinite(found) else 1e12

    scale = max(abs(minus(np.log(starts[0]))), 1.0)
    searches = [
        minimize(
            lambda at: minus(at) / scale,
            np.log(start),
            method="L-BFGS-B",
            jac="3-point",
            bounds=bounds,
            options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000},
        )
        for start in starts
    ]
    best = min(searches, key=lambda one: float(one.fun))
    at = np.asarray(best.x, dtype=float)
    low, high = np.array(bounds).T
    covariance = _covariance(_hessian(minus, at))
    slopes = _slopes(lambda one: shown(np.exp(one)), at)
    return Fit(
        names=names,
        estimate=np.asarray(shown(np.exp(at)), dtype=float),
        se=np.sqrt(np.maximum(np.diag(slopes @ covariance @ slopes.T), 0.0)),
        at=at,
        low=low,
        high=high,
        covariance=covariance,
        loglik=-minus(at),
        likelihood=loglik,
    )


def _covariance(information: np.ndarray) -> np.ndarray:
    """The inverse of the information, no direction wider than `WIDEST_LOG`: along a ridge the data say nothing."""
    values, vectors = np.linalg.eigh(information)
    variance = 1 / np.maximum(values, WIDEST_LOG**-2)
    return np.asarray((vectors * variance) @ vectors.T)


def _hessian(function: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    """Second derivatives by central differences."""
    size, eye = len(at), np.eye(len(at)) * _STEP * 10
    found = np.zeros((size, size))
    for i in range(size):
        for j in range(i, size):
            ends = [function(at + a * eye[i] + b * eye[j]) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            found[i, j] = found[j, i] = (ends[0] - ends[1] - ends[2] + ends[3]) / (4 * (_STEP * 10) ** 2)
    return found


def _slopes(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    """First derivatives of each output by each input, by central differences `(output, input)`."""
    eye = np.eye(len(at)) * _STEP
    return np.column_stack([(function(at + one) - function(at - one)) / (2 * _STEP) for one in eye])
