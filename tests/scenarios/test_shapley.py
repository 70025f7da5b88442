"""What each member brings where members overlap."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from impact.initiative import Fix, Plan
from scenarios import shapley as module
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.shapley import chosen_shares, shapley
from scenarios.worth import npv_draws, set_value
from tests.scenarios.small_case import case_of, random_case, random_plan

SUMMED = 1e-9
# Three fixes of one pain point that remove .5, .4 and .3 of it, by independent action (method, section 6).
PHI = np.array([0.5, 0.4, 0.3])
JOINT = 0.79
# A member's share by drawn orders has an error near its spread over orders (some .15 of its share) over sqrt(200).
DRAWN = 0.1


def _removed(sets: np.ndarray) -> np.ndarray:
    return np.asarray(1 - np.prod(1 - sets * PHI, axis=1))


def test_shares_of_three_fixes_of_one_pain_point_add_up_to_what_they_remove_together() -> None:
    share = shapley(3, _removed)
    assert share.sum() == pytest.approx(JOINT, abs=SUMMED)
    assert PHI.sum() == pytest.approx(1.2)
    # Shapley's formula by hand: first phi, second phi (1 - other), last phi (1 - other)(1 - third).
    first = 0.5 * (2 + (1 - 0.4) + (1 - 0.3) + 2 * (1 - 0.4) * (1 - 0.3)) / 6
    assert share[0] == pytest.approx(first, abs=SUMMED)


def test_shares_are_the_mean_over_all_orders() -> None:
    rng = np.random.default_rng(1)
    value = rng.normal(size=32)

    def worth(sets: np.ndarray) -> np.ndarray:
        return np.asarray(value[(sets @ (2 ** np.arange(5))).astype(int)])

    mean = np.zeros(5)
    for order in permutations(range(5)):
        here = np.zeros((6, 5))
        for t, i in enumerate(order):
            here[t + 1 :, i] = 1
        mean[list(order)] += np.diff(worth(here)) / 120
    assert shapley(5, worth) == pytest.approx(mean, abs=SUMMED)


def test_by_drawn_orders_the_parts_add_up_and_are_near_the_exact_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    phi = np.linspace(0.1, 0.6, 8)

    def worth(sets: np.ndarray) -> np.ndarray:
        return np.asarray(1 - np.prod(1 - sets * phi, axis=1))

    exact = shapley(8, worth)
    monkeypatch.setattr(module, "EXACT", 5)
    drawn = shapley(8, worth, 3)
    assert drawn.sum() == pytest.approx(exact.sum(), abs=SUMMED)
    assert drawn == pytest.approx(exact, rel=DRAWN)


def test_who_adds_nothing_has_nothing_and_alike_ones_have_alike_shares() -> None:
    def worth(sets: np.ndarray) -> np.ndarray:
        return np.asarray(np.maximum(sets[:, 0], sets[:, 1]) * 10.0)

    assert shapley(3, worth) == pytest.approx([5, 5, 0])


def test_shares_of_the_chosen_set_sum_to_its_net_value() -> None:
    case = random_case(4, 5)
    found = choose_portfolio(case, Limits())
    share = chosen_shares(case, found, 1)
    assert np.array_equal(np.isfinite(share), found.chosen.astype(bool))
    assert np.nansum(share) == pytest.approx(found.npv.mean(), rel=SUMMED)


def test_shares_without_the_portfolios_own_sets_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    case = random_case(4, 5)
    found = choose_portfolio(case, Limits())
    exact = chosen_shares(case, found, 1)
    monkeypatch.setattr(module, "EXACT", 1)
    share = chosen_shares(case, found, 1)
    assert np.nansum(share) == pytest.approx(found.npv.mean(), rel=SUMMED)
    assert share == pytest.approx(exact, rel=DRAWN, nan_ok=True)


def test_twins_share_what_one_of_them_would_bring_alone_and_a_little_more() -> None:
    plan = random_plan(3, 2)
    fixes = tuple(
        Fix(initiative=item.initiative, pain_point="dear", low=0.5, likely=0.6, high=0.7) for item in plan.initiatives
    )
    case = case_of(Plan(initiatives=plan.initiatives, fixes=fixes))
    found = choose_portfolio(case, Limits())
    if found.chosen.all():
        alone = [npv_draws(case, [i], set_value(case, [i])).mean() for i in range(2)]
        assert (chosen_shares(case, found, 1) < alone).all()


def test_where_nothing_is_chosen_nobody_has_a_share() -> None:
    case = random_case(4, 3)
    assert np.isnan(chosen_shares(case, choose_portfolio(case, Limits(budget=0.0)), 1)).all()
