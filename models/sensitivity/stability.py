"""Whether a slope is the same whenever and for whomever it is asked, and whether it hangs on a few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from models.calibration.slopes import Slope
from models.sensitivity.least_squares import Linear, centred, robust
from models.sensitivity.specification import clusters_df, wald


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutOne:
    """The slope with each group of rows left out in turn: `groups` names, `estimates` `(group,)`.

    `shares` `(group,)` of what tells the slope; chance alone moves it by `sqrt(share / (1 - share))` standard errors.
    """

    groups: tuple[object, ...]
    estimates: np.ndarray
    shares: np.ndarray

    def worst(self, estimate: float) -> tuple[object, float, float]:
        """The group whose leaving out moves the slope most, the slope without it, and chance's own step in SEs."""
        k = int(np.abs(self.estimates - estimate).argmax())
        share = min(float(self.shares[k]), 1 - 1e-9)
        return self.groups[k], float(self.estimates[k]), float(np.sqrt(share / (1 - share)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Slopes of several groups of rows beside one another, all else shared, and the test that they are one.

    `q` is the statistic over its degrees of freedom (an F), `p` its p-value, clustered by unit where there are units.
    """

    groups: tuple[object, ...]
    estimates: np.ndarray
    se: np.ndarray
    q: float
    p: float


def without_each(linear: Linear, labels: np.ndarray) -> WithoutOne:
    """The slope without each group of rows, from the sums alone: exact for least squares, no refit.

    b without g is b - (X'X)^-1 Xg' (I - Hg)^-1 eg; where a group has more rows than there are columns, its block is
    taken out of X'X instead. For leaving it is the first step of a refit. Units' means and other columns are those
    of all rows. Source: Cook & Weisberg (1982), section 3.2.
    """
    codes, groups = _factorised(labels)
    root = np.sqrt(linear.w)
    x, e = linear.x * root[:, None], linear.residual * root
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(groups)))
    starts = ends - np.bincount(codes, minlength=len(groups))
    moved = np.zeros(len(groups))
    many = ends - starts > linear.x.shape[1]
    for g in np.flatnonzero(many):
        moved[g] = _block(linear, x[order[starts[g] : ends[g]]], e[order[starts[g] : ends[g]]])
    left = x @ linear.inverse
    sizes = ends - starts
    for size in np.unique(sizes[~many]):
        mine = np.flatnonzero(~many & (sizes == size))
        rows = order[starts[mine][:, None] + np.arange(size)]
        hat = np.einsum("grk,gsk->grs", left[rows], x[rows])
        kept = np.linalg.pinv(np.eye(size) - hat, rcond=1e-9, hermitian=True)
        moved[mine] = np.einsum("gr,grs,gs->g", left[rows][:, :, linear.place], kept, e[rows])
    told = np.bincount(codes, left[:, linear.place] ** 2, minlength=len(groups))
    return WithoutOne(groups=groups, estimates=linear.estimate - moved, shares=told / max(float(told.sum()), 1e-300))


def _block(linear: Linear, x: np.ndarray, e: np.ndarray) -> float:
    """How far the slope lies above the one without a large block of rows."""
    gram = np.linalg.pinv(linear.inverse, rcond=1e-11, hermitian=True) - x.T @ x
    rest = np.linalg.pinv(gram, rcond=1e-9, hermitian=True)
    return float((rest @ (x.T @ e))[linear.place])


def _factorised(labels: np.ndarray) -> tuple[np.ndarray, tuple[object, ...]]:
    groups, codes = np.unique(labels, return_inverse=True)
    return codes.reshape(-1), tuple(groups.tolist())


def slopes_by(linear: Linear, labels: np.ndarray) -> Difference | None:
    """The slope in each group of rows, all other columns shared, and whether they are one; None with one group.

    The score times an indicator of every group but the largest is added to the regression, its unit's mean taken
    out as of the score itself; under one slope for all, all are nil.
    """
    codes, groups = _factorised(labels)
    if len(groups) < 2:
        return None
    reference = int(np.bincount(codes).argmax())
    others = [g for g in range(len(groups)) if g != reference]
    score = linear.x[:, linear.place]
    extra = np.column_stack([centred(linear, score * (codes == g)) for g in others])
    b, covariance = _with_slopes(linear, extra)
    q, _, p = wald(b[1:], covariance[1:, 1:], clusters_df(linear))
    estimates, variance = np.full(len(groups), b[0]), np.full(len(groups), covariance[0, 0])
    for place, g in enumerate(others, start=1):
        estimates[g] += b[place]
        variance[g] += covariance[place, place] + 2 * covariance[0, place]
    return Difference(groups=groups, estimates=estimates, se=np.sqrt(np.maximum(variance, 0.0)), q=q, p=p)


def _with_slopes(linear: Linear, extra: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The term's coefficient and those of the extra columns in one regression, and their robust covariance."""
    term = linear.x[:, [linear.place]]
    rest = np.delete(linear.x, linear.place, axis=1)
    wide = np.column_stack([term, extra])
    inverse_rest = np.linalg.pinv((rest * linear.w[:, None]).T @ rest, rcond=1e-11, hermitian=True)
    own = wide - rest @ (inverse_rest @ (rest.T @ (linear.w[:, None] * wide)))
    inverse = np.linalg.pinv((own * linear.w[:, None]).T @ own, rcond=1e-10, hermitian=True)
    target = linear.residual + own[:, 0] * linear.estimate
    b = inverse @ (own.T @ (linear.w * target))
    return b, robust(linear, own, inverse, target - own @ b)


def halves(linear: Linear) -> Difference | None:
    """The slope in the first and in the second half of the periods (a test of one break, as of Chow)."""
    t = linear.keys["t"].to_numpy()
    periods = np.unique(t)
    if len(periods) < 2:
        return None
    middle = periods[len(periods) // 2]
    return slopes_by(linear, np.where(t < middle, "first half", "second half"))


def heterogeneity(slopes: tuple[Slope, ...]) -> tuple[float, float, float]:
    """Cochran's Q of slopes that were estimated apart, its p-value, and I-squared (the share that is no chance).

    Source: Cochran (1954); Higgins & Thompson (2002).
    """
    weight = np.array([slope.se**-2 for slope in slopes])
    estimate = np.array([slope.estimate for slope in slopes])
    mean = float(weight @ estimate / weight.sum())
    q = float(weight @ (estimate - mean) ** 2)
    df = len(slopes) - 1
    return q, float(chi2.sf(q, df)) if df else 1.0, max(0.0, 1 - df / q) if q > 0 else 0.0


def influence(linear: Linear, se: float) -> tuple[object, float]:
    """The unit (or cell) whose leaving out moves the slope most, and by how many standard errors."""
    labels = linear.keys["unit"].to_numpy() if "unit" in linear.keys else np.arange(len(linear.x))
    found = without_each(linear, labels)
    name, without, _ = found.worst(linear.estimate)
    return name, abs(without - linear.estimate) / se if se > 0 else float("nan")
