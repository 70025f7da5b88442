"""Initiatives and the portfolio by segment add up to their value in each draw, beside what is ongoing too."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from impact.initiative import Initiative, Plan
from models.segments import Breakdown, PerWorth, base_worth
from scenarios.effect import make_offers, make_ongoing
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.segments import segment_lines, values_per_worth
from scenarios.worth import Case, at_starts, set_value
from tests.models.small_values import JOURNEY
from tests.scenarios.small_case import CLOCK, DRAWS, PAINS, PERSONAS, case_of, random_plan

# Each sum is rounded once a term, and there are a few hundred of the size of the whole base.
SUMMED = 1e-12
NO_PAINS = replace(JOURNEY, pain_points=())


def decided(case: Case) -> Any:  # noqa: ANN401
    """What a decision has that values by segment are made of: the case at its starts, and what is chosen."""
    portfolio = choose_portfolio(case, Limits())
    return SimpleNamespace(case=at_starts(case, portfolio.starts), portfolio=portfolio)


def plan_with_one_live(seed: int) -> Plan:
    """Four initiatives of which the first is live and still ramping up."""
    plan = random_plan(seed, 4)
    first: Initiative = replace(plan.initiatives[0], status="live", actual_start=CLOCK.first - 2, ramp=6.0)
    return replace(plan, initiatives=(first, *plan.initiatives[1:]))


def case_with_ongoing(seed: int) -> Case:
    plan, case = plan_with_one_live(seed), case_of(random_plan(seed, 4), seed)
    asked = (plan, PAINS, PERSONAS, CLOCK, DRAWS, seed)
    return replace(case, offers=make_offers(*asked), ongoing=make_ongoing(*asked))


CASES = {
    "customers": case_of(random_plan(3, 4), 3),
    "sites": case_of(random_plan(3, 4), 3, "sites"),
    "something is live": case_with_ongoing(3),
}


def split(case: Case) -> Breakdown:
    worth = base_worth(case.base)
    shares = np.random.default_rng(8).dirichlet(np.full(3, 0.7), len(worth)).T
    return Breakdown(column="plan", segments=("a", "b", "c"), customers=np.full(3, 50.0), worth=shares * worth)


@pytest.mark.parametrize("name", CASES)
def test_initiatives_and_the_portfolio_by_segment_add_up_to_their_value_in_each_draw(name: str) -> None:
    decision = decided(CASES[name])
    case, portfolio = decision.case, decision.portfolio
    assert portfolio.chosen.any()
    sets = {("initiative", offer.item.initiative): [i] for i, offer in enumerate(case.offers)}
    sets["portfolio", ""] = [int(i) for i in np.flatnonzero(portfolio.chosen)]
    found = {(one.kind, one.id): one for one in values_per_worth(decision, NO_PAINS) if one.kind != "base"}
    assert list(found) == list(sets)
    assert bool(case.ongoing) is (name == "something is live")
    size = float(base_worth(case.base).sum() * case.base.discount.sum())
    for key, members in sets.items():
        whole = set_value(case, members).discounted(case.base.discount)
        assert np.abs(whole).max() > 0
        sums = found[key].by_segment(split(case)).sum(axis=1)
        np.testing.assert_allclose(sums, whole, rtol=0, atol=SUMMED * size)


def test_a_portfolio_of_nothing_has_no_lines() -> None:
    decision = decided(case_of(random_plan(3, 4), 3))
    decision.portfolio = replace(decision.portfolio, chosen=np.zeros(4))
    assert "portfolio" not in {one.kind for one in values_per_worth(decision, NO_PAINS)}


def test_a_line_holds_the_mean_and_the_ninety_percent_of_its_draws_and_shares_add_up_to_one() -> None:
    rng = np.random.default_rng(1)
    one = PerWorth(kind="pain_point", id="late", draws=rng.normal(2.0, 1.0, (400, 2)))
    worth = np.array([[10.0, 0.0], [5.0, 20.0]])
    breakdown = Breakdown(column="plan", segments=("a", "b"), customers=np.array([7.0, 9.0]), worth=worth)
    first, second = segment_lines(one, breakdown, worth.sum(axis=0))
    draws = 10 * one.draws[:, 0]
    assert first.value == pytest.approx(draws.mean())
    assert (first.p05, first.p50, first.p95) == pytest.approx(tuple(np.percentile(draws, [5, 50, 95])))
    assert first.share + second.share == pytest.approx(1.0) and (first.customers, second.customers) == (7, 9)


def test_a_total_of_nil_has_no_shares() -> None:
    one = PerWorth(kind="pain_point", id="late", draws=np.ones((4, 2)))
    worth = np.array([[3.0, 0.0], [0.0, -3.0]])
    breakdown = Breakdown(column="plan", segments=("a", "b"), customers=np.full(2, 9.0), worth=worth)
    assert all(np.isnan(line.share) for line in segment_lines(one, breakdown, worth.sum(axis=0)))
