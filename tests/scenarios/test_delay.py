"""The price of delay: against starting the initiative later by hand."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.cashflow import Clock
from scenarios.delay import delays_of
from scenarios.worth import at_starts, npv_draws, set_value
from tests.scenarios.posed_cases import pose
from tests.scenarios.small_case import PERIODS, random_case

# Means of fifty draws summed in another order.
SUMMED = 1e-6


def test_waiting_is_priced_as_the_set_started_later_by_hand() -> None:
    posed = pose("links, 1")
    members = posed.pool.chosen.members
    assert members
    starts = np.array([offer.schedule.start for offer in posed.case.offers])
    now = npv_draws(posed.case, members, set_value(posed.case, members))
    delays = [one for one in delays_of(posed.case, members) if one.initiative in members]
    assert {one.initiative for one in delays} == set(members)
    for one in delays:
        later = at_starts(posed.case, starts + one.quarters_later * (np.arange(len(starts)) == one.initiative))
        expected = npv_draws(later, members, set_value(later, members)) - now
        np.testing.assert_allclose(one.change, expected, atol=SUMMED)


def test_what_is_not_chosen_is_priced_alone() -> None:
    case = random_case(3, 3)
    for one in delays_of(case, ()):
        i = one.initiative
        later = at_starts(case, np.array([one.quarters_later if j == i else 0 for j in range(3)]))
        expected = npv_draws(later, [i], set_value(later, [i])) - npv_draws(case, [i], set_value(case, [i]))
        np.testing.assert_allclose(one.change, expected, atol=SUMMED)


def test_no_start_is_priced_from_which_it_could_not_be_built_within_the_horizon() -> None:
    case = random_case(3, 3)
    for one in delays_of(case, ()):
        assert one.quarters_later + case.offers[one.initiative].item.duration <= PERIODS


@pytest.mark.parametrize(("a_year", "quarters"), [(12, {1, 2, 3, 4}), (1, {4})])
def test_a_delay_is_in_whole_periods_of_the_ledger(a_year: int, quarters: set[int]) -> None:
    from scenarios.delay import _steps

    case = random_case(3, 1)
    other = Clock(first=case.clock.first, periods=PERIODS, periods_a_year=a_year)
    from dataclasses import replace

    assert {step for step, _ in _steps(replace(case, clock=other))} == quarters
