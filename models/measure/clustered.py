"""The error of an estimate linear in the outcomes, from how clusters scatter, few or many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.measure.imputation import Imputation

WORKING = 0.5  # correlation of neighbouring periods in the working model; .0 to .8 in truth cover alike
MANY = 100  # beyond so many clusters the correction is under a twentieth and costs seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Estimates linear in the outcomes, beside unit and period means.

    `pull` `(estimate, unit, period)` how often each outcome counts; `columns` `(estimate, unit, period)` what each
    estimate adds to the expectation; `residual` `(unit, period)` what is left beside both; `base` `(unit, period)`
    the weights by which the means were fitted, `solution` their pseudo-inverse; `cluster` `(unit,)`
    by number; `marked` `(unit,)` those that got it.
    """

    pull: np.ndarray
    columns: np.ndarray
    residual: np.ndarray
    base: np.ndarray
    solution: np.ndarray
    cluster: np.ndarray
    marked: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Covariance of estimates `(estimate, estimate)` and the degrees of freedom behind each `(estimate,)`."""

    covariance: np.ndarray
    df: np.ndarray


def linear_of(found: Imputation, cluster: np.ndarray) -> Linear:
    """The mean effect of an imputation as an estimate linear in the outcomes, one and the same effect taken out.

    Effects that differ between treated units stay in the residuals, so that the range is never too narrow for it.
    Source: Borusyak, Jaravel & Spiess (2024), section 4.3.
    """
    used = found.treated | found.untreated
    return Linear(
        pull=found.pull[None],
        columns=found.treated[None].astype(float),
        residual=np.where(used, found.residual - np.where(found.treated, found.estimate, 0.0), 0.0),
        base=found.base,
        solution=found.solution,
        cluster=np.unique(cluster, return_inverse=True)[1],
        marked=np.asarray(found.treated.any(axis=1)),
    )


def spread_of(linear: Linear) -> Spread:
    """How far the estimates scatter, by the sum of squares of the clusters' scores.

    A residual is smaller than the error it stands for, most of all in few clusters. The sum is scaled to be right
    where errors go on from period to period by a half, within units and clusters alike, and its degrees of freedom
    are Satterthwaite's under the same; the scatter itself is the data's.

    Source: Bell & McCaffrey (2002); Pustejovsky & Tipton (2018), for a working model.
    """
    clusters = int(linear.cluster.max()) + 1
    scores = np.zeros((clusters, len(linear.pull)))
    np.add.at(scores, linear.cluster, (linear.pull * linear.residual).sum(axis=2).T)
    raw = scores.T @ scores
    if clusters > MANY:
        least = _smaller_side(linear, clusters)
        return Spread(covariance=raw * least / (least - 1), df=np.full(len(raw), least - 1.0))
    return _corrected(linear, raw, clusters)


def _corrected(linear: Linear, raw: np.ndarray, clusters: int) -> Spread:
    count = len(linear.pull)
    makers = [_score_makers(linear, j, clusters) for j in range(count)]
    carried = [_carried(one, linear.cluster) for one in makers]
    products = [[carried[j] @ carried[k].T for k in range(count)] for j in range(count)]
    expected = np.array([[np.trace(one) for one in row] for row in products])
    pulled = np.concatenate([_carried(one[None], linear.cluster) for one in linear.pull])
    factor = float(np.trace(np.linalg.pinv(expected, hermitian=True) @ (pulled @ pulled.T))) / count
    df = [expected[j, j] ** 2 / max((products[j][j] ** 2).sum(), 1e-300) for j in range(count)]
    return Spread(covariance=raw * factor, df=np.maximum(df, 1.0))


def _smaller_side(linear: Linear, clusters: int) -> int:
    """Clusters that got it or did not, whichever are fewer, and two at least."""
    marked = len(np.unique(linear.cluster[linear.marked]))
    return max(min(marked, clusters - marked) if marked < clusters else clusters, 2)


def _score_makers(linear: Linear, j: int, clusters: int) -> np.ndarray:
    """What each outcome adds to each cluster's score of an estimate `(cluster, unit, period)`."""
    units = len(linear.cluster)
    mine = np.zeros((clusters, units))
    mine[linear.cluster, np.arange(units)] = 1.0
    dummies = np.concatenate([mine * linear.pull[j].sum(axis=1), mine @ linear.pull[j]], axis=1)
    means = dummies @ linear.solution
    own = np.einsum("lit,it->il", linear.columns, linear.pull[j])
    out = mine[:, :, None] * linear.pull[j]
    out -= (means[:, :units, None] + means[:, None, units:]) * linear.base
    out -= np.einsum("cl,lit->cit", mine @ own, linear.pull)
    return np.asarray(out)


def _carried(maker: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Rows whose products are covariances under the working model: by unit, then what its cluster shares."""
    periods = maker.shape[2]
    steps = np.abs(np.subtract.outer(np.arange(periods), np.arange(periods)))
    by_unit = maker @ np.linalg.cholesky(WORKING**steps)
    shared = np.equal.outer(np.arange(int(cluster.max()) + 1), cluster).astype(float) @ by_unit
    return np.concatenate([by_unit.reshape(len(maker), -1), shared.reshape(len(maker), -1)], axis=1)
