"""Money that is often nothing: whether any is spent, how much where any is, and both together."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.special import expit
from statsmodels.genmod.families import Binomial, Gamma
from statsmodels.genmod.families.links import Log
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

LEAST_OF_EACH = 8  # rows with money, and rows without: with fewer a part is not estimated


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSlope:
    """The coefficient of one part per unit of the term, with its cluster-robust standard error."""

    estimate: float
    se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPart:
    """Both parts and what they say together.

    `occurs` in log odds of any money, `amount` in log of the mean money where there is any; None where
    the outcome does not vary in that way. `relative` is d log E[y] per unit of the term at the mean
    design, nan where neither part could be estimated. `n` rows, `units` clusters.
    """

    occurs: PartSlope | None
    amount: PartSlope | None
    relative: float
    relative_se: float
    share_zero: float
    n: int
    units: int


@dataclass(frozen=True, slots=True)
class _Fitted:
    params: np.ndarray  # (column,)
    influence: np.ndarray  # (row, column): bread times score, scaled so that cluster sums square to the covariance


def fit_two_part(y: np.ndarray, x: pd.DataFrame, term: str, groups: np.ndarray) -> TwoPart:
    """Two-part regression of an outcome that is zero or positive.

    Args:
        y: outcome `(row,)`, never negative.
        x: design `(row, column)` with its constant; `term` is one of its columns.
        term: the column asked about.
        groups: cluster of each row `(row,)`.

    `GLM(y > 0, x, Binomial())` and, on rows with money, `GLM(y, x, Gamma(Log()))`, both
    `fit(cov_type="cluster", cov_kwds={"groups": groups})`. With E[y] = p mu, the relative effect is
    `(1 - p) b_occurs + b_amount` at the mean design; its variance is the delta method over both parts,
    with their covariance within clusters.

    Raises:
        ValueError: a negative or missing outcome, or a term that is no column.

    Source: Cragg (1971); Duan, Manning, Morris & Newhouse (1983); clusters as Liang & Zeger (1986).
    """
    y = np.asarray(y, dtype=float)
    if not np.isfinite(y).all() or (y < 0).any():
        raise ValueError("A two-part outcome is zero or positive, and known in every row.")
    if term not in x.columns:
        raise ValueError(f"The design has no column {term}.")
    codes = pd.factorize(np.asarray(groups))[0]
    positive = y > 0
    occurs = _fit_occurs(positive, x, codes)
    amount = _fit_amount(y, x, codes)
    relative, se = _together(occurs, amount, x, term, codes)
    at = list(x.columns).index(term)
    return TwoPart(
        occurs=_part(occurs, at, codes),
        amount=_part(amount, at, codes),
        relative=relative,
        relative_se=se,
        share_zero=float(1 - positive.mean()) if len(y) else float("nan"),
        n=len(y),
        units=len(np.unique(codes)),
    )


def _fit_occurs(positive: np.ndarray, x: pd.DataFrame, codes: np.ndarray) -> _Fitted | None:
    if min(positive.sum(), (~positive).sum()) < LEAST_OF_EACH:
        return None
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        # Where a column tells for certain who spends, the odds have no finite slope.
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            fit = _clustered(sm.GLM(positive.astype(float), x, Binomial()), codes)
        except PerfectSeparationWarning:
            return None
    return _influence(fit, x, np.ones(len(x), dtype=bool), codes)


def _fit_amount(y: np.ndarray, x: pd.DataFrame, codes: np.ndarray) -> _Fitted | None:
    rows = y > 0
    if rows.sum() < max(LEAST_OF_EACH, x.shape[1] + 1) or np.ptp(y[rows]) <= 1e-12 * y[rows].max():
        return None
    if len(np.unique(codes[rows])) < 2:
        return None
    fit = _clustered(sm.GLM(y[rows], x[rows], Gamma(Log())), codes[rows])
    return _influence(fit, x, rows, codes)


def _clustered(model: Any, codes: np.ndarray) -> Any:  # noqa: ANN401
    return model.fit(cov_type="cluster", cov_kwds={"groups": codes})


def _influence(fit: Any, x: pd.DataFrame, rows: np.ndarray, codes: np.ndarray) -> _Fitted:  # noqa: ANN401
    """Row influences whose cluster sums square to statsmodels' own cluster covariance."""
    used, clusters = int(rows.sum()), len(np.unique(codes[rows]))
    factor = clusters / (clusters - 1) * (used - 1) / (used - x.shape[1])
    score = np.zeros((len(x), x.shape[1]))
    score[rows] = fit.model.score_obs(fit.params, scale=1.0)
    bread = np.linalg.pinv(-fit.model.hessian(fit.params, scale=1.0))
    return _Fitted(np.asarray(fit.params, dtype=float), score @ bread * np.sqrt(factor))


def _cluster_sums(fitted: _Fitted, codes: np.ndarray) -> np.ndarray:
    sums = np.zeros((codes.max() + 1, fitted.influence.shape[1]))
    np.add.at(sums, codes, fitted.influence)
    return sums


def _part(fitted: _Fitted | None, at: int, codes: np.ndarray) -> PartSlope | None:
    if fitted is None:
        return None
    by_cluster = _cluster_sums(fitted, codes)[:, at]
    return PartSlope(estimate=float(fitted.params[at]), se=float(np.sqrt((by_cluster**2).sum())))


def _together(
    occurs: _Fitted | None, amount: _Fitted | None, x: pd.DataFrame, term: str, codes: np.ndarray
) -> tuple[float, float]:
    if occurs is None and amount is None:
        return float("nan"), float("nan")
    at, relative = list(x.columns).index(term), 0.0
    by_cluster = np.zeros(codes.max() + 1)
    if occurs is not None:
        centre = x.to_numpy(float).mean(axis=0)
        p, slope = float(expit(centre @ occurs.params)), float(occurs.params[at])
        gradient = -p * (1 - p) * slope * centre
        gradient[at] += 1 - p
        relative += (1 - p) * slope
        by_cluster += _cluster_sums(occurs, codes) @ gradient
    if amount is not None:
        relative += float(amount.params[at])
        by_cluster += _cluster_sums(amount, codes)[:, at]
    return float(relative), float(np.sqrt((by_cluster**2).sum()))
