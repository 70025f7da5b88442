"""What lasts about a customer against what changed: the gap between two slopes of leaving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import CustomerCells
from models.calibration.overlap import overlapping
from models.calibration.slopes import Z90
from models.designs import build_design, held_columns
from models.reduced import hazard_summary

LEAST_LEAVERS = 20
USUAL_RELIABILITY = (0.70, 1.0)
MATERIAL = 1 / 3
# Standard errors beyond the limit at which nine in ten such gaps are clear of it.
SEEN_IN_TEN = 1.2816


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingGap:
    """The slope of leaving on a customer's own change beside that on its earlier scores, in log rate per point.

    `between` less `within` is the gap. `excess` is what of it noise in the answers cannot explain, for any
    reliability in `reliability`; `bias` is what the plain slope `alone` then owes to what lasts about a customer,
    `at_most` what it would owe if answers were as clean as the upper end. `n` customer-periods, `leavers` of them.
    """

    within: float
    within_se: float
    between: float
    between_se: float
    gap: float
    gap_se: float
    excess: float
    excess_se: float
    alone: float
    bias: float
    bias_se: float
    at_most: float
    reliability: tuple[float, float]
    n: int
    leavers: int

    def telling(self) -> bool:
        """Whether it would have seen, nine times in ten, that half of the plain slope is owed to what lasts."""
        return (Z90 + SEEN_IN_TEN) * self.bias_se <= abs(self.alone) / 2

    def flagged(self) -> bool:
        """Whether what lasts accounts for a third of the plain slope or more, clear of chance at 90%."""
        clear = abs(self.excess) > Z90 * self.excess_se and bool(np.isfinite(self.bias))
        return clear and abs(self.bias) >= MATERIAL * abs(self.alone)

    def measured(self) -> bool:
        """Whether reliability is known, so that noise is taken out and not allowed for."""
        return self.reliability[0] == self.reliability[1]

    def doubtful(self) -> bool:
        """Whether the gap is clear of chance and may be noise, or a third of the plain slope that lasts.

        Never where reliability is measured: what noise makes is then known.
        """
        clear = not self.measured() and abs(self.gap) > Z90 * self.gap_se
        return clear and not self.flagged() and abs(self.at_most) >= MATERIAL * abs(self.alone)


def leaving_gap(cells: CustomerCells, reliability: tuple[float, float] = USUAL_RELIABILITY) -> LeavingGap | None:
    """The gap between the slopes of change and of earlier scores, or None with too few who answered twice.

    Leaving on score s and own earlier mean m: the coefficient of s is the slope on change, that of m the gap.
    A score of reliability r < 1 lets m tell of the true score too, so that noise alone makes a gap of
    `V C (1 - r) / (r V W - C^2)` times the slope on change, of the same sign; V and W the variances of s and m,
    C their covariance, all given what is held fixed. Reliability cannot be under the correlation C / V.
    Reliabilities from single items (0.70, Wanous, Reichers & Hudy 1997) to none lost unless measured.
    Source: Mundlak (1978) for the two slopes; the ratio is two-variable regression on a score with noise.
    """
    if cells.certified_change.empty:
        return None
    controls = ("persona", *(name for name in cells.controls if name in cells.certified_change))
    overlap = overlapping(cells.certified_change, "overall", "overall", controls, ("earlier",))
    rows = overlap.cells
    if overlap.reason or rows["leavers"].sum() < LEAST_LEAVERS:
        return None
    moments = _moments(rows, controls)
    if min(moments[0], moments[2]) <= 0 or moments[0] * moments[2] - moments[1] ** 2 <= 1e-9 * moments[0] * moments[2]:
        return None
    summary = hazard_summary(rows, build_design(rows, controls, ["overall", "earlier"]))
    covariance = np.linalg.pinv(summary.precision)
    if not (np.isfinite(summary.mean).all() and (np.diag(covariance) > 0).all()):
        return None
    return _gap(summary.mean, covariance, moments, reliability, rows)


def _moments(rows: pd.DataFrame, controls: tuple[str, ...]) -> tuple[float, float, float, float]:
    """V, C and W given what is held fixed, then the plain variance of the score; by customer-period."""
    weight = rows["n"].to_numpy(float)
    root = np.sqrt(weight)[:, None]
    pair = rows[["overall", "earlier"]].to_numpy(float) * root
    held = held_columns(rows, controls).to_numpy(float) * root
    left = pair - held @ np.linalg.lstsq(held, pair, rcond=None)[0]
    square = left.T @ left / weight.sum()
    score = rows["overall"].to_numpy(float)
    plain = float(np.average((score - np.average(score, weights=weight)) ** 2, weights=weight))
    return float(square[0, 0]), float(square[0, 1]), float(square[1, 1]), plain


def _gap(
    b: np.ndarray,
    covariance: np.ndarray,
    moments: tuple[float, float, float, float],
    reliability: tuple[float, float],
    rows: pd.DataFrame,
) -> LeavingGap:
    variance, common, earlier, plain = moments
    ends = [_by_noise(1 - (1 - r) * plain / variance, variance, common, earlier) for r in reliability]
    left = [float(b[1] - end * b[0]) for end in ends]
    inside = left[0] * left[1] <= 0
    ratio = ends[0] if abs(left[0]) < abs(left[1]) else ends[1]
    excess = 0.0 if inside else float(b[1] - ratio * b[0])
    along = np.array([-ratio, 1.0])
    excess_se = float(np.sqrt(along @ covariance @ along))
    share = _share(ratio, variance, common, earlier)
    both = np.ones(2)
    return LeavingGap(
        within=float(b[0]),
        within_se=float(np.sqrt(covariance[0, 0])),
        between=float(b.sum()),
        between_se=float(np.sqrt(both @ covariance @ both)),
        gap=float(b[1]),
        gap_se=float(np.sqrt(covariance[1, 1])),
        excess=excess,
        excess_se=excess_se,
        alone=float(b[0] + b[1] * common / variance),
        bias=0.0 if inside else share * excess,
        bias_se=share * excess_se,
        at_most=_share(ends[1], variance, common, earlier) * left[1],
        reliability=reliability,
        n=int(rows["n"].sum()),
        leavers=int(rows["leavers"].sum()),
    )


def _by_noise(reliability: float, variance: float, common: float, earlier: float) -> float:
    """The gap that noise alone makes, as a multiple of the slope on change."""
    if common <= 0:
        return 0.0
    kept = float(np.clip(max(reliability, common / variance), 0.0, 1.0))
    left = kept * variance * earlier - common**2
    return variance * common * (1 - kept) / left if left > 1e-12 * variance * earlier else np.inf


def _share(ratio: float, variance: float, common: float, earlier: float) -> float:
    """What the plain slope owes to what lasts, of variance C, per unit of the gap that noise does not make."""
    if common <= 0:
        return 0.0
    seen = common * (variance - common - ratio * (earlier - common)) / (variance * earlier - common**2)
    return common / variance / seen if seen > 1e-9 else np.inf
