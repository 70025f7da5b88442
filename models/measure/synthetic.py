"""A comparison made of untreated units weighed so that they moved like the treated ones before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import nnls

Kind = Literal["SDID", "SC", "DID"]
FLAT = 1e-6  # the ridge that only settles which of several equal solutions is taken, in units of the noise
HELD = 1e4  # how hard the weights are held to a sum of one, relative to the largest outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Units that start at one date beside units that never do, without a gap.

    `controls` `(control, period)` and `treated` `(treated, period)` outcomes; the first `before` periods are those
    without the initiative; `size` `(treated,)` how much each treated unit counts.
    """

    controls: np.ndarray
    treated: np.ndarray
    before: int
    size: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """The treated units' mean outcome `(period,)`."""
        return np.asarray(np.average(self.treated, axis=0, weights=self.size))


def synthetic_effect(block: Block, kind: Kind = "SDID") -> float:
    """The mean effect after the start, beside a synthetic comparison.

    "SDID" weighs units (with a ridge) and periods, both beside a constant; "SC" weighs units alone, without ridge
    and constant; "DID" counts all units and periods before alike.

    Source: Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021), algorithm 1; Abadie, Diamond & Hainmueller (2010).
    """
    units = unit_weights(block, kind)
    gap = block.mean - units @ block.controls
    after = float(gap[block.before :].mean())
    if kind == "SC":
        return after
    return after - float(period_weights(block, kind) @ gap[: block.before])


def unit_weights(block: Block, kind: Kind) -> np.ndarray:
    """How much each untreated unit counts `(control,)`, one in all.

    The ridge of "SDID" is (treated units x periods after)^(1/4) times the noise, times the root of the periods before.
    """
    controls, target = block.controls[:, : block.before].T, block.mean[: block.before]
    count = len(block.controls)
    if kind == "DID":
        return np.full(count, 1 / count)
    noise = _noise(block)
    if kind == "SC":
        return _on_simplex(controls, target, FLAT * noise * np.sqrt(block.before))
    cells = len(block.treated) * (block.controls.shape[1] - block.before)
    ridge = cells**0.25 * noise * np.sqrt(block.before)
    return _on_simplex(controls - controls.mean(axis=0), target - target.mean(), ridge)


def period_weights(block: Block, kind: Kind) -> np.ndarray:
    """How much each period before counts `(before,)`, one in all."""
    if kind == "DID":
        return np.full(block.before, 1 / block.before)
    earlier, later = block.controls[:, : block.before], block.controls[:, block.before :].mean(axis=1)
    ridge = FLAT * _noise(block) * np.sqrt(len(block.controls))
    return _on_simplex(earlier - earlier.mean(axis=0), later - later.mean(), ridge)


def _noise(block: Block) -> float:
    """Standard deviation of the untreated units' steps from period to period before the start."""
    steps = np.diff(block.controls[:, : block.before], axis=1)
    return float(steps.std(ddof=1)) if steps.size > 1 else 0.0


def _on_simplex(x: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Weights `(column,)`, none below nil and one in all, that bring `x` `(row, column)` nearest to `y`.

    Non-negative least squares with rows for the ridge and for the sum. A general optimiser started from equal
    weights stops there.
    """
    count = x.shape[1]
    hold = HELD * (max(float(np.abs(x).max()), float(np.abs(y).max()), ridge) or 1.0)
    rows = np.vstack([x, ridge * np.eye(count), np.full((1, count), hold)])
    found, _ = nnls(rows, np.concatenate([y, np.zeros(count), [hold]]), maxiter=50 * count)
    return np.asarray(found / found.sum())
