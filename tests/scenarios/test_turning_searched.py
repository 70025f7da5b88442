"""Where starts are free every turning cost is tried out: what is said of it is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.rechoice import Pool, banned, pool_of, rechoose
from scenarios.turning import cheaper, with_offer
from scenarios.turning_searched import best_with, tried_cost_down_to, tried_falls_out_above
from scenarios.worth import Case, at_starts
from tests.scenarios.small_case import PERIODS, random_case, with_items

# Beyond a turning cost by two thousandths: a search tries it at one.
BEYOND = 2e-3


@pytest.fixture(scope="module", params=[3, 4])
def posed(request: pytest.FixtureRequest) -> tuple[Case, Limits, Pool]:
    """Four initiatives that share a small team and may start at any time; as planned, and as chosen."""
    case = random_case(request.param, 4)
    case = replace(case, offers=tuple(cheaper(offer, 0.3) for offer in case.offers))
    needs: Mapping[str, dict[str, object]] = {
        name: {"capacity": {"crew": float(1 + n % 3)}} for n, name in enumerate(case.ids())
    }
    case = with_items(case, **needs)
    budget = 0.6 * sum(offer.plan_cost for offer in case.offers)
    limits = Limits(budget=budget, capacity={"crew": np.full(PERIODS, 3.0)})
    found = choose_portfolio(case, limits)
    return case, limits, pool_of(at_starts(case, found.starts), found, limits)


def _chosen_at(case: Case, limits: Limits, i: int, cost: float) -> bool:
    share = cost / case.offers[i].plan_cost
    return bool(choose_portfolio(with_offer(case, i, cheaper(case.offers[i], share)), limits).chosen[i])


def test_its_sets_are_not_all_there_are(posed: tuple[Case, Limits, Pool]) -> None:
    assert not posed[2].complete
    assert posed[2].chosen.members


def test_at_the_cost_it_must_come_down_to_it_is_chosen(posed: tuple[Case, Limits, Pool]) -> None:
    case, limits, pool = posed
    for i in set(range(4)) - set(pool.chosen.members):
        cost = tried_cost_down_to([pool], i)
        assert np.isnan(cost) or _chosen_at(case, limits, i, cost * (1 - BEYOND))


def test_above_the_cost_it_falls_out_at_it_is_not_chosen_and_below_it_is(posed: tuple[Case, Limits, Pool]) -> None:
    case, limits, pool = posed
    for i in pool.chosen.members:
        cost = tried_falls_out_above(pool, i, rechoose(pool, *banned(pool.case, limits, i)))
        if np.isfinite(cost):
            assert not _chosen_at(case, limits, i, cost * (1 + BEYOND))
            assert _chosen_at(case, limits, i, cost * (1 - BEYOND))


def test_the_best_choice_with_an_initiative_is_worth_what_forcing_it_in_is(posed: tuple[Case, Limits, Pool]) -> None:
    case, limits, pool = posed
    for i, share in enumerate((1.0, 0.5, 1.5, 1.0)):
        found = best_with(pool, i, share)
        offer = cheaper(case.offers[i], share)
        offer = replace(offer, item=replace(offer.item, mandatory=True))
        expected = choose_portfolio(with_offer(case, i, offer), limits)
        assert found is not None and found[1] == pytest.approx(expected.npv.mean(), rel=1e-6)
