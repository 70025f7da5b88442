"""The choice as an integer programme: linear money, shares that overlap, and rows that it must keep to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

MOST_SHARE = 1 - 1e-9  # a fix of everything has no logarithm
KEPT_TO = 1e-9  # of a row's largest figure: sums of money in another order


class NothingAllowedError(ValueError):
    """No choice keeps to every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What is to be chosen: as much as possible of `constant + linear @ x + weight @ removed(x)`, x 0 or 1.

    `linear` `(option,)` is money of each option; cell c is a pain point (of a persona, in a period), `weight`
    `(cell,)` the money of removing all of it and `share` `(cell, option)` what each option removes alone; together
    they remove 1 - prod(1 - share x). `rows @ x <= most` `(row, option)`; of the options of one `initiative`
    `(option,)` at most one is chosen. With a `target` the choice is the cheapest by `cost` `(option,)` that reaches it.
    """

    linear: np.ndarray
    weight: np.ndarray
    share: np.ndarray
    rows: np.ndarray
    most: np.ndarray
    initiative: np.ndarray
    constant: float = 0.0
    cost: np.ndarray | None = None
    target: float | None = None

    def removed(self, x: np.ndarray) -> np.ndarray:
        """Share of each cell that is removed `(..., cell)` by choices `(..., option)`."""
        return np.asarray(-np.expm1(x @ np.log1p(-np.minimum(self.share, MOST_SHARE)).T))

    def value(self, x: np.ndarray) -> np.ndarray:
        """Money of choices `(..., option)`."""
        return np.asarray(self.constant + x @ self.linear + self.removed(x) @ self.weight)

    def kept(self, x: np.ndarray) -> np.ndarray:
        """Which choices `(..., option)` keep to every row and start nothing twice."""
        slack = KEPT_TO * np.maximum(np.abs(self.rows).max(axis=1, initial=0), np.abs(self.most))
        return np.asarray((x @ self.rows.T <= self.most + slack).all(axis=-1) & (x @ self.once.T <= 1).all(axis=-1))

    def objective(self, x: np.ndarray) -> float:
        """What a choice `(option,)` is judged by: its money, or minus its cost where it reaches the target."""
        if self.target is None or self.cost is None:
            return float(self.value(x))
        reached = self.value(x) >= self.target - KEPT_TO * abs(self.target)
        return -float(self.cost @ x) if reached else -np.inf

    @property
    def once(self) -> np.ndarray:
        """One start each `(initiative, option)`, 0/1."""
        return (self.initiative == np.unique(self.initiative)[:, None]).astype(float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """What bounds the share of a cell by the options: `share <= base + slope @ x`, or >= where its weight is negative.

    `cell` `(cut,)`, `slope` `(cut, option)`, `base` `(cut,)`.
    """

    cell: np.ndarray
    slope: csr_array
    base: np.ndarray

    def joined(self, other: Cuts) -> Cuts:
        """Both."""
        return Cuts(
            cell=np.concatenate([self.cell, other.cell]),
            slope=csr_array(vstack([self.slope, other.slope])),
            base=np.concatenate([self.base, other.base]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The best choice `x` `(option,)` found, its `value` by the programme, and the `bound` no choice exceeds.

    Of a programme with a target both are costs, and no choice that reaches it costs less than `bound`.
    """

    x: np.ndarray
    value: float
    bound: float
    cuts: Cuts


def first_cuts(programme: Programme) -> Cuts:
    """What holds of every choice: no more is removed than the parts add up to, no less than along the chord."""
    share = np.minimum(programme.share, MOST_SHARE)
    logs = -np.log1p(-share)
    most = np.array([_most_of_each(row, programme.initiative) for row in logs]).reshape(-1, 1)
    chord = logs * np.divide(-np.expm1(-most), most, out=np.zeros_like(most), where=most > 0)
    slope = np.where(programme.weight[:, None] > 0, share, chord)
    return Cuts(cell=np.arange(len(share)), slope=csr_array(slope), base=np.zeros(len(share)))


def _most_of_each(values: np.ndarray, initiative: np.ndarray) -> float:
    best = np.zeros(initiative.max(initial=-1) + 1)
    np.maximum.at(best, initiative, values)
    return float(best.sum())


def cuts_at(programme: Programme, x: np.ndarray, cells: np.ndarray) -> Cuts:
    """Bounds on the shares of `cells` that are exact where `x` is 0 or 1, and hold everywhere.

    Where removing brings money: the tangent of 1 - exp(L) in L = sum of x log(1 - share), and with S the options at
    more than a half, h(S) + sum over others of the share each adds (Nemhauser, Wolsey & Fisher 1978). Where it costs
    money: h(S) less, for each of S left out, all it removes alone.
    """
    share = np.minimum(programme.share[cells], MOST_SHARE)
    logs = np.log1p(-share)
    pays = programme.weight[cells] > 0
    left = np.exp(logs @ x)
    tangent = -left[:, None] * logs
    chosen = (x > 0.5).astype(float)
    stays = np.exp(logs @ chosen)
    adds = stays[:, None] * share * (1 - chosen)
    least = share * chosen
    second = np.where(pays[:, None], adds, least)
    base = 1 - stays - np.where(pays, 0.0, least.sum(axis=1))
    return Cuts(
        cell=np.concatenate([cells[pays], cells]),
        slope=csr_array(np.concatenate([tangent[pays], second])),
        base=np.concatenate([(1 - left - tangent @ x)[pays], base]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Rows over options, then cells: `rows @ (x, u) <= most`; as much as possible of `gain @ (x, u)`."""

    gain: np.ndarray
    rows: csr_array
    most: np.ndarray


def matrix(programme: Programme, cuts: Cuts, banned: Sequence[np.ndarray] = ()) -> Matrix:
    """The programme and its cuts as rows, each scaled to a largest figure of 1, without the choices `banned`."""
    cells, options = programme.share.shape
    sign = np.where(programme.weight > 0, 1.0, -1.0)[cuts.cell]
    pick = csr_array((sign, (np.arange(len(sign)), cuts.cell)), shape=(len(sign), cells))
    overlaps = hstack([csr_array(cuts.slope.multiply(-sign[:, None])), pick])
    once = programme.once
    plain = [programme.rows, once[once.sum(axis=1) > 1], *[np.atleast_2d(2 * one - 1) for one in banned]]
    most = [programme.most, np.ones(int((once.sum(axis=1) > 1).sum())), *[[one.sum() - 1] for one in banned]]
    worth = np.concatenate([programme.linear, programme.weight])
    parts = [overlaps, hstack([csr_array(np.concatenate(plain)), csr_array((sum(map(len, plain)), cells))])]
    gain = worth
    if programme.target is not None and programme.cost is not None:
        parts.append(csr_array(-worth[None, :]))
        most.append([programme.constant - programme.target])
        gain = np.concatenate([-programme.cost, np.zeros(cells)])
    rows, limits = csr_array(vstack(parts)), np.concatenate([sign * cuts.base, *most])
    size = np.maximum(abs(rows).max(axis=1).toarray().reshape(-1), 1e-300)
    return Matrix(gain=gain, rows=csr_array(rows.multiply((1 / size)[:, None])), most=limits / size)
