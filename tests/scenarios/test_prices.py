"""The price of a limit is what choosing anew by brute force brings, with the limit changed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from scenarios.floor import keeps_floor
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.prices import FLOOR_NAME, Price, prices_of
from scenarios.reasons import relaxed_choices
from scenarios.rechoice import as_planned, pool_of
from scenarios.worth import Case
from tests.scenarios.posed_cases import POSED, Posed, pose, posed_case
from tests.scenarios.small_case import random_case, with_items

# Means of fifty draws summed in another order.
SUMMED = 1e-6


@pytest.fixture(scope="module", params=POSED)
def posed(request: pytest.FixtureRequest) -> Posed:
    return pose(request.param)


def _prices(posed: Posed) -> dict[tuple[str, str], Price]:
    return {(one.constraint, one.what): one for one in prices_of(posed.pool, relaxed_choices(posed.pool))}


def _anew(posed: Posed, case: Case, limits: Limits) -> float:
    """What choosing anew is worth beyond the choice that stands."""
    return float(choose_portfolio(case, limits).npv.mean()) - posed.pool.chosen.value


def test_more_and_less_of_a_budget_is_priced_as_choosing_with_it(posed: Posed) -> None:
    prices = _prices(posed)
    for share, what in ((1.1, "10% more"), (0.9, "10% less")):
        limits = posed.limits
        if limits.budget is not None:
            limits, name = replace(limits, budget=limits.budget * share), f"the budget of {limits.budget:,.0f}"
        else:
            year = limits.years[0]
            assert year.capex is not None
            limits = replace(limits, years=(replace(year, capex=year.capex * share),))
            name = f"capex of {year.capex:,.0f} in {year.label}"
        price = prices[name, what]
        assert price.gained == pytest.approx(_anew(posed, posed.case, limits), abs=SUMMED)
        assert price.per_unit == pytest.approx(price.gained / ((share - 1) * price.limit), abs=SUMMED)
        assert price.per_unit >= 0 and price.used <= price.limit + SUMMED


def test_one_more_of_a_team_is_priced_as_choosing_with_it() -> None:
    gained = []
    for name in POSED:
        posed = pose(name)
        if "crew" not in posed.limits.capacity:
            continue
        row = posed.limits.capacity["crew"]
        price = _prices(posed)["crew", "one more in every quarter"]
        assert price.gained == pytest.approx(
            _anew(posed, posed.case, replace(posed.limits, capacity={"crew": row + 1})), abs=SUMMED
        )
        for quarter_price in prices_of(posed.pool, relaxed_choices(posed.pool)):
            if quarter_price.what == "one more in this quarter alone":
                each = [
                    _anew(posed, posed.case, replace(posed.limits, capacity={"crew": row + (np.arange(len(row)) == q)}))
                    for q in range(len(row))
                ]
                assert quarter_price.gained == pytest.approx(max(each), abs=SUMMED)
        gained.append(price.gained)
    assert gained and min(gained) >= 0


def test_a_limit_binds_where_the_choice_without_it_is_worth_more(posed: Posed) -> None:
    for price in _prices(posed).values():
        if price.constraint.startswith("the budget"):
            free = _anew(posed, posed.case, replace(posed.limits, budget=None))
            assert price.binds == (free > SUMMED)


def test_a_rule_of_the_plan_is_priced_as_choosing_without_it() -> None:
    first = random_case(4, 4)
    best = choose_portfolio(first, Limits())
    left_out, taken = (int(np.flatnonzero(best.chosen == on)[0]) for on in (0, 1))
    ids = first.ids()
    bound: Mapping[str, dict[str, object]] = {ids[left_out]: {"mandatory": True, "excludes": (ids[taken],)}}
    posed = posed_case(with_items(first, **bound), Limits())
    prices = _prices(posed)
    free: Mapping[str, dict[str, object]] = {ids[left_out]: {"mandatory": False}}
    expected = _anew(posed, with_items(posed.case, **free), Limits())
    price = prices[f"{ids[left_out]} is mandatory", "dropped"]
    assert price.gained == pytest.approx(expected, abs=SUMMED)
    assert price.binds and price.gained > 0 and np.isnan(price.per_unit)
    apart: Mapping[str, dict[str, object]] = {ids[left_out]: {"excludes": ()}}
    expected = _anew(posed, with_items(posed.case, **apart), Limits())
    assert prices[f"{ids[left_out]} excludes {ids[taken]}", "dropped"].gained == pytest.approx(expected, abs=SUMMED)


def _harmful(case: Case) -> Case:
    """The case in which pain points please the second persona: fixing them for all makes it worse."""
    score, leaving = case.posterior.score.copy(), case.posterior.leaving.copy()
    score[:, 1], leaving[:, 1] = np.abs(score[:, 1]), -np.abs(leaving[:, 1])
    from models.value import look_at_today

    posterior = replace(case.posterior, score=score, leaving=leaving)
    return replace(case, posterior=posterior, today=look_at_today(case.base, posterior))


def test_the_persona_floor_costs_what_the_best_set_that_keeps_it_is_short_of() -> None:
    cheap = pose("a budget, 1").case
    case = _harmful(replace(cheap, offers=tuple(replace(one) for one in cheap.offers)))
    found = choose_portfolio(case, Limits())
    pool = pool_of(case, found, Limits())
    members = [[int(i) for i in np.flatnonzero(row)] for row in pool.sets]
    kept = np.array([keeps_floor(case, one) for one in members])
    assert not kept.all() and kept.any()
    price = {one.constraint: one for one in prices_of(pool, {})}[FLOOR_NAME]
    assert price.what == "asked for"
    assert price.gained == pytest.approx(pool.value[kept].max() - pool.chosen.value, abs=SUMMED)


def test_a_search_starts_from_the_planned_starts() -> None:
    posed = pose("teams and a year, 1")
    starts = [offer.schedule.start for offer in as_planned(posed.case).offers]
    assert starts == [n % 2 for n in range(len(starts))]
