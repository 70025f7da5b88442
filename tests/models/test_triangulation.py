"""Two ways to one rate: the range of their ratio, and when they are too far apart for a grade."""

from __future__ import annotations

import numpy as np
import pytest
from rate_values import experiment, leaving_rate, posterior, rate

from models.calibration.slopes import Z90
from models.triangulation import (
    Leg,
    Triangulation,
    apart,
    bottom_up_leg,
    compare_legs,
    experiment_legs,
    ratio_range,
    slope_leg,
)

EXACT = 1e-12
# Share of 4,000 simulated ratios inside a 90% range: three of its standard errors.
COVERED_OFF = 0.015
# The delta method against the logarithm itself, at a standard error of a tenth.
DELTA_OFF = 0.02


def leg(name: str, estimate: float, se: float, *, compared: bool = True) -> Leg:
    return Leg(way="experiment", name=name, estimate=estimate, se=se, low=0.0, high=0.0, compared=compared, note="")


def compared(*legs: Leg) -> Triangulation:
    return Triangulation(outcome="log_revenue", term="overall", legs=legs, pairs=compare_legs(legs), published=())


def test_the_range_of_a_ratio_is_fiellers_set() -> None:
    """At both ends |a - r b| is exactly z standard errors. Source: Fieller (1954)."""
    (a, sa), (b, sb) = (0.03, 0.004), (0.02, 0.003)
    for end in ratio_range((a, sa), (b, sb)):
        assert abs(a - end * b) == pytest.approx(Z90 * np.hypot(sa, end * sb), rel=EXACT)


def test_over_a_known_number_it_is_the_ordinary_range() -> None:
    assert ratio_range((0.03, 0.004), (0.02, 0.0)) == pytest.approx((1.5 - Z90 * 0.2, 1.5 + Z90 * 0.2), rel=EXACT)


def test_it_holds_the_true_ratio_in_nine_of_ten_repetitions() -> None:
    rng = np.random.default_rng(4)
    truth, held = 1.4, 0
    for _ in range(4_000):
        a, b = rng.normal(1.4, 0.2), rng.normal(1.0, 0.15)
        low, high = ratio_range((a, 0.2), (b, 0.15))
        held += low <= truth <= high
    assert held / 4_000 == pytest.approx(0.9, abs=COVERED_OFF)


def test_a_second_that_may_be_nil_leaves_the_ratio_without_bound_and_blocks_nothing_by_itself() -> None:
    assert ratio_range((0.02, 0.004), (0.005, 0.004)) == (-np.inf, np.inf)
    assert not apart((0.02, 0.01), (0.01, 0.01))


@pytest.mark.parametrize(
    ("first", "second", "are_apart"),
    [
        ((0.02, 0.002), (0.02, 0.002), False),
        ((0.05, 0.002), (0.02, 0.002), True),
        ((0.05, 0.02), (0.02, 0.002), False),
        ((-0.02, 0.002), (0.02, 0.002), True),
        ((0.02, 0.002), (0.0, 0.001), True),
    ],
    ids=["the same", "two and a half times", "too wide to tell", "the other sign", "something and nothing"],
)
def test_ways_are_apart_only_where_no_ratio_within_a_factor_of_two_is_left(
    first: tuple[float, float], second: tuple[float, float], *, are_apart: bool
) -> None:
    assert apart(first, second) is are_apart
    assert apart(second, first) is are_apart


def test_one_pair_apart_blocks_the_grade_and_is_named() -> None:
    found = compared(leg("one", 0.05, 0.002), leg("two", 0.02, 0.001), leg("three", 0.03, 0.01))
    assert [pair.apart for pair in found.pairs] == [True, False, False]
    assert "one and two" in found.blocked
    assert "three" not in found.blocked


def test_what_is_only_shown_is_compared_with_nothing() -> None:
    found = compared(leg("one", 0.05, 0.002), leg("two", 0.02, 0.001, compared=False))
    assert (found.pairs, found.blocked) == ((), "")


def test_few_degrees_of_freedom_widen_the_regressions_leg() -> None:
    wide, narrow = slope_leg(rate(df=5.0)), slope_leg(rate())
    assert (wide.low, wide.high) == rate(df=5.0).range90()
    assert wide.se / narrow.se == pytest.approx(rate(df=5.0).quantile90() / Z90)
    assert (narrow.way, slope_leg(leaving_rate()).way) == ("within-unit", "across customers")


def test_the_way_across_pain_points_is_per_point_of_the_score() -> None:
    theta = np.random.default_rng(1).normal(-0.3, 0.02, 4_000)
    found = bottom_up_leg("retention", posterior(theta, theta), 0.5)
    assert found is not None
    assert (found.estimate, found.se) == pytest.approx((theta.mean() / 0.5, theta.std() / 0.5))
    assert found.compared


def test_a_slope_that_the_prior_leads_is_shown_and_not_compared() -> None:
    theta = np.random.default_rng(1).normal(-0.25, 0.22, 4_000)
    found = bottom_up_leg("retention", posterior(theta, theta), 0.5)
    assert found is not None
    assert not found.compared
    assert "of the prior's variance is left" in found.note


def test_without_money_from_pain_points_there_is_no_such_way() -> None:
    draws = np.full(10, -0.2)
    silent = posterior(draws, draws)
    assert bottom_up_leg("margin", silent, 1.0) is None
    silent.spend[:] = 0
    assert bottom_up_leg("log_revenue", silent, 1.0) is None


@pytest.mark.parametrize(
    ("outcome", "unit", "estimate"),
    [("churn", "relative", -0.2), ("churn", "points", -0.01), ("retention", "points", 0.01)],
)
def test_experiments_on_leaving_come_to_one_unit(outcome: str, unit: str, estimate: float) -> None:
    """At a leaving rate of 5% one point in a hundred fewer is a fifth fewer."""
    given = experiment(outcome=outcome, unit=unit, estimate=estimate, se=abs(estimate) / 10)
    (found,) = experiment_legs("retention", (given,), 0.05)
    assert found.estimate == pytest.approx(np.log(0.8))
    assert found.se == pytest.approx(0.025)


def test_a_relative_gain_in_retention_is_fewer_who_leave() -> None:
    (found,) = experiment_legs("retention", (experiment(outcome="retention", estimate=0.01, se=0.001),), 0.05)
    assert found.estimate == pytest.approx(np.log(1 - 0.01 * 0.95 / 0.05))


def test_the_delta_method_tells_the_spread_of_the_logarithm() -> None:
    drawn = np.log1p(np.random.default_rng(3).normal(0.2, 0.1, 200_000))
    (found,) = experiment_legs("log_revenue", (experiment(estimate=0.2, se=0.1),), 0.0)
    assert found.se == pytest.approx(drawn.std(), rel=DELTA_OFF)


@pytest.mark.parametrize(
    "changes",
    [{"kind": "past_initiative"}, {"target": "use"}, {"outcome": "cost"}, {"unit": "score_points"}],
    ids=["no experiment", "another target", "another outcome", "another unit"],
)
def test_what_is_no_experiment_on_overall_is_no_way_to_the_rate(changes: dict[str, str]) -> None:
    assert experiment_legs("log_revenue", (experiment(**changes),), 0.05) == ()
