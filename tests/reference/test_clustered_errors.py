"""Published standard errors of clustered rows, from the functions that the engine itself uses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from models.calibration.clusters import clustered_se, cr2, fit_clustered
from models.reduced import clustered_summary

DATA = Path(__file__).parent / "data"
FOUR_DECIMALS = 1e-4  # printed to four decimals
SAME_FORMULA = 1e-10  # one formula by two ways through one linear algebra


@pytest.fixture(scope="module")
def petersen() -> pd.DataFrame:
    """500 firms in 10 years. Source: Petersen (2009), Review of Financial Studies 22(1), simulated panel."""
    return pd.read_csv(DATA / "PetersenCL.csv")


def test_petersens_slope_and_firm_error_come_out_of_the_fit_that_sites_use(petersen: pd.DataFrame) -> None:
    keys = petersen[["firm", "year"]].set_axis(["unit", "t"], axis=1)
    found = fit_clustered(petersen["y"].to_numpy(), sm.add_constant(petersen[["x"]]), "x", keys)
    assert found.estimate == pytest.approx(1.0348, abs=FOUR_DECIMALS)
    assert found.se == pytest.approx(0.0506, abs=FOUR_DECIMALS)
    assert (found.errors, found.clusters, found.df) == ("by unit", 500, np.inf)


def test_petersens_errors_by_firm_by_year_and_by_both_are_those_printed(petersen: pd.DataFrame) -> None:
    y, x = petersen["y"].to_numpy(), sm.add_constant(petersen[["x"]])
    firm, year = petersen["firm"].to_numpy(), petersen["year"].to_numpy()
    ways = {"firm": firm, "year": year, "both": np.column_stack([firm, year])}
    found = {name: clustered_se(y, x, "x", groups) for name, groups in ways.items()}
    assert found == pytest.approx({"firm": 0.0506, "year": 0.0334, "both": 0.0536}, abs=FOUR_DECIMALS)
    plain = sm.OLS(y, x).fit()
    assert plain.bse["x"] == pytest.approx(0.0286, abs=FOUR_DECIMALS)
    assert plain.HC0_se["x"] == pytest.approx(0.0284, abs=FOUR_DECIMALS)


def test_grunfelds_investment_within_firms_is_as_printed() -> None:
    """Ten firms, firm effects. Source: Grunfeld (1958); printed in Baltagi, Econometric Analysis of Panel Data."""
    rows = pd.read_csv(DATA / "Grunfeld.csv")
    numbers = rows[["value", "capital", "inv"]]
    centred = numbers - numbers.groupby(rows["firm"]).transform("mean")
    data = centred.to_numpy(float)
    found = clustered_summary(data.T @ data, np.eye(2), np.arange(2), 10)
    assert found.mean == pytest.approx([0.1101, 0.3101], abs=FOUR_DECIMALS)
    dummies = pd.get_dummies(rows["firm"], dtype=float)
    dummies.columns = [f"firm_{name}" for name in dummies]
    fit = sm.OLS(rows["inv"], pd.concat([rows[["value", "capital"]], dummies], axis=1)).fit()
    assert fit.params[["value", "capital"]].to_numpy() == pytest.approx(found.mean, abs=SAME_FORMULA)
    assert fit.bse[["value", "capital"]].tolist() == pytest.approx([0.0119, 0.0174], abs=FOUR_DECIMALS)


def test_a_cluster_of_one_row_each_makes_cr2_the_hc2_error() -> None:
    rng = np.random.default_rng(1)
    x = sm.add_constant(rng.normal(0, 1, (30, 2)))
    y = x @ [1.0, 0.5, -0.5] + rng.normal(0, 1, 30) * (1 + np.abs(x[:, 1]))
    fit = sm.OLS(y, x).fit()
    se, _ = cr2(x, fit.resid, np.arange(30), 1)
    assert se == pytest.approx(fit.HC2_se[1], rel=SAME_FORMULA)


def test_the_mean_of_equal_clusters_has_the_t_of_their_means() -> None:
    """With a constant alone CR2 is the error of the mean of G cluster means, with G - 1 degrees of freedom."""
    rng = np.random.default_rng(2)
    y = rng.normal(0, 1, (9, 4)) + rng.normal(0, 1, (9, 1))
    x = np.ones((36, 1))
    se, df = cr2(x, (y - y.mean()).ravel(), np.repeat(np.arange(9), 4), 0)
    assert se == pytest.approx(y.mean(axis=1).std(ddof=1) / 3, rel=SAME_FORMULA)
    assert df == pytest.approx(8, rel=SAME_FORMULA)


def test_columns_centred_by_cluster_give_the_error_of_the_regression_with_dummies() -> None:
    """Source: Pustejovsky & Tipton (2018), theorem 2."""
    rng = np.random.default_rng(3)
    codes = np.repeat(np.arange(12), 5)
    x, y = rng.normal(0, 1, 60), rng.normal(0, 1, 60) + codes
    dummies = np.column_stack([x, np.eye(12)[codes]])
    centred = pd.DataFrame({"x": x, "y": y}).groupby(codes).transform(lambda column: column - column.mean())
    long, short = sm.OLS(y, dummies).fit(), sm.OLS(centred["y"], centred[["x"]]).fit()
    one = cr2(dummies, long.resid, codes, 0)
    other = cr2(centred[["x"]].to_numpy(), short.resid.to_numpy(), codes, 0)
    assert one == pytest.approx(other, rel=1e-8)
