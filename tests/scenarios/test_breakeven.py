"""What would have to be true for an initiative to pay its cost and no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Fix
from models.value import ValueBase, look_at_today, uniform_value
from scenarios.breakeven import break_even, break_even_of_cost
from scenarios.ranking import rank_initiatives
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import case_of, one_plan, random_case, small_base

SUMMED = 1e-9
# The root is found to 1e-6 of the leaving rate: of a cost of thousands, less than one.
ROOT = 1.0
POINT = 25_000.0


def _nil(base: ValueBase, points: float, lift: float) -> float:
    """Present value of a fall of the leaving rate by `points` of the base, and of `lift` more money."""
    customers = np.concatenate([persona.customers for persona in base.personas])
    rates = np.concatenate([persona.rate for persona in base.personas])
    rate = float(np.average(rates, weights=customers))
    draws = len(base.frailty)
    fall = np.full(draws, np.log1p(-points / rate)) if points else np.zeros(draws)
    return float(uniform_value(base, fall, np.full(draws, lift)).mean())


def test_retention_points_and_spend_each_pay_the_cost_and_no_more() -> None:
    base = small_base(1)
    points, spend = break_even_of_cost(base, 8_000.0)
    assert _nil(base, points, 0.0) == pytest.approx(8_000, abs=ROOT)
    assert _nil(base, 0.0, spend) == pytest.approx(8_000, rel=SUMMED)


def test_a_larger_cost_needs_more() -> None:
    base = small_base(1)
    low, high = break_even_of_cost(base, 4_000.0), break_even_of_cost(base, 8_000.0)
    assert high[0] > low[0] > 0
    assert high[1] == pytest.approx(2 * low[1], rel=SUMMED)


def test_where_nobody_leaves_retention_pays_for_nothing() -> None:
    points, spend = break_even_of_cost(small_base(1, "sites"), 8_000.0)
    assert np.isnan(points)
    assert spend > 0


def test_a_cost_above_all_that_could_be_kept_has_no_retention_that_pays() -> None:
    points, spend = break_even_of_cost(small_base(1), 1e9)
    assert np.isnan(points)
    assert spend > 1


def _only(case: Case, i: int) -> Case:
    return replace(case, offers=(case.offers[i],))


def test_at_the_credibility_of_break_even_spend_alone_pays_the_cost_of_a_site() -> None:
    fix = Fix(initiative="only", pain_point="late", low=0.5, likely=0.5, high=0.5)
    case = _kept(case_of(one_plan(fix, cost=2_000.0), shape="sites"), 0.6)
    at = _kept(case, break_even(case, rank_initiatives(case, 4), 0, POINT).credibility)
    assert npv_draws(case, [0], set_value(case, [0])).mean() != pytest.approx(0, abs=ROOT)
    assert npv_draws(at, [0], set_value(at, [0])).mean() == pytest.approx(0, abs=ROOT)


def _kept(case: Case, share: float) -> Case:
    """The case with the same share of every observed effect kept in all draws."""
    posterior = replace(case.posterior, credibility=np.full_like(case.posterior.credibility, share))
    return replace(case, posterior=posterior, today=look_at_today(case.base, posterior))


def test_at_the_effectiveness_of_break_even_spend_alone_pays_the_cost_of_a_site() -> None:
    fix = Fix(initiative="only", pain_point="late", low=0.5, likely=0.5, high=0.5)
    case = case_of(one_plan(fix, cost=2_000.0), shape="sites")
    share = break_even(case, rank_initiatives(case, 4), 0, POINT).effectiveness
    at = case_of(one_plan(replace(fix, low=share, likely=share, high=share), cost=2_000.0), shape="sites")
    assert npv_draws(at, [0], set_value(at, [0])).mean() == pytest.approx(0, abs=ROOT)


def test_an_initiative_that_pays_stops_paying_below_its_own_figures() -> None:
    case = random_case(3, 5)
    ranking = rank_initiatives(case, 4)
    for i in range(5):
        found = break_even(case, ranking, i, POINT)
        told = case.offers[i].effectiveness.mean(axis=(0, 1))
        likely = told[told > 0].mean()
        assert (found.effectiveness < likely) == (ranking.npv[i].mean() > 0)


def test_score_points_are_the_cost_over_the_value_of_a_point() -> None:
    case = _only(random_case(3, 3), 0)
    ranking = rank_initiatives(case, 4)
    one, half = (break_even(case, ranking, 0, point) for point in (POINT, POINT / 2))
    assert half.score_points == pytest.approx(2 * one.score_points, rel=SUMMED)
    assert np.isnan(break_even(case, ranking, 0, 0.0).score_points)


def test_an_initiative_without_target_has_no_effectiveness_that_pays() -> None:
    case = case_of(one_plan())
    found = break_even(case, rank_initiatives(case, 4), 0, POINT)
    assert np.isnan(found.effectiveness)
    assert np.isnan(found.credibility)
    assert found.retention_points > 0
    assert found.spend_relative > 0


def test_what_its_other_benefit_pays_needs_nothing_more() -> None:
    case = case_of(one_plan(cost=100.0, other_benefit=400.0))
    found = break_even(case, rank_initiatives(case, 4), 0, POINT)
    assert found.retention_points == 0
    assert found.spend_relative == 0
