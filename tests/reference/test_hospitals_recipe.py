"""The three published figures of the hospitals example, written out on the tables as shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.regression.linear_model import RegressionResultsWrapper

from impact.cells import summarise
from impact.intake import take_in
from models.calibration.calibrate import calibrate
from models.calibration.slopes import Calibration

EXAMPLE = Path(__file__).parents[2] / "examples" / "hospitals"
ROUNDING = 1e-4  # the reference figures are given to four decimals
SAME_REGRESSION = 1e-8  # the same regression written out: two ways through one linear algebra
CONTROLS = ["ln_beds", "teaching", "medicare_share", "medicaid_share"]
GROUPS = ["period", "owner", "ru", "state"]


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return pd.read_parquet(EXAMPLE / "ledger.parquet").assign(year=lambda rows: rows["period"].astype(int))


@pytest.fixture(scope="module")
def overall() -> pd.DataFrame:
    """Overall score in tens of points, a row a hospital and year."""
    rows = pd.read_parquet(EXAMPLE / "responses.parquet").query("stage == 'overall'")
    return pd.DataFrame(
        {"customer_id": rows["customer_id"], "year": rows["responded_at"].astype(int), "tens": rows["score"] / 10}
    )


def scored(ledger: pd.DataFrame, overall: pd.DataFrame, *, years_before: int) -> pd.DataFrame:
    shifted = overall.assign(year=overall["year"] + years_before)
    return ledger.merge(shifted, on=["customer_id", "year"], validate="one_to_one")


def dummies(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return pd.get_dummies(rows[columns], drop_first=True, dtype=float)


def fit(outcome: pd.Series, terms: pd.DataFrame, hospital: pd.Series) -> RegressionResultsWrapper:
    groups = pd.factorize(hospital)[0]
    return sm.OLS(outcome, terms).fit(cov_type="cluster", cov_kwds={"groups": groups})


def fit_within(rows: pd.DataFrame) -> tuple[RegressionResultsWrapper, pd.DataFrame]:
    """ln(revenue) on the score and year dummies, all demeaned by hospital; hospitals with two rows or more."""
    rows = rows[rows.groupby("customer_id")["year"].transform("size") >= 2]
    terms = pd.concat([rows["tens"], dummies(rows, ["period"])], axis=1)
    outcome = np.log(rows["revenue"])
    hospital = rows["customer_id"]
    demeaned = terms - terms.groupby(hospital).transform("mean")
    return fit(outcome - outcome.groupby(hospital).transform("mean"), demeaned, hospital), rows


def test_across_hospitals_ten_points_go_with_a_fifth_more_revenue_per_bed(
    ledger: pd.DataFrame, overall: pd.DataFrame
) -> None:
    per_bed = np.log(ledger["revenue"] / ledger["bed_years"])
    ledger = ledger.assign(per_bed=per_bed.clip(*per_bed.quantile([0.01, 0.99])))
    rows = scored(ledger, overall, years_before=0).dropna(subset=CONTROLS)
    terms = pd.concat([rows[["tens", *CONTROLS]], dummies(rows, GROUPS)], axis=1)
    result = fit(rows["per_bed"], sm.add_constant(terms), rows["customer_id"])
    assert len(rows) == 7637
    assert result.params["tens"] == pytest.approx(0.2014, abs=ROUNDING)
    assert result.bse["tens"] == pytest.approx(0.0111, abs=ROUNDING)


def test_within_a_hospital_last_years_score_goes_with_one_percent_more_revenue(
    ledger: pd.DataFrame, overall: pd.DataFrame
) -> None:
    result, rows = fit_within(scored(ledger, overall, years_before=1))
    assert (len(rows), rows["customer_id"].nunique()) == (7804, 2710)
    assert result.params["tens"] == pytest.approx(0.0121, abs=ROUNDING)
    assert result.bse["tens"] == pytest.approx(0.0059, abs=ROUNDING)


def test_the_placebo_of_next_years_score_gives_as_much(ledger: pd.DataFrame, overall: pd.DataFrame) -> None:
    result, rows = fit_within(scored(ledger, overall, years_before=-1))
    assert len(rows) == 4782
    assert result.params["tens"] == pytest.approx(0.0120, abs=ROUNDING)
    assert result.bse["tens"] == pytest.approx(0.0071, abs=ROUNDING)


def test_the_tables_hold_each_hospital_year_and_stage_once() -> None:
    keys = {
        "customers": ["customer_id"],
        "ledger": ["customer_id", "period"],
        "responses": ["customer_id", "responded_at", "stage"],
        "incidents": ["customer_id", "occurred_at", "pain_point"],
    }
    for table, key in keys.items():
        assert not pd.read_parquet(EXAMPLE / f"{table}.parquet").duplicated(key).any(), table


def test_the_ledger_is_the_recipes_9091_rows_with_ids_of_six_characters(ledger: pd.DataFrame) -> None:
    assert len(ledger) == 9091
    assert ledger["customer_id"].str.len().eq(6).all()
    assert ledger["revenue"].gt(1e6).all()


def test_the_plan_names_only_stages_and_pain_points_that_the_tables_hold() -> None:
    plan = {name: pd.read_csv(EXAMPLE / "plan" / f"{name}.csv") for name in ("stages", "pain_points", "fixes")}
    scored_stages = set(pd.read_parquet(EXAMPLE / "responses.parquet")["stage"]) - {"overall"}
    measured = set(pd.read_parquet(EXAMPLE / "incidents.parquet")["pain_point"])
    assert set(plan["stages"]["stage"]) == scored_stages
    assert set(plan["pain_points"]["pain_point"]) == measured
    assert set(plan["fixes"]["pain_point"]) == measured


@pytest.fixture(scope="module")
def engine() -> Calibration:
    intake = take_in(EXAMPLE)
    return calibrate(summarise(intake.source, intake.case.journey, intake.study), intake.case.journey)


def test_the_engines_rates_are_these_regressions_to_eight_decimals(
    engine: Calibration, ledger: pd.DataFrame, overall: pd.DataFrame
) -> None:
    per_bed = np.log(ledger["revenue"] / ledger["bed_years"])
    beds = ledger.assign(per_bed=per_bed.clip(*per_bed.quantile([0.01, 0.99])))
    rows = scored(beds, overall, years_before=0).dropna(subset=CONTROLS)
    terms = pd.concat([rows[["tens", *CONTROLS]], dummies(rows, GROUPS)], axis=1)
    written = {
        "cross_section": fit(rows["per_bed"], sm.add_constant(terms), rows["customer_id"]),
        "within": fit_within(scored(ledger, overall, years_before=1))[0],
        "placebo": fit_within(scored(ledger, overall, years_before=-1))[0],
    }
    for method, result in written.items():
        slope = engine.find("log_revenue", "overall", method)
        assert slope is not None
        assert slope.estimate * 10 == pytest.approx(result.params["tens"], abs=SAME_REGRESSION), method
        assert slope.se * 10 == pytest.approx(result.bse["tens"], abs=SAME_REGRESSION), method


def test_the_headlines_rows_leave_with_it_and_give_it_again(engine: Calibration) -> None:
    headline, regression = engine.headline("log_revenue"), engine.regression("log_revenue")
    assert headline is not None and regression is not None
    again = fit(regression.y, regression.x, regression.keys["unit"])
    assert again.params["overall"] == pytest.approx(headline.estimate, abs=SAME_REGRESSION)
    assert again.bse["overall"] == pytest.approx(headline.se, abs=SAME_REGRESSION)
    assert (headline.grade, headline.n, headline.units) == ("not told apart from placebo", 7804, 2710)
    assert set(regression.keys.columns) == {"unit", "t", "persona"}


def test_other_ways_stand_beside_the_headline_and_never_for_it(engine: Calibration) -> None:
    others = {slope.method for slope in engine.slopes if not slope.headline and slope.term == "overall"}
    assert {"lag_0", "previous_money", "first_difference", "placebo", "cross_section"} <= others
    assert engine.headline("log_revenue") == engine.find("log_revenue", "overall", "within")
    assert "C442" in {check.code for check in engine.checks}
