"""A regression as weighted least squares: its sums, taken once, from which every test takes its cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from models.calibration.slopes import Regression

SAME = 1e-9  # relative size under which a centred sum is taken as nil
STEPS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Weighted least squares of `y` `(row,)` on `x` `(row, column)` with weights `w` `(row,)`.

    `inverse` is the inverse of X'WX `(column, column)` (pseudo-inverse where columns copy one another), `b` the
    coefficients, `residual` `(row,)`, `place` the term's column. `rows` counts what the data count (customers for
    cells), `df` are the residual degrees of freedom, `unexplained` and `spread` the residual and total weighted
    sums of squares. `keys` describe the rows as in `Regression`; `cluster` is the unit's number of each row, or None.
    """

    names: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    w: np.ndarray
    inverse: np.ndarray
    b: np.ndarray
    residual: np.ndarray
    place: int
    rows: float
    df: float
    unexplained: float
    spread: float
    keys: pd.DataFrame
    cluster: np.ndarray | None

    @property
    def estimate(self) -> float:
        """The term's coefficient."""
        return float(self.b[self.place])

    @property
    def plain_se(self) -> float:
        """The term's standard error as if every row were drawn alone and varied alike."""
        return float(np.sqrt(max(self.inverse[self.place, self.place], 0.0) * self.unexplained / self.df))

    def p(self, t: float) -> float:
        """Two-sided p-value of a t statistic on the residual degrees of freedom."""
        return float(2 * student.sf(abs(t), self.df))


def linear_of(regression: Regression) -> Linear:
    """The regression as least squares: itself if Gaussian, else its working form at the maximum.

    The working form of a generalised linear model has the same coefficients, and, weighted, the same information;
    a step of least squares from it is the first step of a refit. Source: McCullagh & Nelder (1989), section 2.5.
    """
    x = regression.x.to_numpy(float)
    if regression.family == "gaussian":
        y = np.asarray(regression.y, dtype=float).reshape(-1)
        w = np.ones(len(y)) if regression.weights is None else np.asarray(regression.weights, dtype=float)
        return _solve(regression, (x, y, w), float(len(y)), float((w * (y - _mean(y, w)) ** 2).sum()))
    return _solve(regression, working(x, np.asarray(regression.y, dtype=float)), float(len(x)), None)


def probability_of(regression: Regression) -> Linear:
    """Leaving as a linear probability, from cells, exactly as of the customers themselves.

    Least squares of left (1) or stayed (0) on the columns of the design, each customer a row: within a cell all
    columns are equal, so that its leavers and its size are enough. A Gaussian regression is returned as it is.
    """
    if regression.family == "gaussian":
        return linear_of(regression)
    y = np.asarray(regression.y, dtype=float)
    size = y.sum(axis=1)
    kept = size > 0
    x, share = regression.x.to_numpy(float), np.divide(y[:, 0], size, out=np.zeros(len(y)), where=kept)
    people, left = float(size.sum()), float(y[:, 0].sum())
    within = float((size * share * (1 - share)).sum())
    return _solve(regression, (x, share, size), people, left * (1 - left / people), within)


def working(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design, working outcome and working weights of a complementary log-log regression at its maximum."""
    n = y.sum(axis=1)
    rate = np.clip(y[:, 0].sum() / n.sum(), 1e-9, 1 - 1e-9)
    eta = np.full(len(x), np.log(-np.log1p(-rate)))
    for _ in range(STEPS):
        response, weight = _step(eta, y[:, 0], n)
        b = np.linalg.pinv((x * weight[:, None]).T @ x, hermitian=True) @ (x.T @ (weight * response))
        moved, eta = float(np.abs(x @ b - eta).max()), np.clip(x @ b, -30, 4)
        if moved < 1e-10:
            break
    response, weight = _step(eta, y[:, 0], n)
    return x, response, weight


def _step(eta: np.ndarray, leavers: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    intensity = np.exp(eta)
    hazard = np.clip(-np.expm1(-intensity), 1e-12, 1 - 1e-12)
    slope = intensity * np.exp(-intensity)
    rate = np.divide(leavers, n, out=hazard.copy(), where=n > 0)
    return eta + (rate - hazard) / np.maximum(slope, 1e-300), n * slope**2 / (hazard * (1 - hazard))


def _mean(y: np.ndarray, w: np.ndarray) -> float:
    return float((w * y).sum() / w.sum())


def _solve(
    regression: Regression,
    rows: tuple[np.ndarray, np.ndarray, np.ndarray],
    count: float,
    spread: float | None,
    within: float = 0.0,
) -> Linear:
    x, y, w = rows
    inverse = np.linalg.pinv((x * w[:, None]).T @ x, rcond=1e-11, hermitian=True)
    b = inverse @ (x.T @ (w * y))
    residual = y - x @ b
    unexplained = float((w * residual**2).sum()) + within
    cluster = pd.factorize(regression.keys["unit"])[0] if "unit" in regression.keys else None
    rank = round(float(np.einsum("ij,ji->", inverse, (x * w[:, None]).T @ x)))
    df = max(count - rank - absorbed(x, y, cluster), 2.0)
    return Linear(
        names=tuple(str(name) for name in regression.x.columns),
        x=x,
        y=y,
        w=w,
        inverse=inverse,
        b=b,
        residual=residual,
        place=int(np.flatnonzero(regression.x.columns == regression.slope.term)[0]),
        rows=count,
        df=df,
        unexplained=max(unexplained, 1e-300),
        spread=float((w * (y - _mean(y, w)) ** 2).sum()) if spread is None else spread,
        keys=regression.keys.reset_index(drop=True),
        cluster=cluster,
    )


def absorbed(x: np.ndarray, y: np.ndarray, cluster: np.ndarray | None) -> int:
    """Means of units that were taken out before the regression: the number of units where all are nil, else 0."""
    if cluster is None or not len(y):
        return 0
    size = np.bincount(cluster)
    nil = np.abs(np.bincount(cluster, y) / size).max() <= SAME * max(float(np.abs(y).max()), 1e-300)
    flat = (np.ptp(x, axis=0) <= SAME).any()
    return len(size) if nil and not flat else 0


def centred(linear: Linear, column: np.ndarray) -> np.ndarray:
    """A column as the regression's own: its unit's mean taken out where those of the others were."""
    if linear.cluster is None or not absorbed(linear.x, linear.y, linear.cluster):
        return column
    size = np.bincount(linear.cluster)
    return np.asarray(column - (np.bincount(linear.cluster, column) / size)[linear.cluster])


def robust(linear: Linear, x: np.ndarray, inverse: np.ndarray, residual: np.ndarray) -> np.ndarray:
    """The sandwich covariance of coefficients `(column, column)`, clustered by unit; by row without units.

    Source: Liang & Zeger (1986); factor G/(G - 1) (N - 1)/(N - K) as in Cameron & Miller (2015).
    """
    scores = x * (linear.w * residual)[:, None]
    if linear.cluster is not None:
        order = np.argsort(linear.cluster, kind="stable")
        starts = np.flatnonzero(np.diff(linear.cluster[order], prepend=-1))
        scores = np.add.reduceat(scores[order], starts, axis=0)
    g, n, k = len(scores), len(x), x.shape[1]
    factor = g / max(g - 1, 1) * (n - 1) / max(n - k, 1)
    return np.asarray(inverse @ (scores.T @ scores) @ inverse * factor)
