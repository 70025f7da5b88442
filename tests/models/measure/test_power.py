"""Power, the least effect and how many it takes, against written-out numbers and another's package."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower

from impact.rng import stream
from models.measure.power import (
    Scatter,
    chance_found,
    design_effect,
    least_effect,
    likeness,
    needed_each,
    needed_z,
    scatter_of,
    share_error,
)

EXACT = 1e-9
ROUNDED = 0.5  # n is published as a whole number
OTHER_TAIL = 1e-3  # statsmodels counts effects found the wrong way round too
SIMULATED = 3 * np.sqrt(0.8 * 0.2 / 4_000)  # three binomial errors of 4,000 pilots
DRAWN = 0.03  # of moments of 20,000 customers


def test_the_least_effect_is_2_8_errors_at_a_power_of_80_percent() -> None:
    assert needed_z(0.8) == pytest.approx(1.959964 + 0.841621, abs=1e-6)
    assert least_effect(0.01) == pytest.approx(0.02801585, abs=1e-8)


def test_a_leaving_rate_of_5_percent_cut_by_a_fifth_takes_7456_an_arm() -> None:
    # 2 (1.959964 + 0.841621)^2 x 0.05 x 0.95 / (0.05 x 0.8 - 0.05)^2 = 2 x 7.848879 x 0.0475 / 0.0001
    assert needed_each(share_error(0.05, 1_000), 1_000, -0.01) == pytest.approx(7_456.4, abs=ROUNDED)


@pytest.mark.parametrize(("share", "effect", "power"), [(0.05, 0.01, 0.8), (0.3, 0.05, 0.9), (0.5, 0.1, 0.5)])
def test_statsmodels_asks_for_as_many(share: float, effect: float, power: float) -> None:
    size = effect / np.sqrt(share * (1 - share))
    theirs = NormalIndPower().solve_power(effect_size=size, alpha=0.05, power=power, ratio=1.0)
    assert needed_each(share_error(share, 100), 100, effect, power) == pytest.approx(theirs, rel=OTHER_TAIL)


def test_no_effect_takes_more_than_there_can_be_and_is_found_by_chance_in_one_of_40() -> None:
    assert needed_each(0.01, 100, 0.0) == np.inf and needed_each(np.inf, 100, 0.1) == np.inf
    assert chance_found(0.0, 0.01) == pytest.approx(0.025, abs=EXACT)


def test_simulated_pilots_find_an_effect_as_often_as_said() -> None:
    share, effect, runs = 0.2, -0.04, 4_000
    each = int(np.ceil(needed_each(share_error(share, 1), 1, effect)))
    rng = stream(7, "pilots")
    # the change stands on either side of the share, so that its variance is that of the formula
    arms = rng.binomial(each, [share - effect / 2, share + effect / 2], (runs, 2)) / each
    pooled = arms.mean(axis=1)
    z = (arms[:, 0] - arms[:, 1]) / np.sqrt(2 * pooled * (1 - pooled) / each)
    assert (z > 1.959964).mean() == pytest.approx(0.8, abs=SIMULATED)


def test_groups_of_20_alike_by_a_tenth_take_2_9_times_as_many() -> None:
    assert design_effect(np.full(10, 20.0), 0.1) == pytest.approx(1 + 19 * 0.1, abs=EXACT)
    # unequal groups weigh by their squares: 10 and 30 are as 25 each
    assert design_effect(np.array([10.0, 30.0]), 0.1) == pytest.approx(1 + 24 * 0.1, abs=EXACT)


def test_likeness_by_analysis_of_variance_is_as_written_out() -> None:
    # two groups of two, (1, 2) and (3, 4): mean squares 4 and 0.5, so (4 - 0.5) / (4 + 0.5)
    sums = np.array([3.0, 7.0]), np.array([5.0, 25.0])
    assert likeness(np.array([2.0, 2.0]), *sums) == pytest.approx(3.5 / 4.5, abs=EXACT)
    assert np.isnan(likeness(np.array([2.0]), np.array([3.0]), np.array([5.0])))


def test_likeness_of_simulated_groups_is_recovered() -> None:
    rng = stream(3, "groups")
    outcome = np.sqrt(0.1) * rng.standard_normal((2_000, 1)) + np.sqrt(0.9) * rng.standard_normal((2_000, 30))
    found = likeness(np.full(2_000, 30.0), outcome.sum(axis=1), (outcome**2).sum(axis=1))
    assert found == pytest.approx(0.1, abs=0.01)  # three errors of 2,000 groups


def test_money_beside_the_money_before_has_the_error_that_simulated_pilots_have() -> None:
    rng = stream(5, "money")
    own = rng.standard_normal((20_000, 1)) * 3 + 10
    before, after = (own + 2 * rng.standard_normal((20_000, 4)) for _ in range(2))
    means = before.mean(axis=1), after.mean(axis=1)
    told = scatter_of(10.0, (means[0].var(), means[1].var()), float(np.cov(*means)[0, 1]), (4, 20_000))
    assert (told.between, told.own) == (pytest.approx(9, rel=DRAWN), pytest.approx(4, rel=DRAWN))
    left = means[1] - np.polyval(np.polyfit(*means, 1), means[0])
    assert told.error(100, 4, 4) == pytest.approx(np.sqrt(2 * left.var() / 100), rel=DRAWN)
    assert told.correlation(4, 4) == pytest.approx(9 / 10, rel=DRAWN)


def test_money_that_is_alike_by_no_customer_gains_nothing_from_before() -> None:
    loose = Scatter(mean=1.0, own=4.0, between=0.0, periods=4, customers=10)
    assert loose.error(50, 4, 2) == pytest.approx(np.sqrt(2 * 4.0 / 2 / 50), abs=EXACT)
