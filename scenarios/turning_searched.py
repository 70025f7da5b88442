"""Turning costs where choices are searched for: each is tried out, and what is found is added to what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scenarios.effect import Offer
from scenarios.floor import FloorKeeper
from scenarios.rechoice import Choice, Pool, Searcher, forced
from scenarios.turning import cheaper, cost_down_to, falls_out_above, whole_cost, with_offer
from scenarios.worth import Case, at_starts, one_off_by_period

TRIALS = 3
BEYOND = 1e-3  # of a cost: how far beyond a turning point the choice is made anew


def tried_cost_down_to(pools: Sequence[Pool], i: int) -> float:
    """A one-off cost at or below which an initiative is chosen, NaN where even for nothing it is not.

    What the pools say is raised by trying costs between it and today's, halving what is left each time: the cost at
    which it turns may lie above it by that little.
    """
    known, plan = list(pools), pools[0].case.offers[i].plan_cost
    low, high = cost_down_to(known, i) / plan if plan > 0 else np.nan, 1.0
    probes = [BEYOND] if plan > 0 and np.isnan(low) else []
    for _ in range(TRIALS):
        share = probes.pop() if probes else (low + high) / 2
        if np.isnan(share):
            break
        with_it = best_with(pools[0], i, share)
        if with_it is None or with_it[1] <= pools[0].chosen.value:
            high = share
            continue
        known.append(with_it[0])
        low = cost_down_to(known, i) / plan
    return low * plan


def tried_falls_out_above(pool: Pool, i: int, other: Choice | None) -> float:
    """The one-off cost above which a chosen initiative is not; NaN where each cost tried leaves it chosen."""
    plan, found = pool.case.offers[i].plan_cost, falls_out_above([pool], i, other)
    known = [pool]
    for _ in range(TRIALS):
        if other is None or not np.isfinite(found) or plan <= 0:
            return np.nan
        with_it = best_with(pool, i, found / plan * (1 + BEYOND))
        if with_it is None or with_it[1] <= other.value:
            return found
        known.append(with_it[0])
        found = falls_out_above(known, i, other)
    return np.nan


def best_with(pool: Pool, i: int, share: float) -> tuple[Pool, float] | None:
    """The best choice with an initiative at a share of its cost: as a pool at its cost now, and its worth at that.

    None where no choice with it keeps to the rules.
    """
    assert pool.searcher is not None
    searcher = repriced(pool.searcher, i, share)
    choice = searcher.choose(forced(searcher.case, i), pool.limits)
    if choice is None:
        return None
    there = at_starts(pool.case, np.array(choice.starts, dtype=int))
    row = np.isin(np.arange(len(there.offers)), choice.members).astype(float)
    value = choice.value - (1 - share) * whole_cost(there, there.offers[i])
    found = replace(pool, case=there, sets=row[None], value=np.array([value]), keeper=FloorKeeper(there))
    return found, choice.value


def repriced(searcher: Searcher, i: int, share: float) -> Searcher:
    """The search with an initiative at a share of its one-off cost; what fixes do is not worked out again."""
    ground, mine = searcher.ground, searcher.ground.place == i
    offers = tuple(cheaper(one, share) if on else one for one, on in zip(ground.case.offers, mine, strict=True))
    alone, shift = ground.alone.copy(), ground.shift.copy()
    for at in np.flatnonzero(mine):
        drawn = _saved(ground.case, ground.case.offers[at], share)
        shift[at] += _saved(searcher.case, searcher.options[at].offer, share).mean() - drawn.mean()
        alone[at] += drawn + shift[at] - ground.shift[at]
    options = tuple(
        replace(one, offer=cheaper(one.offer, share)) if one.place == i else one for one in searcher.options
    )
    return replace(
        searcher,
        case=with_offer(searcher.case, i, cheaper(searcher.case.offers[i], share)),
        options=options,
        ground=replace(
            ground,
            case=replace(ground.case, offers=offers),
            cost=np.where(mine, ground.cost * share, ground.cost),
            alone=alone,
            shift=shift,
            known={},
        ),
        stands=np.zeros(len(options)),
        known={},
    )


def _saved(case: Case, offer: Offer, share: float) -> np.ndarray:
    """Present value that a share of an offer's one-off cost saves, by draw."""
    saved = (1 - share) * one_off_by_period(offer) @ case.base.discount
    return np.broadcast_to(saved, (case.posterior.draws,))
