"""Revenue across customers: from cells the same as from rows, the mean recovered, the right form chosen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial, Gamma
from statsmodels.genmod.families.links import Log

from models.calibration.spend_forms import Form, SpendForms, choose_form, fit_forms, smearing_factors

SAME = 1e-8  # one likelihood from cells and from rows, both fitted to rounding
SAME_MAXIMUM = 1e-6  # two fits of one likelihood, each stopped when its deviance moves by less than 1e-8
SLOPE = 0.08
ROWS = 4_000
MEAN_RECOVERED = 0.04  # relative; four standard errors of the mean of 2,000 lognormal amounts of sigma 1
NAIVE_MISSES = 0.3  # exp(mean log) is low by 1 - exp(-sigma^2 / 2), .39 at sigma 1
RANGES, MOST_MISSES = 40, 10  # four misses expected at 90%; more than ten happen once in a thousand


Draw = Callable[[np.random.Generator, np.ndarray, np.ndarray], np.ndarray]


def gamma_money(rng: np.random.Generator, mean: np.ndarray, firm: np.ndarray) -> np.ndarray:
    return rng.gamma(4.0, mean / 4.0)


def lognormal_money(rng: np.random.Generator, mean: np.ndarray, firm: np.ndarray) -> np.ndarray:
    """Lognormal whose spread differs by persona: sigma 1 and 0.3."""
    sigma = np.where(firm, 1.0, 0.3)
    return np.exp(np.log(mean) - sigma**2 / 2 + sigma * rng.normal(size=len(mean)))


def money_with_zeros(rng: np.random.Generator, mean: np.ndarray, firm: np.ndarray) -> np.ndarray:
    return np.where(rng.random(len(mean)) < 0.2, 0.0, gamma_money(rng, mean, firm))


def rows_of(seed: int, draw: Draw) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    firm = rng.random(ROWS) < 0.5
    overall = rng.integers(1, 6, ROWS).astype(float)
    t = rng.integers(1, 5, ROWS)
    mean = 50 * np.exp(SLOPE * overall + 0.5 * firm + 0.02 * t)
    money = draw(rng, mean, firm)
    return pd.DataFrame(
        {"persona": np.where(firm, "firm", "home"), "t": t, "overall": overall, "money": money, "mean": mean}
    )


def cells_of(rows: pd.DataFrame) -> pd.DataFrame:
    above = rows["money"] > 0
    logs = np.log(rows["money"].where(above, 1.0))
    flat = rows.assign(
        n=1,
        squares=rows["money"] ** 2,
        positive_n=above.astype(int),
        positive=rows["money"].where(above, 0.0),
        logs=logs,
        log_squares=logs**2,
        zeros=(rows["money"] == 0).astype(int),
        negatives=(rows["money"] < 0).astype(int),
    )
    return flat.groupby(["persona", "t", "overall"], as_index=False).sum()


def design_of(rows: pd.DataFrame) -> pd.DataFrame:
    x = pd.get_dummies(rows[["t", "persona"]].astype(str), drop_first=True, dtype=float)
    return sm.add_constant(x).assign(overall=rows["overall"])


def fitted(rows: pd.DataFrame) -> SpendForms:
    found = fit_forms(cells_of(rows), ("persona",), len(rows))
    assert found is not None
    return found


def form_of(found: SpendForms, name: str) -> Form:
    return next(form for form in found.forms if form.name == name)


def test_the_gamma_regression_is_the_plain_call_on_cells_and_has_the_slope_of_the_rows() -> None:
    rows = rows_of(1, gamma_money)
    cells = cells_of(rows)
    x = design_of(cells)
    fit = sm.GLM(cells["money"] / cells["n"], x, Gamma(Log()), var_weights=cells["n"]).fit()
    found = form_of(fitted(rows), "gamma")
    assert found.estimate == pytest.approx(fit.params["overall"], abs=SAME_MAXIMUM)
    assert found.se == pytest.approx(fit.bse["overall"], abs=SAME_MAXIMUM)
    by_row = sm.GLM(rows["money"], design_of(rows), Gamma(Log())).fit()
    assert found.estimate == pytest.approx(by_row.params["overall"], abs=SAME_MAXIMUM)


def test_log_ols_and_duans_factors_from_cells_are_those_of_the_rows() -> None:
    rows = rows_of(2, lognormal_money)
    fit = sm.OLS(np.log(rows["money"]), design_of(rows)).fit()
    found = fitted(rows)
    logs = form_of(found, "log-OLS")
    assert logs.estimate == pytest.approx(fit.params["overall"], abs=SAME)
    assert logs.se == pytest.approx(fit.bse["overall"], abs=SAME)
    duan = np.exp(fit.resid).groupby(rows["persona"]).mean()
    assert found.smearing.to_dict() == pytest.approx(duan.to_dict(), abs=SAME)


def test_smearing_by_persona_recovers_mean_revenue_whose_spread_differs() -> None:
    rows = rows_of(3, lognormal_money)
    cells = cells_of(rows)
    x = design_of(rows)
    logs = sm.OLS(np.log(rows["money"]), x).fit()
    factors = smearing_factors(cells, design_of(cells)[x.columns].to_numpy() @ logs.params.to_numpy())
    naive = np.exp(logs.fittedvalues)
    smeared = naive * rows["persona"].map(factors)
    for who in ("firm", "home"):
        mine = rows["persona"] == who
        truth = rows.loc[mine, "mean"].mean()
        assert smeared[mine].mean() == pytest.approx(truth, rel=MEAN_RECOVERED)
    firm = rows["persona"] == "firm"
    assert naive[firm].mean() < (1 - NAIVE_MISSES) * rows.loc[firm, "mean"].mean()


def test_two_parts_are_a_logit_and_a_gamma_on_cells() -> None:
    rows = rows_of(4, money_with_zeros)
    found = fitted(rows)
    assert found.chosen.name == "two-part" and 0.15 < found.share_zero < 0.25
    x, some = design_of(rows), rows["money"] > 0
    occurs = sm.GLM(some.astype(float), x, Binomial()).fit()
    amount = sm.GLM(rows.loc[some, "money"], x[some], Gamma(Log())).fit()
    p = 1 / (1 + np.exp(-(x.mean() @ occurs.params)))
    expected = (1 - p) * occurs.params["overall"] + amount.params["overall"]
    assert found.chosen.estimate == pytest.approx(expected, abs=SAME_MAXIMUM)


@pytest.mark.parametrize("draw", [gamma_money, lognormal_money, money_with_zeros])
def test_the_quoted_form_covers_the_true_slope(draw: Draw) -> None:
    missed = 0
    for seed in range(RANGES):
        chosen = fitted(rows_of(500 + seed, draw)).chosen
        missed += abs(chosen.estimate - SLOPE) > 1.645 * chosen.se
    assert missed <= MOST_MISSES


def test_gamma_money_is_told_as_gamma() -> None:
    found = fitted(rows_of(6, gamma_money))
    assert found.chosen.name == "gamma"
    assert 1.5 < found.park < 2.5


@pytest.mark.parametrize(
    ("gamma_p", "logs_p", "park", "spread_p", "share_zero", "expected"),
    [
        (0.5, 0.5, 2.0, 0.5, 0.0, "gamma"),
        (0.01, 0.5, 2.0, 0.5, 0.0, "log-OLS"),
        (0.5, 0.5, 0.3, 0.5, 0.0, "log-OLS"),
        (0.5, 0.5, 3.0, 0.01, 0.0, "gamma"),
        (0.01, 0.01, 2.0, 0.5, 0.0, "gamma"),
        (0.5, 0.5, 2.0, 0.5, 0.06, "two-part"),
    ],
    ids=["both fit", "link fails", "variance of another kind", "uneven spread", "neither fits", "many zeros"],
)
def test_the_form_follows_park_and_the_link_test(
    gamma_p: float, logs_p: float, park: float, spread_p: float, share_zero: float, expected: str
) -> None:
    gamma = Form(name="gamma", estimate=0.1, se=0.01, link_p=gamma_p)
    logs = Form(name="log-OLS", estimate=0.1, se=0.01, link_p=logs_p)
    assert choose_form(gamma, logs, park=park, spread_p=spread_p, share_zero=share_zero) == expected


def test_customers_seen_four_times_widen_the_range_twofold() -> None:
    cells = cells_of(rows_of(7, gamma_money))
    once, often = (fit_forms(cells, ("persona",), customers) for customers in (ROWS, ROWS // 4))
    assert once is not None and often is not None
    assert often.forms[0].se == pytest.approx(2 * once.forms[0].se, rel=SAME)
    assert often.forms[0].estimate == once.forms[0].estimate


def test_negative_revenue_stays_in_and_is_counted() -> None:
    rows = rows_of(8, gamma_money)
    rows.loc[::50, "money"] = -5.0
    found = fitted(rows)
    assert found.negatives == ROWS // 50
    assert found.rows == ROWS
    assert np.isfinite(found.chosen.estimate)


def test_too_few_rows_or_one_score_have_no_form() -> None:
    rows = rows_of(9, gamma_money)
    assert fit_forms(cells_of(rows.head(40)), ("persona",), 40) is None
    assert fit_forms(cells_of(rows.assign(overall=3.0)), ("persona",), ROWS) is None


def test_a_design_that_tells_every_cell_apart_has_no_form() -> None:
    rows = rows_of(10, gamma_money).head(60).assign(kind=[str(number) for number in range(60)])
    cells = cells_of(rows.drop(columns="kind")).assign(kind=lambda found: found.index.astype(str))
    assert fit_forms(cells, ("persona", "kind"), 60) is None


def test_revenue_that_swings_far_below_zero_has_a_finite_form_or_none() -> None:
    rows = rows_of(11, gamma_money)
    rows["money"] = np.where(rows["overall"] < 2, -40.0, rows["money"])
    found = fit_forms(cells_of(rows), ("persona",), ROWS)
    assert found is None or np.isfinite([found.chosen.estimate, found.chosen.se]).all()
