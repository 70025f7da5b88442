"""Standard errors of a regression whose rows come in clusters, few or many, by unit and by period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm

FEW_CLUSTERS = 40  # fewer, and the plain clustered error is too small: Cameron & Miller (2015), section VI
MANY_PERIODS = 20  # fewer, and a second clustering by period is itself one by few clusters
SINGULAR = 1e-10  # eigenvalues of I - H below this are directions in which a cluster has no residual left

Errors = Literal["by unit", "by unit and period", "CR2 by unit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFit:
    """One coefficient of an OLS with its clustered error.

    `df` degrees of freedom of the t reference, infinite where it is the Normal; `clusters` how many units;
    `errors` how the error was found.
    """

    estimate: float
    se: float
    df: float
    clusters: int
    errors: Errors


def fit_clustered(y: np.ndarray, x: pd.DataFrame, term: str, keys: pd.DataFrame) -> ClusterFit:
    """The coefficient of `term` in OLS of `y` `(row,)` on `x` `(row, column)`, clustered by `keys["unit"]`.

    Fewer than 40 units: CR2 with its own degrees of freedom. At least 40 units and 20 periods (`keys["t"]`):
    two-way by unit and period, never below the one-way error, t of the periods less one while these are
    fewer than 40. Else `OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": unit})` as it is.

    Source: Cameron & Miller (2015); Cameron, Gelbach & Miller (2011) for two ways.
    """
    units, periods = pd.factorize(keys["unit"])[0], pd.factorize(keys["t"])[0]
    count, seen = int(units.max()) + 1, int(periods.max()) + 1
    model = sm.OLS(y, x)
    if count < FEW_CLUSTERS:
        plain = model.fit()
        se, df = cr2(x.to_numpy(float), np.asarray(plain.resid), units, list(x.columns).index(term))
        return ClusterFit(estimate=float(plain.params[term]), se=se, df=df, clusters=count, errors="CR2 by unit")
    one = model.fit(cov_type="cluster", cov_kwds={"groups": units})
    estimate, se = float(one.params[term]), float(one.bse[term])
    if seen >= MANY_PERIODS:
        both = model.fit(cov_type="cluster", cov_kwds={"groups": np.column_stack([units, periods])})
        variance = float(both.cov_params().loc[term, term])
        if variance > se**2:
            df = seen - 1.0 if seen < FEW_CLUSTERS else np.inf
            root = float(np.sqrt(variance))
            return ClusterFit(estimate=estimate, se=root, df=df, clusters=count, errors="by unit and period")
    return ClusterFit(estimate=estimate, se=se, df=np.inf, clusters=count, errors="by unit")


def ols_call(errors: Errors) -> str:
    """The statsmodels call of a clustered OLS in words."""
    groups = {"by unit": "unit", "by unit and period": "np.column_stack([unit, t])"}.get(errors)
    if groups is None:
        return "OLS(y, x).fit(), standard errors CR2 by unit"
    return f'OLS(y, x).fit(cov_type="cluster", cov_kwds={{"groups": {groups}}})'


def cr2(x: np.ndarray, residual: np.ndarray, codes: np.ndarray, at: int) -> tuple[float, float]:
    """Standard error and degrees of freedom of the coefficient at column `at`, by bias-reduced linearisation.

    Each cluster's residuals are multiplied by (I - H_gg)^(-1/2), so that the variance is unbiased where rows
    are independent; the degrees of freedom are Satterthwaite's under the same. With columns centred by the
    cluster the adjustment is that of the regression with cluster dummies.

    Source: Bell & McCaffrey (2002); Pustejovsky & Tipton (2018), theorem 2 for centred columns.
    """
    bread = np.linalg.pinv(x.T @ x)
    clusters = int(codes.max()) + 1
    scores, spread = np.zeros(clusters), np.zeros((clusters, len(x)))
    for g in range(clusters):
        mine = np.flatnonzero(codes == g)
        weight = _inverse_root(x[mine] @ bread @ x[mine].T) @ x[mine] @ bread[:, at]
        scores[g] = weight @ residual[mine]
        # what the cluster's score is of independent errors: weight' (I - H) restricted to its rows
        spread[g] = -(weight @ x[mine]) @ bread @ x.T
        spread[g, mine] += weight
    omega = spread @ spread.T
    df = float(np.trace(omega) ** 2 / (omega**2).sum())
    return float(np.sqrt((scores**2).sum())), df


def _inverse_root(hat: np.ndarray) -> np.ndarray:
    """The symmetric (I - hat)^(-1/2), zero in directions without residual."""
    values, vectors = np.linalg.eigh(np.eye(len(hat)) - hat)
    roots = np.where(values > SINGULAR, 1 / np.sqrt(np.maximum(values, SINGULAR)), 0.0)
    return np.asarray((vectors * roots) @ vectors.T)
