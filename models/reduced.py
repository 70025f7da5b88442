"""Reduced forms: what each pain point moves, as an estimate and its curvature.

Each is the summary of one likelihood, `exp(-(b - mean)' precision (b - mean) / 2)`, with everything
that is not a pain point (period, tenure, controls) profiled out. The posterior needs nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import Moments
from impact.journey import OVERALL

RIDGE_SD = 2.0  # log hazard: keeps the scoring steps finite under separation, then taken out again


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussianSummary:
    """A likelihood of the effects `(pain_point,)` as its mode and precision `(pain_point, pain_point)`.

    A pain point the data say nothing of has a zero row in `precision`. `dispersion` is Pearson's
    chi-square over its degrees of freedom, already inside `precision` where above 1.
    """

    mean: np.ndarray
    precision: np.ndarray
    dispersion: float = 1.0

    def se(self) -> np.ndarray:
        """Standard errors `(pain_point,)`, infinite where the data are silent."""
        told = np.diag(self.precision) > 0
        out = np.full(len(self.mean), np.inf)
        if told.any():
            out[told] = np.sqrt(np.diag(np.linalg.pinv(self.precision[np.ix_(told, told)])))
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedForms:
    """What every pain point moves, by persona, per unit of its exposure.

    `score` is in standard deviations of the overall score (`score_sd`, points); `leaving` in log
    hazard (None for sites); `spend` relative to the unit's own mean. `unit_exposure` `(pain_point,)`
    is the exposure one unit stands for (1 but for levels: their mean excess over the floor).
    `stage_effect` and `stage_se` are in points of the pain point's own stage.
    """

    pain_points: tuple[str, ...]
    personas: tuple[str, ...]
    unit_exposure: np.ndarray
    score_sd: float
    score: tuple[GaussianSummary, ...]
    leaving: tuple[GaussianSummary, ...] | None
    spend: tuple[GaussianSummary, ...]
    spend_placebo: tuple[GaussianSummary, ...]
    stage_effect: np.ndarray
    stage_se: np.ndarray


def design_columns(cells: pd.DataFrame, controls: tuple[str, ...]) -> pd.DataFrame:
    """Nuisance columns of a cell table: constant, log tenure, period and control indicators."""
    columns: dict[str, np.ndarray | float] = {"const": 1.0}
    if "tenure" in cells:
        known = (cells["tenure"] >= 0).to_numpy()
        columns["log_tenure"] = np.where(known, np.log1p(cells["tenure"].clip(lower=0)), 0.0)
        if known.any() and not known.all():
            columns["tenure_unknown"] = (~known).astype(float)
    frame = pd.DataFrame(columns, index=cells.index)
    kinds = [pd.get_dummies(cells[name].astype(str), prefix=name, drop_first=True) for name in ("t", *controls)]
    frame = pd.concat([frame, *kinds], axis=1).astype(float)
    varying = [name for name in frame if name == "const" or frame[name].nunique() > 1]
    return frame[varying]


def hazard_summary(x: np.ndarray, keep: np.ndarray, n: np.ndarray, leavers: np.ndarray) -> GaussianSummary:
    """The likelihood of a discrete-time leaving rate in its effects `keep`, the rest profiled out.

    Args:
        x: covariates `(cell, column)`, the constant among them.
        keep: positions of the effects in `x`.
        n: customers at risk `(cell,)`.
        leavers: of them gone by the next period `(cell,)`.

    Complementary log-log link, Fisher scoring. Where the maximum lies at infinity (nobody met it and
    left, or everybody), the steps stop at the mode under a weak ridge, which is then taken out of the
    mean to first order. Source: Prentice & Gloeckler (1978); grouped form as a binomial GLM.
    """
    ridge = np.zeros(x.shape[1])
    ridge[keep] = RIDGE_SD**-2
    start = np.zeros(x.shape[1])
    start[0] = np.log(-np.log1p(-np.clip(leavers.sum() / n.sum(), 1e-6, 1 - 1e-6)))
    held, _ = _climb(x, start, n, leavers, ridge=ridge, steps=60)
    free, settled = _climb(x, held, n, leavers, ridge=0 * ridge, steps=12)
    b = free if settled else held
    gradient, information, pearson = _hazard_score(x, b, n, leavers)
    dispersion = pearson / max(len(n) - x.shape[1], 1)
    profile = _profile(information, keep)
    shift = np.linalg.pinv(profile) @ gradient[keep]
    return GaussianSummary(mean=b[keep] + shift, precision=profile / max(dispersion, 1.0), dispersion=float(dispersion))


def _climb(
    x: np.ndarray, b: np.ndarray, n: np.ndarray, leavers: np.ndarray, *, ridge: np.ndarray, steps: int
) -> tuple[np.ndarray, bool]:
    """Coefficients after Fisher scoring from `b`, and whether the steps came to rest."""
    for _ in range(steps):
        gradient, information, _ = _hazard_score(x, b, n, leavers)
        step = np.linalg.solve(information + np.diag(ridge + 1e-9), gradient - ridge * b)
        b = b + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            return b, True
    return b, False


def _hazard_score(
    x: np.ndarray, b: np.ndarray, n: np.ndarray, leavers: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    intensity = np.exp(np.clip(x @ b, -30, 3))
    hazard = np.clip(-np.expm1(-intensity), 1e-12, 1 - 1e-12)
    slope = intensity * (1 - hazard)
    variance = hazard * (1 - hazard)
    weight = n * slope**2 / variance
    gradient = x.T @ ((leavers - n * hazard) * slope / variance)
    pearson = float((((leavers - n * hazard) ** 2) / (n * variance)).sum())
    return gradient, (x * weight[:, None]).T @ x, pearson


def _profile(information: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """The information on the kept effects when all others are free (Schur complement)."""
    rest = np.setdiff1d(np.arange(len(information)), keep)
    across = information[np.ix_(keep, rest)]
    return np.asarray(
        information[np.ix_(keep, keep)] - across @ np.linalg.pinv(information[np.ix_(rest, rest)]) @ across.T
    )


def linear_summary(x: np.ndarray, keep: np.ndarray, cells: pd.DataFrame) -> GaussianSummary:
    """The likelihood of a score in its effects `keep`, from cells of n, total and squares."""
    n, total = cells["n"].to_numpy(float), cells["total"].to_numpy(float)
    centre = total.sum() / n.sum()
    squares = cells["squares"].to_numpy(float) - 2 * centre * total + centre**2 * n
    gram = (x * n[:, None]).T @ x
    cross = x.T @ (total - centre * n)
    b = np.linalg.pinv(gram) @ cross
    variance = max((squares.sum() - b @ cross) / max(n.sum() - x.shape[1], 1), 1e-12)
    return GaussianSummary(mean=b[keep], precision=_profile(gram, keep) / variance)


def clustered_summary(gram: np.ndarray, meat: np.ndarray, keep: np.ndarray, clusters: int) -> GaussianSummary:
    """The likelihood of within-unit effects from X'X (outcome last) and the clustered meat.

    Source: Liang & Zeger (1986); factor G/(G - 1) as in Cameron & Miller (2015).
    """
    bread = np.linalg.pinv(gram[:-1, :-1], rcond=1e-10)
    b = bread @ gram[:-1, -1]
    variance = bread @ meat @ bread * clusters / max(clusters - 1, 1)
    told = keep[np.diag(gram)[keep] > 1e-9]
    precision = np.zeros((len(keep), len(keep)))
    if len(told):
        where = np.ix_(np.isin(keep, told), np.isin(keep, told))
        precision[where] = np.linalg.pinv(variance[np.ix_(told, told)], rcond=1e-10)
    return GaussianSummary(mean=b[keep], precision=precision)


def allow_for_few(summary: GaussianSummary, clusters: int) -> GaussianSummary:
    """The same likelihood with the precision that an estimated variance of few clusters allows.

    The inverse of a variance from G clusters is too large by (G - 1) / (G - K - 2) for K effects, the mean of an
    inverse Wishart; with G <= K + 2 the data are taken as silent.
    """
    effects = int((np.diag(summary.precision) > 0).sum())
    factor = max(clusters - effects - 2, 0) / max(clusters - 1, 1)
    return GaussianSummary(mean=summary.mean, precision=summary.precision * factor, dispersion=summary.dispersion)


def rescale(summary: GaussianSummary, factor: np.ndarray | float) -> GaussianSummary:
    """The same likelihood with every effect multiplied by `factor`."""
    by = np.broadcast_to(np.asarray(factor, dtype=float), summary.mean.shape)
    return GaussianSummary(
        mean=summary.mean * by, precision=summary.precision / np.outer(by, by), dispersion=summary.dispersion
    )


def join(first: GaussianSummary, second: GaussianSummary) -> GaussianSummary:
    """Two likelihoods of different effects, one after the other."""
    k, m = len(first.mean), len(second.mean)
    precision = np.zeros((k + m, k + m))
    precision[:k, :k], precision[k:, k:] = first.precision, second.precision
    return GaussianSummary(
        mean=np.concatenate([first.mean, second.mean]),
        precision=precision,
        dispersion=max(first.dispersion, second.dispersion),
    )


def silent(effects: int) -> GaussianSummary:
    """The likelihood of data that say nothing."""
    return GaussianSummary(mean=np.zeros(effects), precision=np.zeros((effects, effects)))


def moments_summary(moments: Moments, effects: int) -> GaussianSummary:
    """The likelihood of the first `effects` columns of one persona's within-customer moments."""
    if effects == 0 or moments.customers < 2:
        return silent(effects)
    return clustered_summary(moments.gram, moments.meat, np.arange(effects), moments.customers)


def overall_sd(coverage: pd.DataFrame) -> float:
    """Standard deviation of the overall score in points; of the mean stage where overall was not asked."""
    known = coverage.dropna(subset=["sd"]).set_index("stage")["sd"]
    if known.empty:
        return 1.0
    found = float(known.get(OVERALL, known.mean()))
    return found if found > 0 else 1.0
