"""The figure of the stays example: the engine's rate is the plain regression written out on the tables as shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from impact.cells import SitePanel, summarise
from impact.intake import take_in
from models.calibration.calibrate import calibrate
from models.calibration.slopes import Calibration

EXAMPLE = Path(__file__).parents[2] / "examples" / "stays"
ROUNDING = 5e-3  # the reference figure is given to two decimals
SAME_REGRESSION = 1e-8  # the same regression written out: two ways through one linear algebra
STAGES = {"accuracy", "checkin", "cleanliness", "communication", "location", "value"}


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """A row a listing with everything the regression needs; revenue of zero has no logarithm."""
    ratings = pd.read_parquet(EXAMPLE / "responses.parquet").query("stage == 'overall'")[["customer_id", "score"]]
    ledger = pd.read_parquet(EXAMPLE / "ledger.parquet").query("revenue > 0")
    found = ledger.merge(pd.read_parquet(EXAMPLE / "customers.parquet"), on="customer_id").merge(ratings)
    money = np.log(found["revenue"])
    return found.assign(y=money.clip(money.quantile(0.01), money.quantile(0.99))).dropna()


@pytest.fixture(scope="module")
def engine() -> Calibration:
    intake = take_in(EXAMPLE)
    cells = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(cells, SitePanel)
    return calibrate(cells, intake.case.journey)


def design(rows: pd.DataFrame) -> pd.DataFrame:
    kinds = pd.get_dummies(rows[["room_type", "place"]], drop_first=True, dtype=float)
    return sm.add_constant(pd.concat([rows[["score", "accommodates", "bedrooms"]], kinds], axis=1))


def test_a_star_more_goes_with_point_88_of_log_revenue_clustered_by_host(rows: pd.DataFrame) -> None:
    groups = pd.factorize(rows["host"])[0]
    fit = sm.OLS(rows["y"], design(rows)).fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert (len(rows), rows["host"].nunique()) == (3298, 2091)
    assert fit.params["score"] == pytest.approx(0.88, abs=ROUNDING)
    assert fit.bse["score"] == pytest.approx(0.096, abs=ROUNDING)


def test_the_engines_headline_is_that_regression(rows: pd.DataFrame, engine: Calibration) -> None:
    groups = pd.factorize(rows["host"])[0]
    fit = sm.OLS(rows["y"], design(rows)).fit(cov_type="cluster", cov_kwds={"groups": groups})
    headline, regression = engine.headline("log_revenue"), engine.regression("log_revenue")
    assert headline is not None and regression is not None
    assert (headline.method, headline.grade, headline.n, headline.units) == (
        "cross_section",
        "cross-section",
        3298,
        2091,
    )
    assert headline.estimate == pytest.approx(fit.params["score"], abs=SAME_REGRESSION)
    assert headline.se == pytest.approx(fit.bse["score"], abs=SAME_REGRESSION)
    again = sm.OLS(regression.y, regression.x).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(regression.keys["unit"])[0]}
    )
    assert again.params["overall"] == pytest.approx(headline.estimate, abs=SAME_REGRESSION)
    assert again.bse["overall"] == pytest.approx(headline.se, abs=SAME_REGRESSION)


def test_each_stage_has_a_weak_headline_of_its_own(engine: Calibration) -> None:
    terms = {slope.term: slope.grade for slope in engine.slopes if slope.headline}
    assert terms == dict.fromkeys({"overall", *STAGES}, "cross-section")


def test_nothing_that_makes_up_the_estimate_of_revenue_is_in_the_tables() -> None:
    for name in ("customers", "ledger", "responses", "incidents"):
        columns = set(pd.read_parquet(EXAMPLE / f"{name}.parquet").columns)
        assert not columns & {"price", "estimated_occupancy_l365d", "number_of_reviews", "number_of_reviews_ltm", "n"}


def test_the_tables_are_small_and_hold_each_listing_and_stage_once() -> None:
    keys = {
        "customers": ["customer_id"],
        "ledger": ["customer_id", "period"],
        "responses": ["customer_id", "stage"],
        "incidents": ["customer_id", "pain_point"],
    }
    for table, key in keys.items():
        assert not pd.read_parquet(EXAMPLE / f"{table}.parquet").duplicated(key).any(), table
    assert sum(file.stat().st_size for file in EXAMPLE.glob("*.parquet")) < 400_000


def test_the_plan_names_only_stages_and_pain_points_that_the_tables_hold() -> None:
    plan = {name: pd.read_csv(EXAMPLE / "plan" / f"{name}.csv") for name in ("stages", "pain_points", "fixes")}
    measured = set(pd.read_parquet(EXAMPLE / "incidents.parquet")["pain_point"])
    assert set(plan["stages"]["stage"]) == STAGES
    assert set(plan["pain_points"]["pain_point"]) == measured
    assert set(plan["fixes"]["pain_point"]) <= measured
