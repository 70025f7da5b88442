"""At every turning point the choice, made anew on both sides of it, gives the one answer and then the other."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.limits import Limits
from scenarios.portfolio import InfeasibleError, allowed_sets, choose_portfolio
from scenarios.rechoice import Choice, banned, rechoose
from scenarios.turning import (
    budget_up_to,
    cheaper,
    cost_down_to,
    effect_up_to,
    falls_out_above,
    mean_share,
    scaled,
    stronger,
    with_offer,
)
from scenarios.worth import Case
from tests.scenarios.posed_cases import POSED, Posed, pose

# Beyond a turning point by a thousandth of it: the effect's is found to a ten-thousandth of its multiple.
BEYOND = 1e-3


def _chooses(case: Case, limits: Limits, i: int) -> bool:
    try:
        return bool(choose_portfolio(case, limits).chosen[i])
    except InfeasibleError:
        return False


@pytest.fixture(scope="module", params=POSED)
def posed(request: pytest.FixtureRequest) -> Posed:
    return pose(request.param)


def test_below_the_cost_it_must_come_down_to_it_is_chosen_and_above_it_is_not(posed: Posed) -> None:
    for i in posed.out:
        offer = posed.case.offers[i]
        share = cost_down_to([posed.pool], i) / offer.plan_cost
        if np.isnan(share):
            assert not _chooses(with_offer(posed.case, i, cheaper(offer, 1e-9)), posed.limits, i)
            continue
        assert _chooses(with_offer(posed.case, i, cheaper(offer, share * (1 - BEYOND))), posed.limits, i)
        assert not _chooses(with_offer(posed.case, i, cheaper(offer, share * (1 + BEYOND))), posed.limits, i)


def _without(posed: Posed, i: int) -> Choice | None:
    return rechoose(posed.pool, *banned(posed.case, posed.limits, i))


def test_above_the_cost_it_falls_out_at_it_is_not_chosen_and_below_it_is(posed: Posed) -> None:
    for i in posed.pool.chosen.members:
        offer = posed.case.offers[i]
        share = falls_out_above([posed.pool], i, _without(posed, i)) / offer.plan_cost
        if np.isnan(share):
            continue
        assert share >= 1
        assert not _chooses(with_offer(posed.case, i, cheaper(offer, share * (1 + BEYOND))), posed.limits, i)
        assert _chooses(with_offer(posed.case, i, cheaper(offer, share * (1 - BEYOND))), posed.limits, i)


def test_above_the_share_it_must_remove_it_is_chosen_and_below_it_is_not(posed: Posed) -> None:
    for i in posed.out:
        offer = posed.case.offers[i]
        share, now = effect_up_to([posed.pool], i)
        assert now == pytest.approx(mean_share(offer))
        if np.isnan(share):
            assert not _chooses(with_offer(posed.case, i, stronger(offer, 1 / now)), posed.limits, i)
            continue
        times = _times(posed, i, share)
        assert _chooses(with_offer(posed.case, i, stronger(offer, times * (1 + BEYOND))), posed.limits, i)
        if times > 1 + BEYOND:
            assert not _chooses(with_offer(posed.case, i, stronger(offer, times * (1 - BEYOND))), posed.limits, i)


def _times(posed: Posed, i: int, share: float) -> float:
    """The multiple of today's effect at which a share is removed: shares above 1 are cut."""
    low, high = 1.0, 1 / mean_share(posed.case.offers[i])
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_share(stronger(posed.case.offers[i], middle)) < share else (low, middle)
    return high


def test_at_the_budget_it_must_rise_to_it_is_chosen_and_at_no_smaller_one(posed: Posed) -> None:
    for i in posed.out:
        times = budget_up_to(posed.pool, i)
        if np.isnan(times):
            assert not any(_best_has(posed, one, i) for one in np.linspace(1, 4, 60))
            continue
        assert _chooses(posed.case, scaled(posed.limits, times), i)
        assert not any(_best_has(posed, one, i) for one in np.linspace(1, times - BEYOND, 25))


def _best_has(posed: Posed, times: float, i: int) -> bool:
    """Whether the best of all sets within limits so many times as large has an initiative."""
    allowed = allowed_sets(posed.case, posed.pool.sets, scaled(posed.limits, times))
    best = np.argmax(np.where(allowed, posed.pool.value, -np.inf))
    return bool(posed.pool.sets[best, i])


def test_the_posed_cases_turn_in_every_way() -> None:
    every = [pose(name) for name in POSED]
    for figure in (lambda p, i: cost_down_to([p], i), lambda p, i: effect_up_to([p], i)[0], budget_up_to):
        figures = [figure(one.pool, i) for one in every for i in one.out]
        assert np.isfinite(figures).sum() >= 2
    assert all(one.pool.complete for one in every)
