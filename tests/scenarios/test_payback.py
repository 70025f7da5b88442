"""When money is back, future by future."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.payback import payback_draws, quarters_until_back
from scenarios.ranking import rank_initiatives
from scenarios.worth import npv_draws, set_value
from tests.scenarios.small_case import case_of, one_plan, random_case


def test_money_is_back_in_the_first_period_whose_sum_is_not_below_nil() -> None:
    cash = np.array([[-300.0, 100, 100, 100, 50], [-300, 100, 100, 99, 0], [10, 0, 0, 0, 0], [-300, 500, -900, 0, 0]])
    spent = np.array([300.0, 0, 0, 0, 0])
    assert quarters_until_back(cash, spent, 4) == pytest.approx([4, np.nan, 1, 2], nan_ok=True)


def test_the_wait_starts_with_the_first_spend() -> None:
    cash = np.array([[0.0, 0, -100, 60, 60]])
    spent = np.array([0.0, 0, 100, 0, 0])
    assert quarters_until_back(cash, spent, 4) == pytest.approx([3])
    assert quarters_until_back(cash, spent, 12) == pytest.approx([1])


def test_the_chance_of_payback_counts_futures_and_time() -> None:
    case = case_of(one_plan(cost=300.0, cost_low=150.0, cost_high=600.0, other_benefit=100.0))
    found = rank_initiatives(case, 4)
    offer = case.offers[0]
    assert offer.cost is not None
    for quarters in (2, 3, 6):
        assert found.p_payback(quarters)[0] == pytest.approx((offer.cost <= quarters * 100.0).mean())
    assert found.p_payback()[0] == found.p_payback(6)[0]
    assert 0 < found.p_payback(3)[0] < 1


def test_the_last_entry_is_the_payback_of_mean_cash() -> None:
    case = random_case(3, 4)
    found = rank_initiatives(case, 4)
    for i in range(4):
        whole = payback_draws(case, i, found.value[i], 4)
        assert whole[-1] == pytest.approx(found.payback_quarters[i], nan_ok=True)
        assert whole[:-1] == pytest.approx(found.payback[i], nan_ok=True)


def test_what_has_paid_back_undiscounted_may_still_lose_and_never_the_other_way_round() -> None:
    # Spending comes first in these plans, so a discounted gain of nil or more has its money back undiscounted.
    case = random_case(5, 4)
    found = rank_initiatives(case, 4)
    for i in range(4):
        positive = npv_draws(case, [i], set_value(case, [i])) > 0
        assert np.isfinite(found.payback[i][positive]).all()
