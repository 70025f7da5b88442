"""Columns that move together: how much that widens a range, and which cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MOST_VIF = 10.0
MOST_CONDITION = 30.0
TAKES_PART = 0.1
TOGETHER = 0.5  # share of a coefficient's variance that hangs on one near dependency
COPY = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Collinearity:
    """How columns move together, by name in the order given.

    `vif` `(column,)` how many times the others widen a coefficient's variance (inf for a copy); `condition` the
    largest condition index of the scaled columns; `groups` those that cannot be told apart.
    """

    names: tuple[str, ...]
    vif: np.ndarray
    condition: float
    groups: tuple[tuple[str, ...], ...]

    def group_of(self, name: str) -> tuple[str, ...]:
        """The group that a column is in, or none."""
        return next((group for group in self.groups if name in group), ())


def collinearity_of(x: np.ndarray, names: Sequence[str], *, w: np.ndarray | None = None) -> Collinearity:
    """How the columns of a design move together; a constant is taken out of the others first.

    Args:
        x: the design `(row, column)`.
        names: of its columns.
        w: weights of the rows, or None.
    """
    w = np.ones(len(x)) if w is None else w
    centre = x - (w @ x) / w.sum()
    length = np.sqrt(w @ centre**2)
    varies = length > 1e-9 * np.sqrt(w @ x**2 + 1e-300)
    unit = centre[:, varies] * np.sqrt(w)[:, None] / length[varies]
    kept = [name for name, one in zip(names, varies, strict=True) if one]
    return of_correlations(unit.T @ unit, kept)


def of_correlations(correlation: np.ndarray, names: Sequence[str]) -> Collinearity:
    """How columns of a given correlation matrix `(column, column)` move together. Copies are a group, no error.

    Condition index: square root of the largest eigenvalue over the smallest, columns centred and scaled to equal
    length, so that constant and units play no part. A group: the columns more than half of whose variance hangs
    on a dependency of condition index over 30, or of variance inflation over 10 that lean on one another.
    Source: Belsley, Kuh & Welsch (1980), chapter 3.
    """
    if not len(names):
        return Collinearity(names=(), vif=np.zeros(0), condition=1.0, groups=())
    values, vectors = np.linalg.eigh(correlation)
    values = np.maximum(values, 0.0)
    top = float(values.max())
    floor = np.maximum(values, COPY * top)
    share = vectors**2 / floor
    vif = share.sum(axis=1)
    index = np.sqrt(top / floor)
    groups = _merged([*_near(index, share, vectors), *_leaning(correlation, vif)])
    return Collinearity(
        names=tuple(names),
        vif=np.where(vif > 0.01 / COPY / top, np.inf, vif),
        condition=float(np.inf if values.min() <= COPY * top else index.max()),
        groups=tuple(tuple(names[i] for i in sorted(group)) for group in groups),
    )


def _near(index: np.ndarray, share: np.ndarray, vectors: np.ndarray) -> list[set[int]]:
    """Pairs tied by near dependencies: over half of either's variance hangs on them, and both take part in one.

    Who takes part with whom is read from the projection on all near dependencies together, which, unlike the
    single ones, is unique where several are exact.
    """
    near = index > MOST_CONDITION
    tied = share[:, near].sum(axis=1) > TOGETHER * share.sum(axis=1)
    common = np.abs(vectors[:, near] @ vectors[:, near].T) > TAKES_PART
    pairs = np.argwhere(np.triu(common & tied[:, None] & tied[None, :], 1))
    return [{int(i), int(j)} for i, j in pairs]


def _leaning(correlation: np.ndarray, vif: np.ndarray) -> list[set[int]]:
    """Columns of much inflated variance, each with those it goes with at .9 or more in size."""
    return [
        {int(i), int(j)}
        for i in np.flatnonzero(vif > MOST_VIF)
        for j in np.flatnonzero(np.abs(correlation[i]) >= 0.9)
        if i != j
    ]


def _merged(groups: Sequence[set[int]]) -> list[set[int]]:
    out: list[set[int]] = []
    for group in groups:
        if len(group) < 2:
            continue
        touching = [one for one in out if one & group]
        out = [one for one in out if not one & group] + [set().union(group, *touching)]
    return sorted(out, key=min)


def told_in_words(group: Sequence[str], called: Mapping[str, str]) -> str:
    """What to do about columns that cannot be told apart, in a sentence."""
    shown = [called.get(name, name) for name in group]
    listed = f"{', '.join(shown[:-1])} and {shown[-1]}"
    return (
        f"{listed} cannot be told apart with these data: treat as one, or collect answers that ask for one "
        "without the other."
    )
