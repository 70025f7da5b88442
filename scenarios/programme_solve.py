"""The integer programme solved by HiGHS, shares made exact round by round, with a bound that no choice exceeds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from scenarios.programme import Cuts, Matrix, Programme, cuts_at, first_cuts, join_cuts, matrix

SOLVED = 2e-6  # of all that removing could bring: HiGHS keeps to a row to within a millionth
NODES = 4_000  # of a search tree: the same answer on a slow machine as on a fast one
_FRACTIONS = 12  # rounds of cuts on fractions of options
_ROUNDS = 60
_LEAST_SECONDS = 0.2
_OFF = 1e-4  # of the largest figure: what a fraction may violate
_CUTS_A_CELL = 12


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


def relax(programme: Programme, cuts: Cuts | None = None) -> tuple[Cuts, np.ndarray]:
    """Cuts tightened where fractions of options violate them, and prices `(row,)` of the rows of their matrix.

    Raises:
        NothingAllowedError: not even fractions of options keep to every row.
    """
    options, cells = len(programme.initiative), len(programme.share)
    kept = first_cuts(programme) if cuts is None else cuts
    tighter = kept
    for _ in range(_FRACTIONS):
        kept, whole = tighter, matrix(programme, tighter)
        limits = [*((0, int(one)) for one in programme.useful), *[(0, 1)] * cells, (None, None)]
        found = linprog(-whole.gain, A_ub=whole.rows, b_ub=whole.most, bounds=limits, method="highs")
        if found.x is None:
            raise NothingAllowedError("no choice keeps to every row")
        more = cuts_at(programme, found.x[:options], found.x[options:-1], _OFF * whole.size)
        if not len(more.cell) or len(kept.cell) > _CUTS_A_CELL * cells:
            break
        tighter = join_cuts([kept, more])
    return kept, -np.asarray(found.ineqlin.marginals)


def price_bound(programme: Programme, cuts: Cuts, prices: np.ndarray) -> float:
    """What no choice can exceed, by the prices of rows: most @ prices and each initiative's best left-over gain.

    Holds for any prices at or above zero, whoever found them; those of the forms are led to add up to one.
    Source: Lagrangian relaxation, Fisher (1981).
    """
    whole = matrix(programme, cuts)
    paid = _led(whole, np.maximum(prices, 0.0))
    left = whole.gain - whole.rows.T @ paid
    options = len(programme.initiative)
    best = np.zeros(programme.initiative.max(initial=-1) + 1)
    np.maximum.at(best, programme.initiative, left[:options])
    more = paid @ whole.most + best.sum() + np.maximum(left[options:-1], 0).sum()
    return float(whole.size * (whole.base + more))


def _led(whole: Matrix, paid: np.ndarray) -> np.ndarray:
    """Prices under which the least form is neither worth having nor worth losing."""
    led = paid.copy()
    if not whole.forms or not whole.gain[-1]:
        return led
    of_money = whole.rows[:, [-1]].toarray().reshape(-1)
    total = of_money @ led
    led[-whole.forms :] = led[-whole.forms :] / total if total > 0 else 1 / of_money[-whole.forms :].sum()
    return led


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
    cuts = relax(programme)[0] if cuts is None else cuts
    shut, best, value, bound = list(banned), None, -np.inf, np.inf
    for _ in range(_ROUNDS):
        x, shares, found = _solve_once(programme, cuts, shut, near, max(until - time.monotonic(), _LEAST_SECONDS))
        bound = min(bound, found)
        if x is None:
            break
        worth = programme.objective(x) if programme.kept(x) else -np.inf
        if worth > value:
            best, value = x, worth
        enough = best is not None and bound - value <= max(near * abs(value), SOLVED * _most_moved(programme))
        if enough or time.monotonic() > until:
            break
        more = cuts_at(programme, x, shares, 0.0)
        if not len(more.cell) or not programme.kept(x):
            shut.append(x)
        cuts = join_cuts([cuts, more])
    if best is None:
        raise NothingAllowedError("no choice keeps to every row")
    sign = 1.0 if programme.target is None else -1.0
    return Solution(x=best, value=sign * value, bound=sign * max(bound, value), cuts=cuts)


def _most_moved(programme: Programme) -> float:
    return float(np.abs(programme.weight).max(axis=0, initial=0).sum()) if programme.target is None else 0.0


def _solve_once(
    programme: Programme, cuts: Cuts, shut: Sequence[np.ndarray], near: float, seconds: float
) -> tuple[np.ndarray | None, np.ndarray, float]:
    """A choice, the shares it was granted, and what no choice exceeds."""
    whole = matrix(programme, cuts, shut)
    options = len(programme.initiative)
    low = np.append(np.zeros(len(whole.gain) - 1), -np.inf)
    high = np.concatenate([programme.useful, np.ones(len(low) - options - 1), [np.inf]])
    found = milp(
        -whole.gain,
        integrality=np.arange(len(whole.gain)) < options,
        bounds=Bounds(low, high),
        constraints=LinearConstraint(whole.rows, ub=whole.most),
        options={"mip_rel_gap": near / 2, "time_limit": seconds, "node_limit": NODES},
    )
    bound = -np.inf if found.status == 2 else np.inf
    if found.mip_dual_bound is not None:
        bound = whole.size * (whole.base - found.mip_dual_bound)
    if found.x is None:
        return None, np.zeros(0), bound
    return np.round(found.x[:options]), found.x[options:-1], bound
