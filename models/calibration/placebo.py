"""Whether a headline stands clear of its placebo, and how it is marked where it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.calibration.slopes import Z90, Slope


def told_apart(headline: Slope, placebo: Slope | None) -> bool:
    """Whether a headline stands clear of its placebo.

    It does not where the placebo is clear of zero at 90% with the same sign, is at least half the
    size, and the headline is not clearly the larger (90%, the two taken as independent).
    """
    if placebo is None or headline.estimate * placebo.estimate <= 0:
        return True
    if abs(placebo.estimate) < max(abs(headline.estimate) / 2, Z90 * placebo.se):
        return True
    return bool(abs(headline.estimate) - abs(placebo.estimate) > Z90 * np.hypot(headline.se, placebo.se))


def telling(headline: Slope, placebo: Slope) -> bool:
    """Whether a placebo is precise enough to have found as much as the headline does."""
    return Z90 * placebo.se <= abs(headline.estimate)


def graded(headline: Slope, placebo: Slope | None) -> list[Slope]:
    """The headline, its grade lowered where its placebo finds as much, then the placebo where there is one."""
    if not told_apart(headline, placebo):
        headline = replace(headline, grade="not told apart from placebo")
    return [headline, *([placebo] if placebo else [])]


def as_headline(slope: Slope) -> Slope:
    """The slope marked as the one that stands for its outcome and term."""
    return replace(slope, headline=True)
