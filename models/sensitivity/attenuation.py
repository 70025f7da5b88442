"""What noise in a score does to its slope, and what a reliable score would show."""

from __future__ import annotations

import numpy as np

from models.sensitivity.least_squares import Linear

SINGLE_ITEM = 0.70  # Wanous, Reichers & Hudy (1997): reliability of one question about satisfaction


def shrinkage(reliability: float, explained: float) -> float:
    """The factor from a slope per observed point to one per true point: (1 - R2) / (reliability - R2).

    `explained` is the R-squared of the observed score on everything else in the regression, which is taken as
    measured without noise. Source: classical errors in variables with controls; Carroll et al. (2006), chapter 3.

    Raises:
        ValueError: the controls explain as much of the score as its noise leaves, so that nothing true is left.
    """
    if not explained < reliability <= 1:
        raise ValueError(
            f"a reliability of {reliability:.2f} leaves nothing beside controls that explain {explained:.2f}"
        )
    return (1 - explained) / (reliability - explained)


def score_explained(linear: Linear) -> float:
    """Share of the score's variance that the other columns explain, means taken out as in the regression."""
    x = linear.x[:, linear.place]
    x = x - (linear.w * x).sum() / linear.w.sum()
    total = float((linear.w * x * x).sum())
    own = linear.inverse[linear.place, linear.place]
    return float(np.clip(1 - 1 / (own * total), 0.0, 1.0)) if own * total > 0 else 1.0


def per_true_point(linear: Linear, reliability: float) -> tuple[float, float]:
    """The slope and its standard error per true point of the score; the noise's own uncertainty is not in it.

    Within units, the reliability of a change is asked for, which is lower than that of a level.
    """
    factor = shrinkage(reliability, score_explained(linear))
    return linear.estimate * factor, linear.plain_se * factor
