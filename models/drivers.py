"""Which stages go with overall satisfaction: a description, not a valuation, and never part of NPV."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
import pandas as pd

from impact.cells import Cells, SitePanel
from impact.journey import OVERALL, Journey

EXACT_LIMIT = 20
SUMS = ("n", "first", "second", "product", "first_square", "second_square")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Sums of two scores given by the same customer in the same period, over `n` such pairs."""

    n: float
    first: float
    second: float
    product: float
    first_square: float
    second_square: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """Shares of the explained variance of overall, by stage.

    `importance` `(stage,)` sums to `r_squared`; `low` and `high` are 90% ranges and `p_first` the
    chance of being first, over draws of the correlation matrix at its sampling error.
    """

    stages: tuple[str, ...]
    importance: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_first: np.ndarray
    r_squared: float
    method: str
    n: float


def lmg(correlation: np.ndarray, with_outcome: np.ndarray) -> np.ndarray:
    """Average gain in R-squared of every predictor over all orders `(predictor,)`; exact.

    Source: Lindeman, Merenda & Gold (1980); the Shapley value of R-squared; Groemping (2006).

    Args:
        correlation: among predictors `(predictor, predictor)`.
        with_outcome: of each predictor with the outcome `(predictor,)`.
    """
    p = len(with_outcome)
    if p > EXACT_LIMIT:
        raise ValueError(f"exact importance stops at {EXACT_LIMIT} predictors, found {p}")
    r2 = _subset_r2(correlation, with_outcome)
    sizes = np.array([int(s).bit_count() for s in range(1 << p)])
    weight = 1 / (p * np.array([comb(p - 1, k) for k in range(p)]))
    out = np.zeros(p)
    everything = np.arange(1 << p)
    for j in range(p):
        without = everything[(everything >> j) & 1 == 0]
        out[j] = ((r2[without | (1 << j)] - r2[without]) * weight[sizes[without]]).sum()
    return out


def _subset_r2(correlation: np.ndarray, with_outcome: np.ndarray) -> np.ndarray:
    """R-squared of every subset of predictors, indexed by bit mask, solved in batches of one size."""
    p = len(with_outcome)
    r2 = np.zeros(1 << p)
    masks = np.arange(1 << p)
    sizes = np.array([int(s).bit_count() for s in masks])
    for k in range(1, p + 1):
        for chunk in np.array_split(masks[sizes == k], max(1, (sizes == k).sum() // 4096)):
            members = np.array([[j for j in range(p) if s >> j & 1] for s in chunk])
            square = correlation[members[:, :, None], members[:, None, :]]
            side = with_outcome[members]
            r2[chunk] = np.einsum("sk,sk->s", side, np.linalg.solve(square, side[:, :, None])[:, :, 0])
    return r2


def johnson(correlation: np.ndarray, with_outcome: np.ndarray) -> np.ndarray:
    """Relative weights `(predictor,)`, which sum to R-squared. Source: Johnson (2000)."""
    values, vectors = np.linalg.eigh(correlation)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    beta = np.linalg.solve(root, with_outcome)
    return np.asarray((root**2) @ beta**2)


def find_drivers(cells: Cells, journey: Journey, rng: np.random.Generator) -> Drivers | None:
    """Importance of every scored stage for overall, or None where fewer than two can be correlated."""
    names, matrix, n = score_correlations(cells, journey)
    if len(names) < 2 or n < 30:
        return None
    importance = lmg(matrix[1:, 1:], matrix[1:, 0])
    draws = _resampled(matrix, n, rng)
    first = np.bincount(draws.argmax(axis=1), minlength=len(names)) / len(draws)
    return Drivers(
        stages=tuple(names),
        importance=importance,
        low=np.percentile(draws, 5, axis=0),
        high=np.percentile(draws, 95, axis=0),
        p_first=first,
        r_squared=float(importance.sum()),
        method="lmg",
        n=n,
    )


def _resampled(matrix: np.ndarray, n: float, rng: np.random.Generator, draws: int = 400) -> np.ndarray:
    """Importances over Wishart draws of the correlation matrix with `n` degrees of freedom."""
    from scipy.stats import wishart

    found = wishart.rvs(df=max(int(n), len(matrix) + 1), scale=matrix, size=draws, random_state=rng)
    scale = np.sqrt(np.einsum("dii->di", found))
    found = found / scale[:, :, None] / scale[:, None, :]
    exact = len(matrix) - 1 <= 10
    weigh = lmg if exact else johnson
    return np.array([weigh(one[1:, 1:], one[1:, 0]) for one in found])


def score_correlations(cells: Cells, journey: Journey) -> tuple[list[str], np.ndarray, float]:
    """Scored stages, their correlation matrix with overall first, and the smallest number behind a pair."""
    pairs = _site_pairs(cells, journey) if isinstance(cells, SitePanel) else cells.pairs
    table = {(str(row["a"]), str(row["b"])): Pair(**{k: float(row[k]) for k in SUMS}) for _, row in pairs.iterrows()}
    names = [s for s in journey.stage_ids() if (s, OVERALL) in table and table[s, OVERALL].n >= 30]
    order = [OVERALL, *names]
    matrix, least = np.eye(len(order)), np.inf
    for i, a in enumerate(order):
        for j in range(i):
            row = table.get((order[j], a)) or table[a, order[j]]
            matrix[i, j] = matrix[j, i] = _correlation(row)
            least = min(least, row.n)
    return names, _nearest_correlation(matrix), float(least if names else 0)


def _correlation(pair: Pair) -> float:
    n, a, b = pair.n, pair.first, pair.second
    if n < 3:
        return 0.0
    across = pair.product - a * b / n
    spread = (pair.first_square - a * a / n) * (pair.second_square - b * b / n)
    return across / spread**0.5 if spread > 0 else 0.0


def _nearest_correlation(matrix: np.ndarray) -> np.ndarray:
    """The matrix with negative eigenvalues, which pairwise sums can leave, lifted to a small positive one."""
    values, vectors = np.linalg.eigh(matrix)
    if values.min() > 1e-6:
        return matrix
    lifted = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    scale = np.sqrt(np.diag(lifted))
    return np.asarray(lifted / np.outer(scale, scale))


def _site_pairs(cells: SitePanel, journey: Journey) -> pd.DataFrame:
    stages = [*journey.stage_ids(), OVERALL]
    rows = []
    for i, a in enumerate(stages):
        for b in stages[i:]:
            both = cells.panel[[a, b]].dropna().to_numpy(float)
            x, y = both[:, 0], both[:, -1]
            sums = (len(both), x.sum(), y.sum(), (x * y).sum(), (x * x).sum(), (y * y).sum())
            rows.append((a, b, *sums))
    return pd.DataFrame(rows, columns=["a", "b", *SUMS])
