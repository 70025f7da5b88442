"""Importance of predictors: exact splits of R-squared, from a correlation matrix."""

from __future__ import annotations

from math import comb

import numpy as np

EXACT_LIMIT = 20
# A predictor with less variance of its own than this, beside those already in, is their copy and adds nothing.
LEAST_OWN_VARIANCE = 1e-10
# Residual variances held at a time: 2^22 doubles are 32 MB, and a step of the doubling holds about three times that.
MOST_HELD = 1 << 22


def lmg(correlation: np.ndarray, with_outcome: np.ndarray) -> np.ndarray:
    """Average gain in R-squared of every predictor over all orders `(..., predictor)`; exact.

    Of exact copies one adds nothing beside the other, so that they share alike: treat them as one.

    Source: Lindeman, Merenda & Gold (1980); the Shapley value of R-squared; Groemping (2006).

    Args:
        correlation: among predictors `(..., predictor, predictor)`.
        with_outcome: of each predictor with the outcome `(..., predictor)`.

    Raises:
        ValueError: more than `EXACT_LIMIT` predictors.
    """
    p = with_outcome.shape[-1]
    if p > EXACT_LIMIT:
        raise ValueError(f"exact importance stops at {EXACT_LIMIT} predictors, found {p}")
    draws = with_outcome.reshape(-1, p)
    matrices = correlation.reshape(-1, p, p)
    step = max(1, MOST_HELD >> (p + 2))
    parts = [
        _shapley(subset_r2(matrices[start : start + step], draws[start : start + step]))
        for start in range(0, len(draws), step)
    ]
    return np.concatenate(parts).reshape(with_outcome.shape)


def subset_r2(correlation: np.ndarray, with_outcome: np.ndarray) -> np.ndarray:
    """R-squared of every subset of predictors `(draw, 2^predictor)`, indexed by bit mask.

    Predictors enter one at a time. Before the j-th there are 2^j tables, one a subset of those before it, of
    the covariances left among predictors still to come and the outcome; each is kept as it is (j stays out)
    and swept by j (j is in). Doubling the tables while they shrink costs about ten operations a subset.

    Source: Gram-Schmidt by sweeps, Goodnight (1979).
    """
    draws, p = with_outcome.shape
    left = np.empty((p + 1, p + 1, 1, draws))
    left[:p, :p, 0] = correlation.transpose(1, 2, 0)
    left[p, :p, 0] = left[:p, p, 0] = with_outcome.T
    left[p, p] = 1.0
    for _ in range(p):
        own, with_rest, rest = left[0, 0], left[0, 1:], left[1:, 1:]
        known = own > LEAST_OWN_VARIANCE
        share = with_rest * np.divide(1.0, own, out=np.zeros_like(own), where=known)
        both = np.empty((*rest.shape[:2], 2 * rest.shape[2], draws))
        both[:, :, : rest.shape[2]] = rest
        np.multiply(share[:, None], with_rest[None, :], out=both[:, :, rest.shape[2] :])
        np.subtract(rest, both[:, :, rest.shape[2] :], out=both[:, :, rest.shape[2] :])
        left = both
    return np.asarray(1.0 - left[0, 0].T)


def _shapley(r2: np.ndarray) -> np.ndarray:
    """Mean gain over all orders `(draw, predictor)` of the worth of every subset `(draw, 2^predictor)`."""
    draws, subsets = r2.shape
    p = subsets.bit_length() - 1
    sizes = np.bitwise_count(np.arange(subsets, dtype=np.uint32))
    share = np.array([1 / (p * comb(p - 1, k)) for k in range(p)])
    as_member = np.append(0.0, share)[sizes]
    as_absent = np.append(share, 0.0)[sizes]
    # sum over subsets with j of what they are worth as members, less those without j as absent
    worth = r2 * (as_member + as_absent)
    absent = (r2 * as_absent).sum(axis=1)
    found = np.empty((draws, p))
    for j in range(p):
        found[:, j] = worth.reshape(draws, -1, 2, 1 << j)[:, :, 1].sum(axis=(1, 2)) - absent
    return found


def gains_by_size(correlation: np.ndarray, with_outcome: np.ndarray) -> np.ndarray:
    """Mean gain in R-squared of each predictor over all sets of a size `(size, predictor)`.

    Source: Azen & Budescu (2003): conditional dominance compares predictors size by size; general dominance
    is the mean over sizes, which equals `lmg`.
    """
    p = len(with_outcome)
    r2 = subset_r2(correlation[None], with_outcome[None])[0]
    masks = np.arange(1 << p)
    sizes = np.bitwise_count(masks)
    found = np.empty((p, p))
    for j in range(p):
        without = masks[(masks >> j) & 1 == 0]
        gains = r2[without | (1 << j)] - r2[without]
        found[:, j] = np.bincount(sizes[without], gains, p) / np.bincount(sizes[without], minlength=p)
    return found


def complete_dominance(correlation: np.ndarray, with_outcome: np.ndarray) -> np.ndarray:
    """Whether the row's predictor adds at least the column's to every set of the others `(predictor, predictor)`.

    Source: Azen & Budescu (2003).
    """
    p = len(with_outcome)
    r2 = subset_r2(correlation[None], with_outcome[None])[0]
    masks = np.arange(1 << p)
    found = np.zeros((p, p), dtype=bool)
    for i in range(p):
        for j in range(p):
            if i != j:
                others = masks[(masks & ((1 << i) | (1 << j))) == 0]
                found[i, j] = bool((r2[others | (1 << i)] >= r2[others | (1 << j)] - LEAST_OWN_VARIANCE).all())
    return found


def johnson(correlation: np.ndarray, with_outcome: np.ndarray) -> np.ndarray:
    """Relative weights `(..., predictor)`, which sum to R-squared. Source: Johnson (2000)."""
    values, vectors = np.linalg.eigh(correlation)
    known = values > LEAST_OWN_VARIANCE
    size = np.sqrt(np.where(known, values, 0.0))
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=known)
    turned = np.swapaxes(vectors, -1, -2)
    root = (vectors * size[..., None, :]) @ turned
    beta = (vectors * inverse[..., None, :]) @ (turned @ with_outcome[..., None])
    return np.asarray(((root**2) @ beta**2)[..., 0])
