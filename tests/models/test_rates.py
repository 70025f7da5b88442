"""What a point is worth in money: the headline slopes carried through the base."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.calibration.slopes import Calibration, Slope
from models.rates import naive_multiple, value_of_a_point
from models.value import PersonaBase, ValueBase, discount_factors

DRAWS = 4000
# One sum taken in another order.
EXACT = 1e-9
# The mean of 4,000 draws against the closed value: four of its standard errors.
DRAWN_ERRORS = 4.0


def slope(**changes: Any) -> Slope:  # noqa: ANN401
    plain = Slope(
        outcome="log_revenue",
        term="overall",
        method="within",
        estimate=0.02,
        se=0.0,
        n=100,
        units=50,
        headline=True,
        grade="within-unit",
    )
    return replace(plain, **changes)


def base(rate: float) -> ValueBase:
    nothing = np.zeros(0)
    persona = PersonaBase(
        persona="all",
        customers=np.array([300.0, 100.0]),
        rate=np.array([rate, rate]),
        money=np.array([10.0, 50.0]),
        patterns=np.zeros((1, 0)),
        weights=np.ones(1),
        alone=nothing,
        level=nothing,
        exposure=nothing,
        prevalence=nothing,
    )
    return ValueBase(personas=(persona,), discount=discount_factors(0.1, 8, 4), lag=1, frailty=np.full(DRAWS, 0.5))


def test_where_nobody_leaves_a_point_is_its_share_of_the_money_after_the_first_period() -> None:
    sites = base(0.0)
    point = value_of_a_point(sites, Calibration(slopes=(slope(),)), seed=1)
    assert point is not None
    expected = 0.02 * (300 * 10 + 100 * 50) * sites.discount[1:].sum()
    np.testing.assert_allclose(point.draws, expected, rtol=EXACT)
    np.testing.assert_allclose(point.per_customer_period, expected / (400 * sites.discount[1:].sum()), rtol=EXACT)


def test_a_slope_of_its_error_gives_draws_of_that_spread() -> None:
    sites = base(0.0)
    point = value_of_a_point(sites, Calibration(slopes=(slope(se=0.01),)), seed=1)
    assert point is not None
    unit = (300 * 10 + 100 * 50) * sites.discount[1:].sum()
    assert abs(point.draws.mean() - 0.02 * unit) < DRAWN_ERRORS * 0.01 * unit / np.sqrt(DRAWS)
    assert point.draws.std() == pytest.approx(0.01 * unit, rel=0.05)


def test_less_leaving_is_worth_money_and_both_ways_add_their_product() -> None:
    customers = base(0.05)
    leaving = slope(outcome="retention", method="hazard", estimate=-0.2, grade="cross-section")

    def worth(*slopes: Slope) -> float:
        point = value_of_a_point(customers, Calibration(slopes=slopes), seed=1)
        assert point is not None
        return float(point.draws.mean())

    stays, spends, both = worth(leaving), worth(slope()), worth(leaving, slope())
    assert min(stays, spends) > 0
    assert stays + spends < both < 1.05 * (stays + spends)


def test_the_grade_is_that_of_the_weaker_slope() -> None:
    leaving = slope(outcome="retention", method="hazard", estimate=-0.2, grade="cross-section")
    point = value_of_a_point(base(0.05), Calibration(slopes=(leaving, slope())), seed=1)
    assert point is not None
    assert (point.grade, point.method) == ("cross-section", "hazard")
    doubted = slope(grade="not told apart from placebo")
    point = value_of_a_point(base(0.05), Calibration(slopes=(leaving, doubted)), seed=1)
    assert point is not None
    assert (point.grade, point.method) == ("not told apart from placebo", "within")


def test_without_a_headline_slope_a_point_has_no_value() -> None:
    assert value_of_a_point(base(0.05), Calibration(slopes=(slope(headline=False),)), seed=1) is None


def test_the_naive_multiple_sets_the_cross_section_over_the_headline() -> None:
    naive = slope(method="cross_section", estimate=0.34, headline=False)
    assert naive_multiple(Calibration(slopes=(naive, slope()))) == pytest.approx(17)
    assert naive_multiple(Calibration(slopes=(slope(),))) is None
    assert naive_multiple(Calibration(slopes=(replace(naive, headline=True),))) is None


def test_where_customers_leave_a_point_is_spread_over_those_still_there() -> None:
    customers = base(0.05)
    point = value_of_a_point(customers, Calibration(slopes=(slope(),)), seed=1)
    assert point is not None
    steps = np.arange(2, 9)
    now = (0.95**-0.5 - 1) / 0.5
    still = 400 * (1 + 0.5 * now * steps) ** -2
    np.testing.assert_allclose(point.per_customer_period, point.draws / (still @ customers.discount[1:]), rtol=EXACT)
