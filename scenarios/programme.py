"""The choice as an integer programme: money, shares that overlap, and rows that it must keep to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

MOST_SHARE = 1 - 1e-9  # a fix of everything has no logarithm
KEPT_TO = 1e-9  # of a row's largest figure: sums of money in another order


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What is to be chosen: x 0 or 1 `(option,)` for as much as possible of the least of some forms of money.

    A form is `constant + linear @ x + weight @ removed(x)`; one is enough for a mean. `linear` `(form, option)` is
    money of each option; a cell is a pain point of a persona in a period, `weight` `(form, cell)` the money of
    removing all of it and `share` `(cell, option)` what each option removes alone: together 1 - prod(1 - share x).
    `rows @ x <= most` `(row, option)`; of the options of one `initiative` `(option,)` at most one is chosen.
    With a `target` the choice is the cheapest by `cost` `(option,)` whose forms all reach it.
    """

    linear: np.ndarray
    weight: np.ndarray
    share: np.ndarray
    rows: np.ndarray
    most: np.ndarray
    initiative: np.ndarray
    constant: np.ndarray
    cost: np.ndarray | None = None
    target: float | None = None

    def removed(self, x: np.ndarray) -> np.ndarray:
        """Share of each cell that is removed `(..., cell)` by choices `(..., option)`."""
        return np.asarray(-np.expm1(x @ np.log1p(-np.minimum(self.share, MOST_SHARE)).T))

    def value(self, x: np.ndarray) -> np.ndarray:
        """Money of choices `(..., option)`: the least form of each."""
        forms = self.constant + x @ self.linear.T + self.removed(x) @ self.weight.T
        return np.asarray(forms.min(axis=-1))

    def kept(self, x: np.ndarray) -> np.ndarray:
        """Which choices `(..., option)` keep to every row and start nothing twice."""
        slack = KEPT_TO * np.maximum(np.abs(self.rows).max(axis=1, initial=0), np.abs(self.most))
        within = (x @ self.rows.T <= self.most + slack).all(axis=-1)
        return np.asarray(within & (x @ self.once.T <= 1).all(axis=-1))

    def objective(self, x: np.ndarray) -> float:
        """What a choice `(option,)` is judged by: its money, or minus its cost where it reaches the target."""
        if self.target is None or self.cost is None:
            return float(self.value(x))
        reached = self.value(x) >= self.target - KEPT_TO * abs(self.target)
        return -float(self.cost @ x) if reached else -np.inf

    @property
    def useful(self) -> np.ndarray:
        """Options `(option,)` that some best choice may hold.

        One that brings nothing alone brings nothing beside others where every share is worth having, and nothing is
        lost without it where no row is loosened by it.
        """
        alone = (self.linear + self.weight @ self.share).max(axis=0)
        loosens = (self.rows < 0).any(axis=0)
        return np.asarray((alone > 0) | loosens | (self.weight < 0).any())

    @property
    def once(self) -> np.ndarray:
        """One start each `(initiative, option)`, 0/1."""
        return np.asarray(self.initiative == np.unique(self.initiative)[:, None], dtype=float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """What bounds the share of a cell by the options: `share <= base + slope @ x` where `above`, else >=.

    `cell` `(cut,)`, `slope` `(cut, option)`, `base` `(cut,)`, `above` `(cut,)`.
    """

    cell: np.ndarray
    slope: csr_array
    base: np.ndarray
    above: np.ndarray


def join_cuts(parts: Sequence[Cuts]) -> Cuts:
    """All of them."""
    return Cuts(
        cell=np.concatenate([part.cell for part in parts]),
        slope=csr_array(vstack([part.slope for part in parts])),
        base=np.concatenate([part.base for part in parts]),
        above=np.concatenate([part.above for part in parts]),
    )


def _cuts(cells: np.ndarray, slope: np.ndarray, base: np.ndarray, above: float) -> Cuts:
    return Cuts(cell=cells, slope=csr_array(slope), base=base, above=np.full(len(cells), bool(above)))


def first_cuts(programme: Programme) -> Cuts:
    """What holds of every choice: no more is removed than the parts add up to, no less than along the chord."""
    share = np.minimum(programme.share, MOST_SHARE)
    pays, costs = _signs(programme)
    logs = -np.log1p(-share[costs])
    most = np.array([_most_of_each(row, programme.initiative) for row in logs]).reshape(-1, 1)
    chord = logs * np.divide(-np.expm1(-most), most, out=np.zeros_like(most), where=most > 0)
    return join_cuts(
        [_cuts(pays, share[pays], np.zeros(len(pays)), above=1), _cuts(costs, chord, np.zeros(len(costs)), above=0)]
    )


def _signs(programme: Programme) -> tuple[np.ndarray, np.ndarray]:
    """Cells whose removal brings money in some form, and those where it costs money in some."""
    return np.flatnonzero((programme.weight > 0).any(axis=0)), np.flatnonzero((programme.weight < 0).any(axis=0))


def _most_of_each(values: np.ndarray, initiative: np.ndarray) -> float:
    best = np.zeros(initiative.max(initial=-1) + 1)
    np.maximum.at(best, initiative, values)
    return float(best.sum())


def cuts_at(programme: Programme, x: np.ndarray, shares: np.ndarray, tolerance: float) -> Cuts:
    """Bounds on the shares that are off at `x` by more than `tolerance` of money: exact where `x` is 0 or 1.

    Where removing brings money: the tangent of 1 - exp(L) in L = sum of x log(1 - share), and with S the options at
    more than a half, h(S) + sum over others of the share each adds (Nemhauser, Wolsey & Fisher 1978). Where it costs
    money: h(S) less, for each of S left out, all it removes alone. All hold for every choice.
    """
    off = np.abs(programme.weight).max(axis=0, initial=0) * (shares - programme.removed(x))
    pays, costs = _signs(programme)
    over, under = pays[off[pays] > tolerance], costs[off[costs] < -tolerance]
    chosen = (x > 0.5).astype(float)
    share = np.minimum(programme.share[over], MOST_SHARE)
    logs = np.log1p(-share)
    left, stays = np.exp(logs @ x), np.exp(logs @ chosen)
    tangent = -left[:, None] * logs
    least = np.minimum(programme.share[under], MOST_SHARE) * chosen
    under_stays = np.exp(np.log1p(-least).sum(axis=1))
    return join_cuts(
        [
            _cuts(over, tangent, 1 - left - tangent @ x, above=1),
            _cuts(over, stays[:, None] * share * (1 - chosen), 1 - stays, above=1),
            _cuts(under, least, 1 - under_stays - least.sum(axis=1), above=0),
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Rows over options, cells and the least form: `rows @ v <= most`; as much as possible of `base + gain @ v`.

    What is gained is in units of `size`; the last `forms` of the rows are those of the forms.
    """

    gain: np.ndarray
    rows: csr_array
    most: np.ndarray
    base: float
    size: float
    forms: int


def matrix(programme: Programme, cuts: Cuts, banned: Sequence[np.ndarray] = ()) -> Matrix:
    """The programme and its cuts as rows, each scaled to a largest figure of 1, without the choices `banned`."""
    cells = len(programme.share)
    sign = np.where(cuts.above, 1.0, -1.0)
    pick = csr_array((sign, (np.arange(len(sign)), cuts.cell)), shape=(len(sign), cells))
    once = programme.once
    twice = once[once.sum(axis=1) > 1]
    plain = np.concatenate([programme.rows, twice, *[np.atleast_2d(2 * one - 1) for one in banned]])
    gain, base, size = _gain(programme)
    forms, limits = _forms(programme, size)
    rows = csr_array(
        vstack(
            [
                hstack([csr_array(cuts.slope.multiply(-sign[:, None])), pick, csr_array((len(sign), 1))]),
                hstack([csr_array(plain), csr_array((len(plain), cells + 1))]),
                forms,
            ]
        )
    )
    most = [sign * cuts.base, programme.most, np.ones(len(twice)), [one.sum() - 1 for one in banned], limits]
    largest = np.maximum(abs(rows).max(axis=1).toarray().reshape(-1), 1e-300)
    scaled = csr_array(rows.multiply((1 / largest)[:, None]))
    return Matrix(gain=gain, rows=scaled, most=np.concatenate(most) / largest, base=base, size=size, forms=len(limits))


def _gain(programme: Programme) -> tuple[np.ndarray, float, float]:
    """What is to be as much as possible, what it starts from, and the unit of both."""
    cells, options = programme.share.shape
    gain = np.zeros(options + cells + 1)
    if programme.target is not None and programme.cost is not None:
        size = float(np.abs(programme.cost).max(initial=0)) or 1.0
        gain[:options] = -programme.cost / size
        return gain, 0.0, size
    size = float(max(np.abs(programme.linear).max(initial=0), np.abs(programme.weight).max(initial=0))) or 1.0
    if len(programme.constant) > 1:
        gain[-1] = 1.0
        return gain, 0.0, size
    gain[:-1] = np.concatenate([programme.linear[0], programme.weight[0]]) / size
    return gain, float(programme.constant[0]) / size, size


def _forms(programme: Programme, size: float) -> tuple[csr_array, np.ndarray]:
    """Rows that keep the least form below each of them, or each form above the target; none for the sole form."""
    count = len(programme.constant)
    if programme.target is None and count == 1:
        return csr_array((0, sum(programme.share.shape) + 1)), np.zeros(0)
    money = np.full((count, 1), size if programme.target is None else 0.0)
    rows = hstack([csr_array(-programme.linear), csr_array(-programme.weight), csr_array(money)])
    return csr_array(rows), programme.constant - (programme.target or 0.0)
