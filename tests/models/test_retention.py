"""How leaving goes on: the frailty that tenure tells, and survival under it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import roots_genlaguerre

from impact.rng import stream
from models.retention import FRAILTY_PRIOR, LEAST_FRAILTY, fit_frailty, intensity_of, survival

# One formula and its inverse.
INVERSE = 1e-12
# The estimate against the truth in its own standard errors: a right one is off by more once in 400.
ERRORS_OFF = 3.0
# 80 nodes integrate an exponential against a gamma density of this spread to far more than this.
INTEGRATED = 1e-9


def leaving_by_tenure(variance: float, *, customers: int, seed: int) -> pd.DataFrame:
    """Cells of two personas at whole tenures, where the frail leave first."""
    rng = stream(seed, "frailty")
    cells = []
    for persona, rate in (("a", 0.06), ("b", 0.12)):
        frailty = rng.gamma(1 / variance, variance, customers)
        there = np.ones(customers, dtype=bool)
        for tenure in range(24):
            gone = there & (rng.exponential(size=customers) < rate * frailty)
            cells.append((persona, float(tenure), there.sum(), gone.sum()))
            there &= ~gone
    return pd.DataFrame(cells, columns=["persona", "tenure", "n", "leavers"])


@pytest.mark.parametrize("variance", [0.25, 1.0])
def test_the_variance_of_a_simulated_frailty_is_found(variance: float) -> None:
    found = fit_frailty(leaving_by_tenure(variance, customers=20_000, seed=4))
    assert found.known
    assert abs(found.log_variance - np.log(variance)) < ERRORS_OFF * found.se
    assert found.se < 0.3


def test_the_error_of_the_variance_halves_with_four_times_the_customers() -> None:
    few, many = (fit_frailty(leaving_by_tenure(0.7, customers=n, seed=5)) for n in (8_000, 32_000))
    assert few.se / many.se == pytest.approx(2, abs=0.4)


def test_leaving_that_does_not_fall_with_tenure_tells_of_little_frailty() -> None:
    cells = pd.DataFrame({"persona": "a", "tenure": np.arange(24.0), "n": 10_000, "leavers": 600})
    found = fit_frailty(cells)
    assert np.exp(found.log_variance) < 0.1


def test_customers_of_unknown_tenure_add_nothing() -> None:
    cells = leaving_by_tenure(0.5, customers=3_000, seed=6)
    unknown = pd.DataFrame({"persona": ["a"], "tenure": [-1.0], "n": [5_000], "leavers": [2_000]})
    alone, beside = fit_frailty(cells), fit_frailty(pd.concat([cells, unknown]))
    assert beside == alone


@pytest.mark.parametrize(
    "cells",
    [
        pd.DataFrame({"persona": "a", "tenure": [-1.0, -1.0], "n": [500, 500], "leavers": [60, 40]}),
        pd.DataFrame({"persona": "a", "tenure": [0.0, 1.0, 2.0, 3.0], "n": 100, "leavers": 4}),
        pd.DataFrame({"persona": "a", "tenure": [0.0, 1.0], "n": 1000, "leavers": 40}),
    ],
    ids=["no tenure", "few leavers", "two tenures"],
)
def test_data_that_cannot_tell_leave_the_prior(cells: pd.DataFrame) -> None:
    found = fit_frailty(cells)
    assert (found.log_variance, found.se, found.known) == (*FRAILTY_PRIOR, False)


def test_draws_of_the_variance_have_its_median_and_spread() -> None:
    found = fit_frailty(leaving_by_tenure(0.5, customers=5_000, seed=7))
    draws = found.draw(stream(1, "draws"), 20_000)
    assert np.median(draws) == pytest.approx(np.exp(found.log_variance), rel=0.02)
    assert np.log(draws).std() == pytest.approx(found.se, rel=0.02)


@pytest.mark.parametrize("variance", [1e-9, LEAST_FRAILTY, 0.3, 2.0])
@pytest.mark.parametrize("rate", [0.0, 1e-6, 0.05, 0.6, 0.999])
def test_an_intensity_gives_back_the_rate_it_was_made_from(rate: float, variance: float) -> None:
    of = np.array([variance])
    intensity = intensity_of(np.array([rate]), of)
    assert 1 - survival(intensity, of) == pytest.approx(rate, abs=INVERSE)


def test_survival_is_the_mean_over_a_gamma_of_what_each_customer_does() -> None:
    variance, cumulated = 0.4, np.array([0.0, 0.05, 0.5, 2.0])
    nodes, weights = roots_genlaguerre(80, 1 / variance - 1)
    by_customer = np.exp(-cumulated[:, None] * nodes * variance)
    expected = by_customer @ weights / weights.sum()
    np.testing.assert_allclose(survival(cumulated, np.array(variance)), expected, atol=INTEGRATED)


def test_without_frailty_survival_is_exponential() -> None:
    cumulated = np.array([0.0, 0.1, 1.0])
    # the least variance allowed is a thousandth, which moves survival by half of it times the square
    np.testing.assert_allclose(survival(cumulated, np.zeros(3)), np.exp(-cumulated), atol=LEAST_FRAILTY)


def test_under_frailty_a_group_loses_less_in_each_later_period() -> None:
    steps = survival(0.2 * np.arange(8), np.array(0.8))
    lost = 1 - steps[1:] / steps[:-1]
    assert (np.diff(lost) < 0).all()
