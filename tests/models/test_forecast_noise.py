"""The chance of a period: told by history, and enough of it that a right forecast holds what later books show."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from impact.cells import Cells
from models.forecast_noise import NONE, ForecastNoise, Scatter, between, fit_noise, with_noise
from models.scores import LEVELS

# 4,000 draws: a mean with a relative standard deviation of 0.1 is known to 0.0016; three of them.
MEAN_KEPT = 0.005
# What is asked of forecasts. 200 companies tell a share of 90% to 2% at worst, as if their four periods were one.
ASKED = (0.80, 0.97)
COMPANIES, HISTORY, AHEAD, CUSTOMERS = 200, 10, 4, 3_000
LEAVING, SHOCK, WALK, WEIGHED = 0.06, 0.15, 0.02, 50.0


def cells_of(money: pd.DataFrame, scores: dict[str, Any] | None = None) -> Cells:
    return cast("Cells", SimpleNamespace(money=money, scores=scores or {}))


def company(rng: np.random.Generator) -> pd.DataFrame:
    """Customers by period with newcomers up to the last known one, and none after: the cohort that is forecast."""
    rows, there, each = [], CUSTOMERS, WEIGHED
    for t in range(HISTORY + AHEAD):
        share = 1 - np.exp(-LEAVING * np.exp(SHOCK * rng.standard_normal() - SHOCK**2 / 2))
        gone = rng.binomial(there, share)
        rows.append((t, there, there * each * 2, there * each, 1 - gone / there))
        there = there - gone if t >= HISTORY - 1 else CUSTOMERS
        each *= np.exp(WALK * rng.standard_normal())
    return pd.DataFrame(rows, columns=["t", "customers", "revenue", "margin", "retained"])


def forecast(known: pd.DataFrame, draws: int) -> dict[str, np.ndarray]:
    """What a model without the chance of a period claims: the same in every draw."""
    retention = known["retained"].iloc[-5:-1].mean() ** np.ones((draws, AHEAD))
    customers = known["customers"].iloc[-1] * np.cumprod(retention, axis=1)
    margin = customers * known["margin"].iloc[-1] / known["customers"].iloc[-1]
    return {"customers": customers, "retention": retention, "revenue": 2 * margin, "margin": margin, "cash": margin - 5}


def test_the_scatter_between_values_is_the_written_out_moment() -> None:
    # weights 4: Q = 4 x ((1-2)^2 + 0 + (3-2)^2) = 8 less 2; scale 12 - 48 / 12 = 8
    found = between(np.array([1.0, 2.0, 3.0]), np.full(3, 0.25))
    assert (found.sd, found.df) == (pytest.approx(np.sqrt(6 / 8)), 2)
    assert between(np.array([1.0, 2.0]), np.full(2, 0.1)) == NONE


def test_without_noise_nothing_moves_but_that_customers_are_counted() -> None:
    known = company(np.random.default_rng(1)).head(HISTORY)
    none = ForecastNoise(level=0.0, leaving=NONE, money=NONE, score=NONE)
    before = forecast(known, 4_000)
    found = with_noise({**before, "csat": np.full((4_000, AHEAD), 4.0)}, none, seed=1)
    share = before["retention"][0, 0]
    binomial = np.sqrt(share * (1 - share) / CUSTOMERS)
    assert found["retention"][:, 0].std() == pytest.approx(binomial, rel=0.05)
    assert (found["csat"] == 4.0).all()


def test_the_means_stay_and_cash_moves_with_margin() -> None:
    noise = ForecastNoise(level=0.1, leaving=Scatter(sd=0.1, df=30), money=Scatter(sd=0.02, df=30), score=NONE)
    before = forecast(company(np.random.default_rng(1)).head(HISTORY), 4_000)
    found = with_noise(before, noise, seed=1)
    for name, was in before.items():
        assert found[name].mean(axis=0) == pytest.approx(was.mean(axis=0), rel=MEAN_KEPT), name
    np.testing.assert_allclose(found["cash"] - before["cash"], found["margin"] - before["margin"])
    np.testing.assert_allclose(found["revenue"], 2 * found["margin"])


def test_units_that_never_leave_stay() -> None:
    one = np.ones((50, 3))
    noise = ForecastNoise(level=0.3, leaving=Scatter(sd=0.3, df=9), money=Scatter(sd=0.02, df=9), score=NONE)
    found = with_noise({"retention": one, "customers": 20 * one, "margin": 100 * one}, noise, seed=1)
    assert (found["customers"] == 20).all() and found["margin"].std() > 0


def test_history_tells_its_own_scatter() -> None:
    rng = np.random.default_rng(5)
    found = [fit_noise(cells_of(company(rng).head(HISTORY))) for _ in range(100)]
    # ten periods tell a standard deviation to a fifth or so, a hundred of them its root mean square to a fiftieth
    assert np.sqrt(np.mean([one.leaving.sd**2 for one in found])) == pytest.approx(SHOCK, rel=0.15)
    assert np.sqrt(np.mean([one.money.sd**2 for one in found])) == pytest.approx(WALK, rel=0.1)


def test_scores_scatter_beyond_sampling_alone_counts() -> None:
    t = np.repeat(np.arange(6), 1)
    scores = pd.DataFrame({"t": t, "n": 1_000, "total": [4_000, 4_200, 3_800, 4_100, 3_900, 4_000]})
    scores["squares"] = scores["total"] ** 2 / 1_000 + 1_000  # variance 1 within each period
    known = company(np.random.default_rng(1)).head(HISTORY)
    found = fit_noise(cells_of(known, {"overall": scores})).score
    means = scores["total"] / 1_000
    assert found.sd == pytest.approx(np.sqrt(means.var() - 1 / 1_000 + 1 / 6_000), rel=1e-6)
    assert fit_noise(cells_of(known)).score == NONE


def test_ranges_with_the_chance_of_a_period_hold_what_they_should() -> None:
    rng, chosen = np.random.default_rng(7), ("customers", "retention", "margin")
    inside: dict[str, list[np.ndarray]] = {name: [] for name in chosen}
    for number in range(COMPANIES):
        whole = company(rng)
        known = whole.head(HISTORY)
        told = known.assign(retained=known["retained"].where(known["t"] < HISTORY - 1))
        found = with_noise(forecast(known, 400), fit_noise(cells_of(told)), number)
        for name in chosen:
            # the share retained stands on the row it was retained from
            actual = whole["retained" if name == "retention" else name].to_numpy()[
                HISTORY - 1 : -1 if name == "retention" else None
            ]
            actual = actual if name == "retention" else actual[1:]
            low, high = np.quantile(found[name], LEVELS[[4, 94]], axis=0)
            inside[name].append((low <= actual) & (actual <= high))
    for name in chosen:
        assert ASKED[0] <= np.mean(inside[name]) <= ASKED[1], name
