"""Slopes of several personas drawn towards one another by how well each is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

GRID = 200
WIDEST = 6.0  # times the largest spread of the estimates: where the grid of the spread ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The mean slope of all groups, its error, the spread between groups, and each group's own `(group,)`."""

    mean: float
    mean_se: float
    spread: float
    estimate: np.ndarray
    se: np.ndarray


def partly_pooled(estimate: np.ndarray, se: np.ndarray, scale: float | None = None) -> Pooled:
    """Each group's slope as a Normal population of slopes has it, averaged over what the spread between may be.

    The spread has a half-Normal prior of `scale` (infinite: flat); where None, the size of the common slope: groups
    differ by about as much as there is to differ in. Closed given the spread, which is summed over a grid.
    Source: Gelman et al. (2013), section 5.4.
    """
    if scale is None:
        weight = se**-2 / (se**-2).sum()
        scale = float(np.hypot(weight @ estimate, (se**-2).sum() ** -0.5))
    reach = WIDEST * max(float(np.ptp(estimate)), float(se.max()))
    spread = np.linspace(0.0, reach if np.isinf(scale) else min(reach, 4 * scale), GRID)
    total = se**2 + spread[:, None] ** 2
    precision = (1 / total).sum(axis=1)
    mean = (estimate / total).sum(axis=1) / precision
    log = -0.5 * (np.log(total) + (estimate - mean[:, None]) ** 2 / total).sum(axis=1) - 0.5 * np.log(precision)
    log = log - (0.0 if np.isinf(scale) else 0.5 * (spread / scale) ** 2)
    share = np.exp(log - log.max())
    share /= share.sum()
    kept = spread[:, None] ** 2 / total
    each = kept * estimate + (1 - kept) * mean[:, None]
    within = kept * se**2 + (1 - kept) ** 2 / precision[:, None]
    middle, own = share @ mean, share @ each
    return Pooled(
        mean=float(middle),
        mean_se=float(np.sqrt(share @ (1 / precision + (mean - middle) ** 2))),
        spread=float(share @ spread),
        estimate=own,
        se=np.sqrt(share @ (within + (each - own) ** 2)),
    )
