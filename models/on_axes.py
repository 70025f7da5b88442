"""Reduced forms of all personas on the axes on which a persona's errors are independent."""

from __future__ import annotations

import numpy as np

from models.reduced import GaussianSummary

SILENT = 1e-12  # share of the largest root under which a direction is rounding


class OnAxes:
    """One outcome's reduced forms of all personas, with the axes on which their errors are independent.

    `mean` (g, k), `precision` (g, k, k) = axes diag(roots) axes'.
    """

    def __init__(self, parts: tuple[GaussianSummary, ...]) -> None:
        """Finds the axes of every persona's precision; a direction the data are silent on has a root of 0."""
        self.mean = np.array([part.mean for part in parts])
        self.precision = np.array([part.precision for part in parts])
        roots, self.axes = np.linalg.eigh(self.precision)
        self.roots = np.where(roots > roots.max(axis=1, initial=0.0, keepdims=True) * SILENT, roots, 0.0)

    def widened(self, spread: np.ndarray) -> np.ndarray:
        """Precision about what personas share, (c, g, k, k), when each has its own part of sd `spread` (c,)."""
        weight = self.roots / (1 + spread[:, None, None] ** 2 * self.roots)
        return np.asarray((self.axes * weight[:, :, None, :]) @ np.swapaxes(self.axes, -1, -2))

    def turned(self, values: np.ndarray) -> np.ndarray:
        """(c, g, k) on the axes."""
        return np.asarray((np.swapaxes(self.axes, -1, -2) @ values[..., None])[..., 0])

    def spread_density(self, spread: np.ndarray, left: np.ndarray) -> np.ndarray:
        """Log-likelihood (c,) of a persona spread, given what is `left` (c, g, k) on the axes."""
        shrunk = 1 + spread[:, None, None] ** 2 * self.roots
        return np.asarray((-np.log(shrunk) / 2 - left**2 * self.roots / shrunk / 2).sum(axis=(1, 2)))

    def own(self, spread: np.ndarray, left: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A draw of what personas have of their own (c, g, k), given what is `left` on the axes."""
        square = spread[:, None, None] ** 2
        shrunk = 1 + square * self.roots
        turned = left * square * self.roots / shrunk + np.sqrt(square / shrunk) * rng.standard_normal(left.shape)
        return np.asarray((self.axes @ turned[..., None])[..., 0])
