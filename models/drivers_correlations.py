"""Correlation matrices of scores from sums of pairs, for the data and for samples of groups of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.cells import DriverSums

# A variance below this share of the mean square is the rounding of sums, not variation.
LEAST_VARIATION = 1e-12
# Pairs given by different customers can contradict each other; the least eigenvalue is then lifted to this.
FLOOR = 1e-6
LEAST_EIGENVALUE = -1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlations:
    """Correlation matrices `(draw, measure, measure)`, the outcome first.

    `means` `(measure,)` and `varied` are of the first draw, `lift` its largest change of a correlation on the way
    to a matrix whose parts can all hold at once; `least` and `most` count the pairs behind a correlation.
    """

    matrix: np.ndarray
    means: np.ndarray
    varied: np.ndarray
    lift: float
    least: float
    most: float


def correlations_of(sums: DriverSums, shares: np.ndarray, at: list[int]) -> Correlations:
    """Correlations of the measures `at`, each over the customers who gave both scores, groups taken `shares` times.

    `shares` is `(draw, group)`. Weighted moments, so that nothing is filled in for a stage not visited.
    """
    take = np.ix_(range(len(sums.n)), at, at)

    def total(part: np.ndarray) -> np.ndarray:
        return np.asarray(np.einsum("dg,gab->dab", shares, part[take], optimize=True))

    n = sums.n[take].sum(axis=0)
    weight = np.maximum(total(sums.weight), np.finfo(float).tiny)
    mean, square = total(sums.first) / weight, total(sums.square) / weight
    across = total(sums.product) / weight - mean * np.swapaxes(mean, 1, 2)
    variance = square - mean**2
    varied = variance > LEAST_VARIATION * square
    variance = np.where(varied, variance, 0.0)
    both = np.sqrt(variance * np.swapaxes(variance, 1, 2))
    raw = np.divide(across, both, out=np.zeros_like(across), where=both > 0)
    matrix = _possible(raw)
    pairs = n[np.triu_indices(len(at), 1)]
    return Correlations(
        matrix=matrix,
        means=np.diagonal(mean[0]).copy(),
        varied=np.diagonal(varied[0]).copy(),
        lift=float(np.abs(matrix[0] - _with_ones(raw)[0]).max()),
        least=float(pairs.min()) if pairs.size else 0.0,
        most=float(pairs.max()) if pairs.size else 0.0,
    )


def _with_ones(matrix: np.ndarray) -> np.ndarray:
    whole: np.ndarray = np.clip(matrix, -1.0, 1.0)
    places = np.arange(matrix.shape[-1])
    whole[:, places, places] = 1.0
    return whole


def _possible(matrix: np.ndarray) -> np.ndarray:
    """The matrices, those with a negative eigenvalue lifted to the nearest with none.

    Source: Rousseeuw & Molenberghs (1993): negative eigenvalues set to a small one, the diagonal back to one.
    """
    whole = _with_ones(matrix)
    values, vectors = np.linalg.eigh(whole)
    broken = values[:, 0] < LEAST_EIGENVALUE
    if broken.any():
        lifted = (vectors[broken] * np.maximum(values[broken], FLOOR)[:, None, :]) @ np.swapaxes(vectors[broken], 1, 2)
        size = np.sqrt(np.einsum("daa->da", lifted))
        whole[broken] = lifted / size[:, :, None] / size[:, None, :]
    return whole
