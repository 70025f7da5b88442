"""Reduced forms: what each pain point moves, as an estimate and its curvature.

Each is the summary of one likelihood, `exp(-(b - mean)' precision (b - mean) / 2)`, with everything
that is not a pain point (period, tenure, controls) profiled out. The posterior needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from impact.cells import Moments
from impact.cells.many import ETA_BOUNDS, LEAST_HAZARD, ManyCells, Score
from impact.cells.summary import Rows
from impact.cells.terms import design
from impact.journey import OVERALL
from models.designs import Design

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
    `stage_effect` and `stage_se` are in points of the pain point's own stage. `across` says of sites that
    none is seen with money in two periods, so that they are compared with each other.
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
    across: bool = False

    @property
    def compared(self) -> Literal["within-unit", "cross-section"]:
        """The grade of what these rows say of money: each compared with itself, or with others."""
        return "cross-section" if self.leaving is not None or self.across else "within-unit"


def hazard_summary(cells: Rows, held: Design) -> GaussianSummary:
    """The likelihood of a discrete-time leaving rate in the design's effects, the rest profiled out.

    Cells of n at risk and leavers of them; those that stay on their engine are asked for one score a step.
    """
    if isinstance(cells, ManyCells):
        n, leavers = cells.totals("n", "leavers")
        return hazard_mode(cells.hazard_score(held.terms), held, (cells.cells, leavers / max(n, 1)))
    return hazard_mode(cell_score(cells, held), held, cell_size(cells))


def cell_score(cells: pd.DataFrame, held: Design) -> Callable[[np.ndarray], Score]:
    """The score of a leaving likelihood on cells in memory, as a function of the coefficients."""
    n, leavers = cells["n"].to_numpy(float), cells["leavers"].to_numpy(float)
    return partial(_hazard_score, design(cells, held.terms), n, leavers)


def cell_size(cells: pd.DataFrame) -> tuple[int, float]:
    """The number of cells in memory, and their leaving rate."""
    return len(cells), float(cells["leavers"].sum() / cells["n"].sum())


def hazard_mode(score: Callable[[np.ndarray], Score], held: Design, size: tuple[int, float]) -> GaussianSummary:
    """The mode and curvature of a leaving likelihood in its effects, the rest profiled out.

    Args:
        score: coefficients `(term,)` -> gradient, information, Pearson's chi-square.
        held: the design, its constant first.
        size: number of cells, and the overall leaving rate.
    """
    peak = find_peak(score, held, size)
    profile = _profile(peak.information, held.effects)
    shift = np.linalg.pinv(profile) @ peak.gradient[held.effects]
    mean = peak.coefficients[held.effects] + shift
    return GaussianSummary(mean=mean, precision=profile / max(peak.dispersion, 1.0), dispersion=float(peak.dispersion))


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """Where a leaving likelihood was climbed to `(term,)`, its gradient and information there, and its dispersion."""

    coefficients: np.ndarray
    gradient: np.ndarray
    information: np.ndarray
    dispersion: float


def find_peak(score: Callable[[np.ndarray], Score], held: Design, size: tuple[int, float]) -> Peak:
    """The peak of a leaving likelihood, from its score as a function of the coefficients; arguments as above.

    Complementary log-log link, Fisher scoring. Where the maximum lies at infinity (nobody met it and
    left, or everybody), the steps stop at the mode under a weak ridge, which is then taken out of the
    mean to first order. Source: Prentice & Gloeckler (1978); grouped form as a binomial GLM.
    """
    width, keep = len(held.terms), held.effects
    cells, rate = size
    ridge = np.zeros(width)
    ridge[keep] = RIDGE_SD**-2
    start = np.zeros(width)
    start[0] = np.log(-np.log1p(-np.clip(rate, 1e-6, 1 - 1e-6)))
    bound, _ = _climb(score, start, ridge=ridge, steps=60)
    free, settled = _climb(score, bound, ridge=0 * ridge, steps=12)
    b = free if settled else bound
    gradient, information, pearson = score(b)
    return Peak(coefficients=b, gradient=gradient, information=information, dispersion=pearson / max(cells - width, 1))


def _climb(
    score: Callable[[np.ndarray], Score], b: np.ndarray, *, ridge: np.ndarray, steps: int
) -> tuple[np.ndarray, bool]:
    """Coefficients after Fisher scoring from `b`, and whether the steps came to rest."""
    for _ in range(steps):
        gradient, information, _ = score(b)
        step = np.linalg.solve(information + np.diag(ridge + 1e-9), gradient - ridge * b)
        b = b + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            return b, True
    return b, False


def _hazard_score(x: np.ndarray, n: np.ndarray, leavers: np.ndarray, b: np.ndarray) -> Score:
    intensity = np.exp(np.clip(x @ b, *ETA_BOUNDS))
    hazard = np.clip(-np.expm1(-intensity), LEAST_HAZARD, 1 - LEAST_HAZARD)
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


def linear_summary(cells: Rows, held: Design) -> GaussianSummary:
    """The likelihood of a score in the design's effects, from cells of n, total and squares."""
    if isinstance(cells, ManyCells):
        gram, plain, (n, total, squares) = cells.linear_sums(held.terms)
    else:
        x = design(cells, held.terms)
        each = cells[["n", "total", "squares"]].to_numpy(float)
        gram, plain = (x * each[:, :1]).T @ x, x.T @ each[:, 1]
        n, total, squares = each.sum(axis=0)
    centre = total / n
    cross = plain - centre * gram[0]
    b = np.linalg.pinv(gram) @ cross
    around = squares - 2 * centre * total + centre**2 * n
    variance = max((around - b @ cross) / max(n - len(gram), 1), 1e-12)
    return GaussianSummary(mean=b[held.effects], precision=_profile(gram, held.effects) / variance)


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
