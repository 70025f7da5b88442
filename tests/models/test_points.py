"""What a point is worth in money: the headline slopes carried through the base, in parts."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from impact.cells import Cells, SitePanel
from impact.study import Study
from models.calibration.slopes import Calibration, Regression, Slope
from models.points import (
    PointValue,
    attenuation,
    draw_slope,
    explained_by_controls,
    find_point,
    naive_multiple,
    point_checks,
    scores_seen,
    value_points,
)
from models.value import PersonaBase, ValueBase, discount_factors

DRAWS = 4000
# One sum taken in another order.
EXACT = 1e-9
# Stratified draws hold mean and percentiles of their law to the width of one of 4,000 strata.
STRATUM = 1e-3


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


def leaves(**changes: Any) -> Slope:  # noqa: ANN401
    return slope(**{"outcome": "retention", "method": "hazard", "estimate": -0.2, "grade": "cross-section", **changes})


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


def cells(sd: float = 0.8) -> Cells:
    terms = ["overall", "stay"]
    coverage = pd.DataFrame({"stage": terms, "mean": 4.4, "sd": sd, "scale_min": 1.0, "scale_max": 5.0})
    return cast("Cells", SimpleNamespace(coverage=coverage))


def study(reliability: float = 1.0) -> Study:
    return cast("Study", SimpleNamespace(study=SimpleNamespace(seed=1), model=SimpleNamespace(reliability=reliability)))


def value(rate: float, *slopes: Slope, sd: float = 0.8, reliability: float = 1.0) -> PointValue:
    found = value_points(base(rate), Calibration(slopes=slopes), cells(sd), study(reliability))
    assert len(found) == 1
    return found[0]


MONEY = 300 * 10 + 100 * 50
SHOWN = base(0.0).discount[1:].sum()


def test_where_nobody_leaves_a_point_is_its_share_of_the_money_after_the_first_period() -> None:
    point = value(0.0, slope())
    np.testing.assert_allclose(point.total(), 0.02 * MONEY * SHOWN, rtol=EXACT)
    np.testing.assert_allclose(point.total_per_period(), 0.02 * MONEY / 400, rtol=EXACT)
    assert point.of_a_point() == pytest.approx(0.02 * MONEY * SHOWN)


def test_a_slope_of_its_error_gives_draws_of_that_spread() -> None:
    worth = value(0.0, slope(se=0.01)).total() / (MONEY * SHOWN)
    assert worth.mean() == pytest.approx(0.02, abs=STRATUM * 0.01)
    assert np.percentile(worth, [5, 95]) == pytest.approx(slope(se=0.01).range90(), abs=5 * STRATUM * 0.01)


def test_few_units_give_the_wider_range_of_t() -> None:
    few = slope(se=0.01, df=4.0)
    low, high = np.percentile(draw_slope(few, DRAWS, 1), [5, 95])
    assert (low, high) == pytest.approx(few.range90(), abs=0.01 * 0.01)
    assert high - low == pytest.approx(2 * student.ppf(0.95, 4) * 0.01, rel=0.01)


def test_slopes_of_different_outcomes_are_drawn_independently() -> None:
    one, other = draw_slope(slope(se=1.0), DRAWS, 1), draw_slope(leaves(se=1.0), DRAWS, 1)
    # four standard errors of a correlation of nothing
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(DRAWS)


def test_parts_add_up_and_what_is_spent_by_those_who_stay_is_in_spend_once() -> None:
    both, stays, spends = value(0.05, leaves(), slope()), value(0.05, leaves()), value(0.05, slope())
    np.testing.assert_allclose(both.total(), both.parts["retention"] + both.parts["spend"], rtol=EXACT)
    np.testing.assert_allclose(both.parts["retention"], stays.total(), rtol=EXACT)
    more = both.parts["spend"] - spends.total()
    np.testing.assert_allclose(more, 0.02 * stays.total(), rtol=EXACT)


def test_service_saved_and_referral_are_counted_by_customer_and_period() -> None:
    saves, brings = slope(outcome="cost_to_serve", estimate=-0.5), slope(outcome="referral", estimate=0.25)
    point = value(0.0, slope(), saves, brings)
    assert set(point.parts) == {"spend", "service", "referral"}
    np.testing.assert_allclose(point.per_period["service"], 0.5, rtol=EXACT)
    np.testing.assert_allclose(point.per_period["referral"], 0.25, rtol=EXACT)


def test_a_slope_of_margin_in_money_stands_before_revenue_and_holds_what_service_saves() -> None:
    margin, saves = slope(outcome="margin", estimate=2.0), slope(outcome="cost_to_serve", estimate=-0.5)
    point = value(0.0, slope(), margin, saves)
    np.testing.assert_allclose(point.total_per_period(), 2.0, rtol=EXACT)
    np.testing.assert_allclose(point.per_period["spend"], 1.5, rtol=EXACT)


def test_every_stage_with_a_headline_slope_has_a_value() -> None:
    calibration = Calibration(slopes=(slope(term="stay"), slope()))
    found = value_points(base(0.0), calibration, cells(), study())
    assert [point.term for point in found] == ["overall", "stay"]
    assert find_point(found, "stay") is found[1]
    assert find_point(found, "nowhere") is None


def test_where_scores_hardly_differ_the_step_is_a_tenth() -> None:
    narrow, wide = value(0.0, slope(), sd=0.4), value(0.0, slope(), sd=0.6)
    assert (narrow.step, wide.step) == (0.1, 1.0)
    np.testing.assert_allclose(narrow.total() * 10, wide.total(), rtol=EXACT)
    assert narrow.of_a_point() == pytest.approx(wide.of_a_point())


def test_a_rate_holds_within_a_standard_deviation_of_the_scores_and_within_the_scale() -> None:
    assert scores_seen(cells(0.8), "overall") == (0.8, (pytest.approx(3.6), 5.0))
    assert np.isnan(scores_seen(cells(), "nowhere")[0])


def test_a_rate_of_sites_holds_where_nine_in_ten_of_their_scores_lie() -> None:
    panel = pd.DataFrame({"overall": np.append(np.arange(101.0), np.nan)})
    sites = SitePanel(controls=(), size=None, panel=panel, coverage=pd.DataFrame(), money=pd.DataFrame())
    spread, holds = scores_seen(sites, "overall")
    assert holds == (5.0, 95.0)
    assert spread == pytest.approx(np.arange(101).std(ddof=1))


def test_the_grade_is_that_of_the_weaker_slope() -> None:
    assert (value(0.05, leaves(), slope()).grade, value(0.05, leaves(), slope()).method) == ("cross-section", "hazard")
    doubted = value(0.05, leaves(), slope(grade="not told apart from placebo"))
    assert (doubted.grade, doubted.method) == ("not told apart from placebo", "within")


def test_without_a_headline_slope_a_point_has_no_value() -> None:
    assert value_points(base(0.05), Calibration(slopes=(slope(headline=False),)), cells(), study()) == ()


def test_a_rate_too_wide_is_not_turned_into_money_and_a_check_says_so() -> None:
    calibration = Calibration(slopes=(leaves(se=1.0), slope()))
    found = value_points(base(0.05), calibration, cells(), study())
    assert found == ()
    assert [(check.code, check.found) for check in point_checks(found, calibration, study())] == [("C501", "overall")]


@pytest.mark.parametrize("se", [0.1, 0.4])
def test_a_wide_range_does_not_blow_up_the_mean(se: float) -> None:
    wide, sure = value(0.05, leaves(se=se)).total(), value(0.05, leaves()).total()
    # the exponential of a slope this unsure is higher by exp(.08) at most: a part of what leaves now
    assert abs(wide.mean() - sure.mean()) < 0.45 * sure.mean()
    assert np.median(wide) == pytest.approx(sure.mean(), rel=0.01)


def test_a_true_point_is_worth_more_by_what_noise_took_from_the_slope() -> None:
    # Source: simulated in the method's notes, true -.300, naive -.211 at a reliability of .7 without controls
    assert attenuation(0.7, None) == pytest.approx(0.300 / 0.211, rel=0.01)
    assert attenuation(0.7, 0.2) == pytest.approx(0.8 / 0.5)
    assert attenuation(0.7, 0.7) is None
    point = value(0.0, slope(), reliability=0.5)
    assert point.per_true_point is not None
    np.testing.assert_allclose(point.per_true_point, 2 * point.total(), rtol=EXACT)
    assert point.explained is None
    assert value(0.0, slope()).per_true_point is None


def hazard_regression(explained: float) -> Regression:
    rng = np.random.default_rng(3)
    control = rng.standard_normal(20_000)
    score = np.sqrt(explained) * control + np.sqrt(1 - explained) * rng.standard_normal(20_000)
    x = pd.DataFrame({"const": 1.0, "control": control, "overall": score})
    return Regression(
        slope=leaves(),
        y=np.column_stack([np.zeros(20_000), np.ones(20_000)]),
        x=x,
        keys=pd.DataFrame(index=x.index),
        family="cloglog",
        weights=None,
        call="",
    )


def test_what_controls_explain_of_the_score_is_read_from_the_leaving_regression() -> None:
    calibration = Calibration(slopes=(leaves(),), regressions=(hazard_regression(0.3),))
    # four standard errors of a share of .3 from 20,000 rows
    assert explained_by_controls(calibration, "overall") == pytest.approx(0.3, abs=0.02)
    assert explained_by_controls(Calibration(slopes=(leaves(),)), "overall") is None


def test_where_the_controls_explain_all_but_noise_no_true_point_is_told() -> None:
    calibration = Calibration(slopes=(leaves(),), regressions=(hazard_regression(0.6),))
    found = value_points(base(0.05), calibration, cells(), study(0.6))
    assert found[0].per_true_point is None
    assert [check.code for check in point_checks(found, calibration, study(0.6))] == ["C502"]


def test_the_naive_multiple_sets_the_cross_section_over_the_headline() -> None:
    naive = slope(method="cross_section", estimate=0.34, headline=False)
    assert naive_multiple(Calibration(slopes=(naive, slope()))) == pytest.approx(17)
    assert naive_multiple(Calibration(slopes=(slope(),))) is None
    assert naive_multiple(Calibration(slopes=(replace(naive, headline=True),))) is None


def test_where_customers_leave_a_point_is_spread_over_those_still_there() -> None:
    customers, point = base(0.05), value(0.05, slope())
    steps = np.arange(2, 9)
    now = (0.95**-0.5 - 1) / 0.5
    still = 400 * (1 + 0.5 * now * steps) ** -2
    np.testing.assert_allclose(point.total_per_period(), point.total() / (still @ customers.discount[1:]), rtol=EXACT)
