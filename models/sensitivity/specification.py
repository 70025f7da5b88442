"""Whether a regression has the right form: its link, its curve, its spread, its calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2
from scipy.stats import f as fisher

from models.calibration.slopes import Regression
from models.sensitivity.least_squares import Linear, linear_of, robust

ALPHA = 0.05
GROUPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTest:
    """A test of a regression's form: statistic, degrees of freedom, p-value."""

    name: str
    statistic: float
    df: tuple[float, ...]
    p: float

    @property
    def holds(self) -> bool:
        """Whether the form stands at 5%."""
        return not self.p < ALPHA


def added(linear: Linear, extra: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of columns added to a regression `(extra,)` and their robust covariance, without refitting.

    The new columns have the old ones taken out (Frisch, Waugh & Lovell); clustered by unit where there are units.
    """
    own = extra - linear.x @ (linear.inverse @ (linear.x.T @ (linear.w[:, None] * extra)))
    scale = np.sqrt((linear.w[:, None] * own**2).sum(axis=0))
    told = scale > 1e-8 * np.sqrt((linear.w[:, None] * extra**2).sum(axis=0) + 1e-300)
    own = np.where(told, own / np.where(told, scale, 1.0), 0.0)
    inverse = np.linalg.pinv((own * linear.w[:, None]).T @ own, rcond=1e-10, hermitian=True)
    b = inverse @ (own.T @ (linear.w * linear.residual))
    residual = linear.residual - own @ b
    return b, robust(linear, own, inverse, residual)


def wald(b: np.ndarray, covariance: np.ndarray, df: float) -> tuple[float, float, float]:
    """F statistic, its numerator's degrees of freedom and the p-value of all of `b` being nil."""
    values, vectors = np.linalg.eigh(covariance)
    told = values > 1e-9 * max(float(values.max(initial=0.0)), 1e-300)
    rank = int(told.sum())
    if not rank:
        return 0.0, 0.0, 1.0
    statistic = float(((vectors[:, told].T @ b) ** 2 / values[told]).sum()) / rank
    return statistic, float(rank), float(fisher.sf(statistic, rank, df))


def clusters_df(linear: Linear) -> float:
    """Degrees of freedom of a robust test: units less one, else rows less columns."""
    if linear.cluster is not None:
        return float(max(linear.cluster.max(), 1))
    return float(max(len(linear.x) - linear.x.shape[1], 1))


def link_test(regression: Regression) -> FormTest:
    """Whether the square of what is predicted still predicts: then link or curve is wrong. Source: Pregibon (1980)."""
    return _powers(linear_of(regression), "link test", (2,))


def reset(regression: Regression) -> FormTest:
    """The same with square and cube, for a Gaussian regression. Source: Ramsey (1969)."""
    return _powers(linear_of(regression), "RESET", (2, 3))


def _powers(linear: Linear, name: str, powers: tuple[int, ...]) -> FormTest:
    predicted = linear.x @ linear.b
    spread = float(np.sqrt(np.average((predicted - predicted.mean()) ** 2)))
    z = (predicted - predicted.mean()) / (spread if spread > 0 else 1.0)
    b, covariance = added(linear, np.column_stack([z**k for k in powers]))
    statistic, rank, p = wald(b, covariance, clusters_df(linear))
    return FormTest(name=name, statistic=statistic, df=(rank, clusters_df(linear)), p=p)


def breusch_pagan(linear: Linear) -> FormTest:
    """Whether the spread of the residuals moves with the columns; Koenker's form. Source: Koenker (1981)."""
    return _spread_test(linear.residual**2, linear.x, "Breusch-Pagan")


def white(linear: Linear) -> FormTest:
    """The same with what is predicted and its square in place of the columns. Source: Wooldridge (2019), 8.3b."""
    predicted = linear.x @ linear.b
    return _spread_test(linear.residual**2, np.column_stack([predicted, predicted**2]), "White")


def _spread_test(squares: np.ndarray, columns: np.ndarray, name: str) -> FormTest:
    z = columns - columns.mean(axis=0)
    length = np.sqrt((z**2).sum(axis=0))
    z = z[:, length > 1e-12] / length[length > 1e-12]
    around = squares - squares.mean()
    total = float(around @ around)
    if not z.shape[1] or total <= 0:
        return FormTest(name=name, statistic=0.0, df=(0.0,), p=1.0)
    gram = z.T @ z
    b = np.linalg.pinv(gram, rcond=1e-10, hermitian=True) @ (z.T @ around)
    rank = int(np.linalg.matrix_rank(gram, tol=1e-10, hermitian=True))
    statistic = len(squares) * float(b @ (z.T @ around)) / total
    return FormTest(name=name, statistic=statistic, df=(float(rank),), p=float(chi2.sf(statistic, rank)))


def hosmer_lemeshow(leavers: np.ndarray, n: np.ndarray, rate: np.ndarray, dispersion: float = 1.0) -> FormTest:
    """Leavers found beside leavers predicted, in tenths of customers by predicted rate.

    `dispersion` is Pearson's chi-square over its degrees of freedom where above 1: without it a large study always
    fails. Source: Hosmer & Lemeshow (1980).
    """
    order = np.argsort(rate, kind="stable")
    place = np.minimum((np.cumsum(n[order]) - n[order] / 2) / n.sum() * GROUPS, GROUPS - 1e-9).astype(int)

    def by_group(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, values[order], minlength=GROUPS)

    size, found, expected = by_group(n), by_group(leavers), by_group(n * rate)
    told = expected > 0
    mean = expected[told] / size[told]
    statistic = float(((found - expected)[told] ** 2 / (expected[told] * (1 - mean))).sum()) / max(dispersion, 1.0)
    df = max(int(told.sum()) - 2, 1)
    return FormTest(name="Hosmer-Lemeshow", statistic=statistic, df=(float(df),), p=float(chi2.sf(statistic, df)))


def predicted_rates(regression: Regression) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Leavers, customers and predicted leaving rate by cell, and the dispersion, of a leaving regression."""
    linear = linear_of(regression)
    y = np.asarray(regression.y, dtype=float)
    n = y.sum(axis=1)
    rate = -np.expm1(-np.exp(np.clip(linear.x @ linear.b, -30, 4)))
    pearson = float(((y[:, 0] - n * rate) ** 2 / np.maximum(n * rate * (1 - rate), 1e-300))[n > 0].sum())
    return y[:, 0], n, rate, pearson / max(len(n) - linear.x.shape[1], 1)
