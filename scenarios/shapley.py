"""What each member brings to a set whose members overlap, so that the parts add up to the whole."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import numpy as np

from impact.rng import stream
from scenarios.portfolio import Portfolio
from scenarios.thinned import thinned
from scenarios.worth import Case, costs_by_period, mean_benefits

EXACT = 10  # members up to which every subset is looked at (1,024)
ORDERS = 100  # in which members come, above it; each with its reverse
DRAWS = 200  # on which subsets are compared; the whole set's value is that of all draws


def shapley(members: int, worth: Callable[[np.ndarray], np.ndarray], seed: int = 0) -> np.ndarray:
    """The mean of what each member adds to those before it, over all orders in which they may come `(member,)`.

    phi_i = sum over sets S without i of |S|! (n - |S| - 1)! / n! (v(S with i) - v(S)). Exact for up to ten members,
    above it the mean over drawn orders and their reverses. Either way the parts sum to what all are worth together.
    Source: Shapley (1953); by drawn orders Castro, Gomez & Tejada (2009).

    Args:
        members: how many.
        worth: values `(set,)` of sets 0/1 `(set, member)`.
        seed: of the orders.
    """
    if members <= EXACT:
        return _exact(members, worth)
    rng = stream(seed, "shapley")
    drawn = [rng.permutation(members) for _ in range(ORDERS)]
    orders = np.array([*drawn, *(order[::-1] for order in drawn)])
    # after[o, t]: the set of the first t members of order o
    after = np.cumsum(np.eye(members)[orders], axis=1)
    after = np.concatenate([np.zeros((len(orders), 1, members)), after], axis=1)
    rows, place = np.unique(after.reshape(-1, members), axis=0, return_inverse=True)
    added = np.diff(worth(rows)[place.reshape(after.shape[:2])], axis=1)
    out = np.zeros(members)
    np.add.at(out, orders, added)
    return out / len(orders)


def _exact(members: int, worth: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    mask = np.arange(1 << members)
    value = worth(((mask[:, None] >> np.arange(members)) & 1).astype(float))
    size = np.array([int(one).bit_count() for one in mask])
    weight = np.array([factorial(k) * factorial(members - k - 1) / factorial(members) for k in range(members)])
    out = np.zeros(members)
    for i in range(members):
        without = mask[(mask >> i) & 1 == 0]
        out[i] = weight[size[without]] @ (value[without | (1 << i)] - value[without])
    return out


def chosen_shares(case: Case, portfolio: Portfolio, seed: int) -> np.ndarray:
    """What each chosen initiative brings to the chosen set's mean NPV `(initiative,)`; nan for the others.

    They sum to that NPV. Where every set was valued those values are used; else what the subsets gain is
    worked out on fewer draws and led to what the whole set gains on all of them, each cost its own.
    """
    members = np.flatnonzero(portfolio.chosen)
    out = np.full(len(case.offers), np.nan)
    if not len(members):
        return out
    if len(portfolio.sets) == 1 << len(case.offers) and len(members) <= EXACT:
        known = {tuple(np.flatnonzero(row)): value for row, value in zip(portfolio.sets, portfolio.value, strict=True)}
        out[members] = shapley(
            len(members), lambda sets: np.array([known[tuple(members[row > 0])] for row in sets]), seed
        )
        return out
    few = thinned(case, DRAWS)

    def gained(sets: np.ndarray) -> np.ndarray:
        whole = np.zeros((len(sets), len(case.offers)))
        whole[:, members] = sets
        return np.asarray(mean_benefits(few, whole) @ few.base.discount)

    share = shapley(len(members), gained, seed)
    spent = np.array([costs_by_period(case.offers[i]).mean(axis=0) @ case.base.discount for i in members])
    gain = float(portfolio.npv.mean()) + spent.sum()
    # what fewer draws miss of the whole gain goes to each by its size: a factor would blow up where it is near nil
    size = np.abs(share).sum()
    out[members] = share + (gain - share.sum()) * (np.abs(share) / size if size > 0 else 1 / len(share)) - spent
    return out
