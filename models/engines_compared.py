"""Two engines on one posterior: how far apart their draws are, beside what the chance of the draws alone makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.diagnostics import effective_draws
from models.inference import Fit

SHIFT_LIMIT = 0.1  # of a posterior sd: what no reader of a 90% range would notice
RATIO_LIMITS = (0.9, 1.1)
ERRORS = 3.0  # Monte-Carlo errors allowed beyond a limit: a hundred effects are looked at
BLOCKS = ("score", "leaving", "spend", "theta", "psi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One block of effects by two engines.

    `z_max`: the largest difference of means over its Monte-Carlo error. `shift_max`: the largest in posterior sds.
    `ratio_min`, `ratio_max`: sd of the first over sd of the second. `agrees` says that both keep to their limits, or
    miss them by no more than Monte-Carlo error.
    """

    block: str
    effects: int
    z_max: float
    shift_max: float
    ratio_min: float
    ratio_max: float
    agrees: bool


def compare_engines(first: Fit, second: Fit) -> tuple[Agreement, ...]:
    """How far the draws of two engines are apart, block by block; a block that does not vary is left out."""
    found = []
    for block in BLOCKS:
        one, other = _flat(first.draws[block]), _flat(second.draws[block])
        varies = (one.std(axis=(0, 1)) > 0) & (other.std(axis=(0, 1)) > 0)
        if varies.any():
            found.append(compare_block(block, one[..., varies], other[..., varies]))
    return tuple(found)


def compare_block(block: str, one: np.ndarray, other: np.ndarray) -> Agreement:
    """The agreement of draws `(chain, draw, effect)`.

    The error of a mean is its sd over the root of its effective draws; that of a log sd is 1 / sqrt(2 x effective
    draws), as of a Normal.
    """
    mean, sd = zip(*((draws.mean(axis=(0, 1)), draws.std(axis=(0, 1))) for draws in (one, other)), strict=True)
    size = [np.maximum(effective_draws(draws), 1.0) for draws in (one, other)]
    shift = np.abs(mean[0] - mean[1]) / sd[1]
    error = np.sqrt((sd[0] / sd[1]) ** 2 / size[0] + 1 / size[1])
    ratio = sd[0] / sd[1]
    slack = np.exp(ERRORS * np.sqrt(1 / (2 * size[0]) + 1 / (2 * size[1])))
    near = shift - ERRORS * error <= SHIFT_LIMIT
    alike = (ratio * slack >= RATIO_LIMITS[0]) & (ratio / slack <= RATIO_LIMITS[1])
    return Agreement(
        block=block,
        effects=len(shift),
        z_max=float((shift / error).max()),
        shift_max=float(shift.max()),
        ratio_min=float(ratio.min()),
        ratio_max=float(ratio.max()),
        agrees=bool((near & alike).all()),
    )


def _flat(draws: np.ndarray) -> np.ndarray:
    return draws.reshape(*draws.shape[:2], -1)
