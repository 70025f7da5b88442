"""One draw of a bounded quantity in many chains at once, from nothing but its log density."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def slice_draw(
    density: Callable[[np.ndarray], np.ndarray],
    now: np.ndarray,
    bounds: tuple[float, float],
    rng: np.random.Generator,
) -> np.ndarray:
    """The next value of every element, leaving its distribution as it is.

    A slice sampler whose interval is the whole support, shrunk towards `now` at each miss.
    Source: Neal (2003), section 4.3.

    Args:
        density: log density up to a constant, elementwise: (shape) -> (shape).
        now: present values, inside the bounds.
        bounds: the support.
        rng: of this draw.
    """
    height = density(now) + np.log(rng.uniform(size=now.shape))
    low, high = np.full(now.shape, bounds[0]), np.maximum(bounds[1], now)
    out, open_ = now.copy(), np.ones(now.shape, dtype=bool)
    while open_.any():
        tried = low + (high - low) * rng.uniform(size=now.shape)
        # what is settled is tried at its present value, so that its density stays finite
        held = np.where(open_, tried, out)
        inside = open_ & (density(held) >= height)
        out = np.where(inside, tried, out)
        open_ &= ~inside
        low = np.where(open_ & (tried < now), tried, low)
        high = np.where(open_ & (tried >= now), tried, high)
    return out
