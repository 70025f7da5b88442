"""Repeat buying: simulated truths are found, expectations hold beyond the data, binned values lose nothing."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from impact.cells.summary import LifetimeCells
from models.lifetime.buyers import measure_buying, misplaced
from models.lifetime.gamma_gamma import Values, expected_value, fit_gamma_gamma, goes_with_frequency
from models.lifetime.repeat_buying import (
    Purchases,
    bgbb_counts,
    bgbb_expected,
    bgnbd_alive,
    bgnbd_counts,
    bgnbd_expected,
    fit_bgbb,
    fit_bgnbd,
    fit_pareto_nbd,
)

CUSTOMERS = 8_000
# Chance in sums over this many customers.
SAMPLED = 0.04
# Parameters found, in standard errors: outside 3.5 once in two thousand.
WIDE = 3.5
# Sums of chances.
EXACT = 1e-9
BGNBD = (0.8, 5.0, 0.9, 2.5)
BGBB = (1.2, 0.75, 0.66, 2.8)
END, AHEAD = 40.0, 20.0


def cells(x: np.ndarray, t_x: np.ndarray, end: np.ndarray | float) -> Purchases:
    """Customers as cells of equal ones."""
    table = pd.DataFrame({"x": x, "t_x": t_x, "T": np.broadcast_to(end, len(x))})
    counted = table.groupby(["x", "t_x", "T"], as_index=False).size()
    return Purchases(
        x=counted["x"].to_numpy(float),
        t_x=counted["t_x"].to_numpy(float),
        T=counted["T"].to_numpy(float),
        n=counted["size"].to_numpy(float),
    )


@pytest.fixture(scope="module")
def shop() -> tuple[Purchases, float]:
    """Customers who buy by BG/NBD, and what they bought after the end of the data."""
    r, alpha, a, b = BGNBD
    rng = np.random.default_rng(3)
    rate, drop = rng.gamma(r, 1 / alpha, CUSTOMERS), rng.beta(a, b, CUSTOMERS)
    x, last, later = np.zeros(CUSTOMERS), np.zeros(CUSTOMERS), 0
    for k in range(CUSTOMERS):
        time = 0.0
        while True:
            time += rng.exponential(1 / rate[k])
            if time > END + AHEAD:
                break
            if time > END:
                later += 1
            else:
                x[k], last[k] = x[k] + 1, time
            if rng.random() < drop[k]:
                break
    return cells(x, last, END), float(later)


@pytest.fixture(scope="module")
def members() -> tuple[Purchases, float]:
    """Customers who buy or not in each of twelve periods by BG/BB, and their purchases in the four after."""
    alpha, beta, gamma, delta = BGBB
    rng = np.random.default_rng(4)
    buys, leaves = rng.beta(alpha, beta, CUSTOMERS)[:, None], rng.beta(gamma, delta, CUSTOMERS)[:, None]
    there = (rng.random((CUSTOMERS, 16)) >= leaves).cumprod(axis=1)
    bought = (rng.random((CUSTOMERS, 16)) < buys) * there
    seen = bought[:, :12]
    return cells(seen.sum(axis=1), (seen * np.arange(1, 13)).max(axis=1), 12), float(bought[:, 12:].sum())


def test_bg_nbd_finds_the_truth_and_what_comes_next(shop: tuple[Purchases, float]) -> None:
    rows, later = shop
    fit = fit_bgnbd(rows)
    assert (np.abs(fit.estimate - BGNBD) < WIDE * fit.se).all()
    assert rows.n @ bgnbd_expected(fit.estimate, rows, AHEAD) == pytest.approx(later, rel=SAMPLED)


def test_bg_nbd_counts_are_chances_and_those_seen(shop: tuple[Purchases, float]) -> None:
    rows, _ = shop
    chances = bgnbd_counts(np.array(BGNBD), END, 8)
    assert chances.sum() == pytest.approx(1, abs=EXACT)
    seen = np.bincount(np.minimum(rows.x, 8).astype(int), weights=rows.n) / rows.n.sum()
    assert np.abs(seen - chances).max() < SAMPLED / 2


def test_who_bought_often_and_long_ago_is_less_likely_there() -> None:
    rows = Purchases(x=np.array([0.0, 8.0, 8.0]), t_x=np.array([0.0, 10.0, 39.0]), T=np.full(3, 40.0), n=np.ones(3))
    alive = bgnbd_alive(np.array(BGNBD), rows)
    assert alive[0] == 1
    assert alive[1] < 0.2 < alive[2]


def test_pareto_nbd_finds_the_truth() -> None:
    truth, customers = (0.8, 5.0, 0.7, 12.0), 3_000
    r, alpha, s, beta = truth
    rng = np.random.default_rng(6)
    rate, life = rng.gamma(r, 1 / alpha, customers), rng.exponential(1 / rng.gamma(s, 1 / beta, customers))
    watched = np.minimum(life, END)
    x = rng.poisson(rate * watched)
    # The last of x times spread evenly over the time watched; to the tenth of a week, so that cells are few.
    last = np.where(x > 0, watched * rng.random(customers) ** (1 / np.maximum(x, 1)), 0).round(1)
    fit = fit_pareto_nbd(cells(x, last, END))
    assert (np.abs(fit.estimate - truth) < WIDE * fit.se).all()


def test_bg_bb_finds_the_truth_and_what_comes_next(members: tuple[Purchases, float]) -> None:
    rows, later = members
    fit = fit_bgbb(rows)
    assert (np.abs(fit.estimate - BGBB) < WIDE * fit.se).all()
    assert rows.n @ bgbb_expected(fit.estimate, rows, 4).sum(axis=1) == pytest.approx(later, rel=SAMPLED)


def test_bg_bb_counts_are_chances_and_those_seen(members: tuple[Purchases, float]) -> None:
    rows, _ = members
    chances = bgbb_counts(np.array(BGBB), 12)
    assert chances.sum() == pytest.approx(1, abs=EXACT)
    seen = np.bincount(rows.x.astype(int), weights=rows.n, minlength=13) / rows.n.sum()
    assert np.abs(seen - chances).max() < SAMPLED / 2


def test_values_are_found_and_binning_them_changes_nothing_that_matters() -> None:
    p, q, gamma = 6.0, 4.0, 15.0
    rng = np.random.default_rng(5)
    x = rng.integers(1, 10, CUSTOMERS).astype(float)
    value = rng.gamma(p * x, 1 / (rng.gamma(q, 1 / gamma, CUSTOMERS) * x))
    single = Values(x=x, value=value, log_value=np.log(value), spread=np.zeros(CUSTOMERS), n=np.ones(CUSTOMERS))
    fit = fit_gamma_gamma(single)
    assert (np.abs(fit.estimate - (p, q, gamma)) < WIDE * fit.se).all()
    table = pd.DataFrame({"x": x, "value": value, "log_value": np.log(value)})
    binned = table.groupby(["x", (table["log_value"] / 0.1).round()], as_index=True).agg(
        value=("value", "mean"),
        log_value=("log_value", "mean"),
        spread=("log_value", lambda one: one.var(ddof=0)),
        n=("value", "size"),
    )
    rows = Values(
        x=binned.index.get_level_values(0).to_numpy(float), **{k: binned[k].to_numpy(float) for k in binned.columns}
    )
    assert fit_gamma_gamma(rows).estimate == pytest.approx(fit.estimate, rel=0.01)
    assert abs(goes_with_frequency(rows)) < SAMPLED
    mean = expected_value(fit, np.array([0.0, 50.0]), np.array([0.0, 40.0]))
    assert mean[0] == pytest.approx(p * gamma / (q - 1), rel=SAMPLED)
    assert 30 < mean[1] < 40


def test_what_repeat_customers_bring_is_what_they_then_brought(members: tuple[Purchases, float]) -> None:
    rows, later = members
    rng = np.random.default_rng(7)
    value = rng.gamma(6.0, 10.0, CUSTOMERS)
    spend = pd.DataFrame({"persona": "all", "x": 3, "value": value, "log_value": np.log(value), "spread": 0.0, "n": 1})
    counts = {"x": rows.x, "t_x": rows.t_x, "T": rows.T, "n": rows.n}
    cells = SimpleNamespace(
        lifetime=LifetimeCells(
            active=pd.DataFrame(),
            revenue=pd.DataFrame(),
            term=1,
            buying=pd.DataFrame({"persona": "all", **counts}),
            values=spend,
            not_followed=3,
            steps=pd.DataFrame(),
        ),
        money=pd.DataFrame({"revenue": [100.0], "margin": [50.0]}),
    )
    asked = SimpleNamespace(discount_rate=0.0, margin_rate=None, seed=1)
    study = SimpleNamespace(study=asked, horizon_periods=4, periods_a_year=4)
    found = measure_buying(cells, study)  # type: ignore[arg-type]
    assert found is not None
    exact, rough = found.rows
    truth = later * 0.5 * value.mean() / CUSTOMERS
    assert exact.horizon.low < truth < exact.horizon.high
    assert exact.horizon.value == pytest.approx(truth, rel=SAMPLED)
    assert rough.horizon.value > exact.horizon.value
    assert found.not_followed == 3
    assert misplaced(found.counts, "BG/BB") < 0.02 < misplaced(found.counts, "BG/NBD")
