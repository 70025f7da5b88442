"""How well several questions about one thing agree."""

from __future__ import annotations

import numpy as np


def cronbach_alpha(covariance: np.ndarray) -> float:
    """Share of a sum of items that is common to them, from their covariances `(item, item)`.

    Of correlations it is the standardised alpha, which the scales of the items do not move.

    Source: Cronbach (1951).
    """
    items = len(covariance)
    return float(items / (items - 1) * (1 - np.trace(covariance) / covariance.sum()))
