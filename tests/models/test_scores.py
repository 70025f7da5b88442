"""Scores of our own claims beside closed forms, and a width that simulated claims were given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, norm

from models.scores import (
    LEVELS,
    PRIOR_PERIODS,
    Scored,
    brier,
    calibration_curve,
    chance_above_nil,
    coverage_band,
    crps_of_quantiles,
    pit_of_quantiles,
    ratio_of,
    score_group,
    width_needed,
)

# 99 levels leave out what lies beyond 1% and 99%: of a Normal some 0.1% of its standard deviation in the middle, and
# three times as much two standard deviations out.
BETWEEN_LEVELS = 0.004
# A width from 60 periods has a standard error of 1 / sqrt(2 x 60), a tenth; three of them.
WIDTH_CHANCE = 0.3


def normal_claim(middle: float, sd: float, actual: float, period: str = "2026Q2", metric: str = "margin") -> Scored:
    return Scored(
        id=f"{metric} {period}",
        kind="metric",
        metric=metric,
        initiative="",
        made="2026Q1",
        period=period,
        ahead=1,
        unit="EUR",
        mean=middle,
        quantiles=middle + sd * norm.ppf(LEVELS),
        actual=actual,
    )


def quarters(count: int) -> list[str]:
    return [f"{2020 + place // 4}Q{place % 4 + 1}" for place in range(count)]


@pytest.mark.parametrize("out", [-2.0, -0.5, 0.0, 1.0, 2.0])
def test_the_score_of_quantiles_is_the_closed_form_of_a_normal(out: float) -> None:
    # Gneiting & Raftery (2007), equation 21
    closed = out * (2 * norm.cdf(out) - 1) + 2 * norm.pdf(out) - 1 / np.sqrt(np.pi)
    assert crps_of_quantiles(50 + 3 * norm.ppf(LEVELS), 50 + 3 * out) == pytest.approx(
        3 * closed, abs=3 * BETWEEN_LEVELS
    )


def test_the_score_of_a_sure_claim_is_the_size_of_its_miss() -> None:
    # the levels average to a half, so that twice the loss of a point is 0.99 of its distance
    assert crps_of_quantiles(np.full(99, 7.0), 7.0) == 0
    assert crps_of_quantiles(np.full(99, 7.0), 10.0) == pytest.approx(3 * 0.99)


def test_the_place_in_the_claimed_distribution_is_the_share_below() -> None:
    quantiles = 10 + 2 * norm.ppf(LEVELS)
    assert pit_of_quantiles(quantiles, 10 + 2 * norm.ppf(0.3)) == pytest.approx(0.3)
    assert pit_of_quantiles(quantiles, -100) == 0.005 and pit_of_quantiles(quantiles, 100) == 0.995
    assert pit_of_quantiles(np.full(99, 4.0), 4.0) == pytest.approx(0.5)


def test_the_band_of_coverage_is_the_exact_one() -> None:
    # Clopper & Pearson by their own definition: with these shares 9 or more, or 9 or fewer, of 10 have a chance of 5%
    band = coverage_band(9, 10)
    assert (band.low, band.high) == pytest.approx((beta.ppf(0.05, 9, 2), beta.ppf(0.95, 10, 1)))
    assert 10 * band.low**9 * (1 - band.low) + band.low**10 == pytest.approx(0.05)
    assert coverage_band(0, 0).low == 0 and coverage_band(0, 0).high == 1


def test_sampling_error_of_what_was_seen_widens_the_range_it_is_judged_by() -> None:
    claim = normal_claim(4.0, 0.03, 4.1)
    seen = replace(claim, actual_se=0.04)
    assert not claim.inside() and not seen.inside()
    assert seen.miss() == pytest.approx(0.1 / 0.05) and claim.miss() == pytest.approx(0.1 / 0.03)
    assert replace(seen, actual_se=0.06).inside()


def test_without_a_claim_the_width_is_one_and_one_period_moves_it_little() -> None:
    nothing = width_needed(np.array([]), [])
    assert nothing.value == pytest.approx(1.0) and not nothing.excludes_one
    once = width_needed(np.array([2.0]), ["2026Q2"])
    assert 1.0 < once.value < 1.4 and not once.excludes_one


def test_the_width_is_the_written_out_conjugate_rule() -> None:
    # prior median 1 of c / chi2(4): c = 3.3567; two periods with mean squares 4 and 1, so 8.3567 / chi2(6)
    found = width_needed(np.array([2.0, 1.0, 1.0]), ["2026Q2", "2026Q3", "2026Q3"])
    assert PRIOR_PERIODS == 4
    assert found.value == pytest.approx(np.sqrt(8.3567 / 5.3481), rel=1e-4)
    assert found.low == pytest.approx(np.sqrt(8.3567 / 12.5916), rel=1e-4)
    assert found.high == pytest.approx(np.sqrt(8.3567 / 1.6354), rel=1e-4)


@pytest.mark.parametrize("width", [1.0, 2.0])
def test_ranges_too_narrow_by_half_are_found_to_need_twice_their_width(width: float) -> None:
    rng = np.random.default_rng(11)
    claims = [normal_claim(100, 5, 100 + width * rng.normal(0, 5), period) for period in quarters(60)]
    found = score_group("margin", claims)
    assert found.width_needed.value == pytest.approx(width, abs=WIDTH_CHANCE * width)
    assert found.width_needed.excludes_one == (width > 1)
    assert found.coverage.low <= (0.9 if width == 1 else 0.589) <= found.coverage.high  # 2 (Phi(1.645 / 2)) - 1


def test_claims_of_one_period_count_as_one_in_every_band() -> None:
    claims = [normal_claim(100, 5, 120, metric=name) for name in ("margin", "revenue", "customers")]
    found = score_group("all", claims)
    assert (found.n, found.periods, found.coverage.value) == (3, 1, 0)
    assert found.coverage.high == pytest.approx(0.95)
    assert found.width_needed.value == pytest.approx(width_needed(np.array([4.0]), ["2026Q2"]).value)


def test_a_figure_without_a_range_covers_nothing() -> None:
    sure = replace(normal_claim(20, 1, 20), quantiles=np.full(99, 20.0))
    found = score_group("customers", [sure])
    assert found.n == 0 and np.isnan(found.coverage.value) and found.ratio.value == pytest.approx(1.0)


def test_bias_is_the_geometric_mean_of_actual_over_forecast_with_students_range_over_periods() -> None:
    claims = [normal_claim(100, 5, actual, period) for actual, period in zip((110, 90), quarters(2), strict=True)]
    found = ratio_of(claims)
    logs = np.log([1.1, 0.9])
    half = 6.3138 * logs.std(ddof=1) / np.sqrt(2)  # t at 95% with one degree of freedom
    assert found.value == pytest.approx(np.exp(logs.mean()))
    assert np.log(found.high / found.value) == pytest.approx(half, rel=1e-4)
    assert np.isnan(ratio_of([normal_claim(-5, 1, -4)]).value)


def test_the_curve_of_right_claims_lies_on_its_nominal_shares() -> None:
    rng = np.random.default_rng(3)
    claims = [normal_claim(100, 5, rng.normal(100, 5), period) for period in quarters(200)]
    for point in calibration_curve(claims):
        assert point.realised.low <= point.nominal <= point.realised.high
        assert (point.n, point.periods) == (200, 200)


def test_the_brier_score_and_the_stated_chance() -> None:
    assert brier(np.array([0.9, 0.2]), np.array([1.0, 0.0])) == pytest.approx(0.025)
    assert np.isnan(brier(np.array([]), np.array([])))
    assert chance_above_nil(normal_claim(1.0, 1.0, 0.0)) == pytest.approx(norm.cdf(1.0), abs=1e-3)


def test_the_score_of_figures_in_several_units_is_no_sum_of_units() -> None:
    money = [normal_claim(1e6, 1e4, 1e6, period) for period in quarters(3)]
    shares = [normal_claim(0.9, 0.2, 0.5, period, "retention") for period in quarters(3)]
    alone = [score_group("one", claims).crps for claims in (money, shares)]
    assert score_group("both", money + shares).crps == pytest.approx(np.mean(alone))
