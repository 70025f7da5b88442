"""Difference of means where chance decided, sharpened by the outcome before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import t as student

from models.calibration.clusters import cr2
from models.measure.clustered import MANY
from models.measure.panel import Effect, Panel, Refusal, groups

METHOD = "randomised difference"
SIDE = 2  # clusters an arm, fewer, and nothing tells how far clusters scatter

Errors = Literal["classical", "clustered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Mean outcome of the treated less that of the others, with its error and degrees of freedom."""

    estimate: float
    se: float
    df: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """One row a unit: `outcome` `(n,)`, `treated` `(n,)` bool, `covariates` `(n, k)`, `weight`, `cluster` `(n,)`."""

    outcome: np.ndarray
    treated: np.ndarray
    covariates: np.ndarray
    weight: np.ndarray
    cluster: np.ndarray


def difference_of_means(arms: Arms, errors: Errors = "clustered") -> Difference:
    """The difference between the arms in OLS beside their covariates, taken as deviations from the mean.

    "clustered" is CR2 with Satterthwaite's degrees of freedom (of single units the error is Welch's), beyond 100
    clusters the plain clustered error. "classical" takes every unit to scatter alike and alone.

    Source: Lin (2013) for adjustment in experiments; Bell & McCaffrey (2002) for few clusters; Deng et al. (2013)
    for the outcome before as covariate.
    """
    centre = np.average(arms.covariates, axis=0, weights=arms.weight) if arms.covariates.shape[1] else 0.0
    x = np.column_stack([np.ones(len(arms.outcome)), arms.treated, arms.covariates - centre])
    model = sm.WLS(arms.outcome, x, weights=arms.weight)
    fit = model.fit()
    estimate, codes = float(fit.params[1]), pd.factorize(arms.cluster)[0]
    clusters = int(codes.max()) + 1
    if errors == "classical":
        return Difference(estimate=estimate, se=float(fit.bse[1]), df=float(fit.df_resid))
    if clusters > MANY:
        robust = model.fit(cov_type="cluster", cov_kwds={"groups": codes})
        return Difference(estimate=estimate, se=float(robust.bse[1]), df=clusters - 1.0)
    root = np.sqrt(arms.weight)
    se, df = cr2(x * root[:, None], np.asarray(fit.resid) * root, codes, 1)
    return Difference(estimate=estimate, se=se, df=df)


def compare_randomised(panel: Panel) -> Effect | Refusal:
    """The difference of means after the one start, beside the mean before where every unit has one.

    Period means of the untreated are taken out first, so that cells missing in some periods do not tell. Units are
    counted by their customers after the start. Refused where starts differ (`staggered.py` is for these), where
    chance did not decide, or with fewer than two clusters an arm.
    """
    faults = _faults(panel)
    if faults:
        return Refusal(method=METHOD, reason=faults)
    arms, left_out = _arms(panel)
    found = difference_of_means(arms)
    half = float(student.ppf(0.95, found.df)) * found.se
    after = panel.t >= panel.starts[0]
    adjusted = arms.covariates.shape[1] > 0
    said = f"{groups(int(arms.treated.sum()))} drawn by chance beside {int((~arms.treated).sum())} not drawn"
    said += ", beside their outcome before." if adjusted else "; no outcome before to compare them by."
    return Effect(
        method=METHOD,
        estimate=found.estimate,
        se=found.se,
        low=found.estimate - half,
        high=found.estimate + half,
        grade="randomised",
        units=len(arms.outcome),
        treated=int(arms.treated.sum()),
        before=int((~after).sum()),
        after=int(after.sum()),
        said=said + (f" {groups(left_out)} without an outcome after or before left out." if left_out else ""),
        p=float(2 * student.sf(abs(found.estimate) / found.se, found.df)) if found.se > 0 else float("nan"),
    )


def _faults(panel: Panel) -> str:
    if not panel.randomised:
        return "chance did not decide who got it"
    if len(panel.starts) != 1:
        return "it did not start at one date"
    arms = _clusters(panel, (panel.seen & (panel.t >= panel.starts[0])).any(axis=1))
    if min(arms) < SIDE:
        return f"{groups(arms[0])} drawn and {arms[1]} not drawn; {SIDE} of each are the least"
    return ""


def _clusters(panel: Panel, kept: np.ndarray) -> tuple[int, int]:
    """Clusters with a unit that is kept, drawn and not drawn."""
    drawn, others = (len(np.unique(panel.cluster[kept & arm])) for arm in (panel.treated, ~panel.treated))
    return drawn, others


def _arms(panel: Panel) -> tuple[Arms, int]:
    """One row a unit, and how many units had to be left out."""
    after = panel.t >= panel.starts[0]
    level = _period_means(panel)
    later, weight = _unit_means(panel, level, after)
    earlier, told = _unit_means(panel, level, ~after)
    # an outcome before is of use only where enough units of both arms have one
    adjusted = min(_clusters(panel, (weight > 0) & (told > 0))) >= SIDE
    kept = (weight > 0) & ((told > 0) | (not adjusted))
    covariates = earlier[kept, None] if adjusted else np.empty((int(kept.sum()), 0))
    arms = Arms(
        outcome=later[kept],
        treated=panel.treated[kept],
        covariates=covariates,
        weight=weight[kept],
        cluster=panel.cluster[kept],
    )
    return arms, int((~kept).sum())


def _period_means(panel: Panel) -> np.ndarray:
    """Mean of the untreated by period `(periods,)`, nil where none was seen."""
    weights = panel.weights[~panel.treated]
    total = weights.sum(axis=0)
    summed = (weights * panel.values[~panel.treated]).sum(axis=0)
    return np.asarray(np.divide(summed, total, out=np.zeros(len(panel.t)), where=total > 0))


def _unit_means(panel: Panel, level: np.ndarray, periods: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    weights = panel.weights[:, periods]
    total = weights.sum(axis=1)
    summed = (weights * (panel.values[:, periods] - level[periods])).sum(axis=1)
    return np.divide(summed, total, out=np.zeros(len(total)), where=total > 0), total
