"""The integer programme solved by HiGHS, shares made exact round by round, with a bound that no choice exceeds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from scenarios.programme import Cuts, Programme, cuts_at, first_cuts, matrix

SOLVED = 2e-6  # of all that removing could bring: HiGHS keeps to a row to within a millionth
_FRACTIONS = 12  # rounds of cuts on fractions of options
_ROUNDS = 60
_LEAST_SECONDS = 0.2
_OFF = 1e-4  # of the largest figure: what a fraction may violate


class NothingAllowedError(ValueError):
    """No choice keeps to every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The best choice `x` `(option,)` found, its `value` by the programme, and the `bound` no choice exceeds.

    Of a programme with a target both are costs, and no choice that reaches it costs less than `bound`.
    """

    x: np.ndarray
    value: float
    bound: float
    cuts: Cuts


def relax(programme: Programme, cuts: Cuts) -> tuple[Cuts, np.ndarray]:
    """The cuts tightened where fractions of options violate them, and prices `(row,)` of the rows of the last matrix.

    Raises:
        NothingAllowedError: not even fractions of options keep to every row.
    """
    options = len(programme.linear)
    tighter = cuts
    for _ in range(_FRACTIONS):
        cuts, whole = tighter, matrix(programme, tighter)
        size = _size(whole.gain)
        found = linprog(-whole.gain / size, A_ub=whole.rows, b_ub=whole.most, bounds=(0, 1), method="highs")
        if found.x is None:
            raise NothingAllowedError("no choice keeps to every row")
        x, share = found.x[:options], found.x[options:]
        wrong = np.flatnonzero(programme.weight * (share - programme.removed(x)) > _OFF * size)
        if not len(wrong) or len(cuts.cell) > _most_cuts(programme):
            break
        tighter = cuts.joined(cuts_at(programme, x, wrong))
    return cuts, -np.asarray(found.ineqlin.marginals) * size


def _most_cuts(programme: Programme) -> int:
    return 12 * len(programme.weight) + 50


def _size(gain: np.ndarray) -> float:
    return float(np.abs(gain).max(initial=0)) or 1.0


def price_bound(programme: Programme, cuts: Cuts, prices: np.ndarray) -> float:
    """What no choice can exceed, by the prices of rows: most @ prices and each initiative's best left-over gain.

    Holds for any prices at or above zero, whoever found them. Source: Lagrangian relaxation, Fisher (1981).
    """
    whole = matrix(programme, cuts)
    paid = np.maximum(prices, 0.0)
    left = whole.gain - whole.rows.T @ paid
    options = len(programme.linear)
    best = np.zeros(programme.initiative.max(initial=-1) + 1)
    np.maximum.at(best, programme.initiative, left[:options])
    return float(programme.constant + paid @ whole.most + best.sum() + np.maximum(left[options:], 0).sum())


def solve(
    programme: Programme,
    cuts: Cuts | None = None,
    *,
    near: float = 1e-9,
    seconds: float = 60.0,
    banned: Sequence[np.ndarray] = (),
) -> Solution:
    """The best choice, to within `near` of its value, or the best found and bounded in about so many seconds.

    Args:
        programme: what is to be chosen.
        cuts: of an earlier solution of the same cells and options, to begin with.
        near: distance of value and bound, of the value, that is near enough.
        seconds: after which no other round is begun.
        banned: choices that may not be made again.

    Raises:
        NothingAllowedError: no choice keeps to every row, or none was found in time.
    """
    until = time.monotonic() + seconds
    cuts = relax(programme, first_cuts(programme))[0] if cuts is None else cuts
    shut, best, value, bound = list(banned), None, -np.inf, np.inf
    for _ in range(_ROUNDS):
        x, share, found = _solve_once(programme, cuts, shut, near, max(until - time.monotonic(), _LEAST_SECONDS))
        bound = min(bound, found)
        if x is None:
            break
        if not programme.kept(x):
            shut.append(x)
            continue
        worth = programme.objective(x)
        if worth > value:
            best, value = x, worth
        enough = max(near * abs(value), SOLVED * float(np.abs(programme.weight).sum()))
        wrong = np.flatnonzero(programme.weight * (share - programme.removed(x)) > 0)
        if bound - value <= enough or time.monotonic() > until:
            break
        if not len(wrong):
            shut.append(x)
            continue
        cuts = cuts.joined(cuts_at(programme, x, wrong))
    if best is None:
        raise NothingAllowedError("no choice keeps to every row")
    sign = 1.0 if programme.target is None else -1.0
    return Solution(x=best, value=sign * value, bound=sign * max(bound, value), cuts=cuts)


def _solve_once(
    programme: Programme, cuts: Cuts, shut: Sequence[np.ndarray], near: float, seconds: float
) -> tuple[np.ndarray | None, np.ndarray, float]:
    """A choice, the shares it was granted, and what no choice exceeds."""
    whole = matrix(programme, cuts, shut)
    options, size = len(programme.linear), _size(whole.gain)
    found = milp(
        -whole.gain / size,
        integrality=np.arange(len(whole.gain)) < options,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(whole.rows, ub=whole.most),
        options={"mip_rel_gap": near / 2, "time_limit": seconds},
    )
    base = programme.constant if programme.target is None else 0.0
    bound = -np.inf if found.status == 2 else np.inf
    if found.mip_dual_bound is not None:
        bound = base - size * found.mip_dual_bound
    if found.x is None:
        return None, np.zeros(0), bound
    return np.round(found.x[:options]), found.x[options:], bound
