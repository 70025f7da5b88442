"""Response rates and the comparison of those who answer equal what pandas makes of the same tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.coverage import JourneyCoverage
from impact.groups import LEAST_GROUP
from models.simulate import Company
from tests.journey_study import ANSWERS, answers, cover, write_journey_study, write_rows
from tests.tiny_study import CUSTOMERS, QUARTERS, edit

# The engine adds in another order than numpy.
SUM_ORDER = 1e-9
# The spread of 300 resampled differences is known to about 4%; three times that.
RESAMPLED = 0.12


@pytest.fixture(scope="module")
def company(company_folder: Callable[[Company], Path], small_company: Company) -> Path:
    return company_folder(small_company)


@pytest.fixture(scope="module")
def found(company: Path) -> JourneyCoverage:
    return cover(company)


@pytest.fixture(scope="module")
def rows(company: Path) -> pd.DataFrame:
    """A row a customer and active quarter, made without the engine."""
    ledger = pd.read_parquet(company / "ledger.parquet")
    customers = pd.read_parquet(company / "customers.parquet")
    answered = pd.read_parquet(company / "responses.parquet")
    day = pd.to_datetime(answered["responded_at"])
    answered = answered.assign(period=day.dt.year.astype(str) + "Q" + day.dt.quarter.astype(str))
    keys = answered[["customer_id", "period"]].drop_duplicates().assign(answered=1.0)
    merged = ledger.merge(customers, on="customer_id").merge(keys, on=["customer_id", "period"], how="left")
    last = merged["period"] == merged["period"].max()
    leaving = (1.0 - merged["retained"].astype(float)).mask(last)
    return merged.assign(answered=merged["answered"].fillna(0.0), leaving_rate=leaving)


def test_rates_are_customers_with_an_answer_over_active_customers(found: JourneyCoverage, rows: pd.DataFrame) -> None:
    told = found.response_rates
    for persona, part in [("total", rows), *rows.groupby("persona")]:
        expected = part.groupby("period")["answered"].agg(["size", "sum", "mean"])
        mine = told[told["persona"] == persona].set_index("period")
        np.testing.assert_allclose(
            mine[["active", "answered", "response_rate"]].to_numpy(dtype=float), expected.to_numpy(), rtol=SUM_ORDER
        )


def difference(rows: pd.DataFrame, measure: str) -> float:
    """Mean of those who answer less that of the others, the others weighted to the periods of the answers."""
    known = rows.dropna(subset=[measure])
    means = known.groupby(["period", "answered"])[measure].agg(["size", "mean"]).unstack().dropna()
    sizes, level = means["size"][1.0], means["mean"]
    return float(np.average(level[1.0] - level[0.0], weights=sizes))


@pytest.mark.parametrize("measure", ["revenue", "margin", "leaving_rate"])
def test_differences_compare_customers_of_the_same_periods(
    found: JourneyCoverage, rows: pd.DataFrame, measure: str
) -> None:
    told = found.respondents.set_index("measure").loc[measure]
    assert told["difference"] == pytest.approx(difference(rows, measure), rel=1e-6, abs=SUM_ORDER)
    assert told["mean_answered"] == pytest.approx(rows.loc[rows["answered"] == 1, measure].mean(), rel=1e-6)


@pytest.mark.verify
def test_the_standard_error_is_that_of_customers_drawn_anew(found: JourneyCoverage, rows: pd.DataFrame) -> None:
    rng = np.random.default_rng(11)
    groups = [part[["period", "answered", "revenue"]] for _, part in rows.groupby("customer_id")]
    drawn = []
    for _ in range(300):
        picked = rng.integers(0, len(groups), len(groups))
        counts = pd.Series(np.bincount(picked, minlength=len(groups)))
        weight = np.repeat(counts.to_numpy(), [len(part) for part in groups])
        drawn.append(_weighted_difference(pd.concat(groups), weight.astype(float)))
    told = found.respondents.set_index("measure").loc["revenue", "se"]
    assert told == pytest.approx(float(np.std(drawn)), rel=RESAMPLED)


def _weighted_difference(rows: pd.DataFrame, weight: np.ndarray) -> float:
    frame = rows.assign(weight=weight, total=weight * rows["revenue"])
    sums = frame.groupby(["period", "answered"])[["weight", "total"]].sum().unstack()
    means = sums["total"] / sums["weight"]
    return float(np.average(means[1.0] - means[0.0], weights=sums["weight"][1.0]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_rows(write_journey_study(tmp_path), "responses", ANSWERS, answers("buy", 12))


def test_a_persona_of_few_answers_is_hidden_and_the_total_does_not_tell_it(folder: Path) -> None:
    # Of the first customers every second is a firm: three firms and seven homes answer.
    firms, homes = CUSTOMERS[0:6:2], CUSTOMERS[1:15:2]
    picked = [(one, "2026-02-03", "buy", 3, "csat", "", "", "") for one in (*firms, *homes)]
    told = cover(write_rows(folder, "responses", ANSWERS, picked)).response_rates
    first = told[told["period"] == "2026Q1"].set_index("persona")
    assert first.loc["total", "answered"] == 10
    assert first.loc[["firm", "home"], ["active", "answered", "response_rate"]].isna().all(axis=None)
    assert first.loc["firm", "note"] == "groups under 5 customers are not shown"


def test_a_rate_of_all_is_hidden_where_few_stay_silent(folder: Path) -> None:
    told = cover(write_rows(folder, "responses", ANSWERS, answers("buy", 20 - LEAST_GROUP + 1))).response_rates
    assert told[(told["period"] == "2026Q1")]["response_rate"].isna().all()


def test_sites_are_shown_one_by_one_and_leave_no_leaving_rate(folder: Path) -> None:
    found = cover(folder, "study.shape=sites")
    assert found.response_rates["response_rate"].notna().all()
    assert "leaving_rate" not in set(found.respondents["measure"])


def test_periods_in_which_nobody_answered_are_no_comparison(folder: Path) -> None:
    ledger = [(one, quarter, 100 if quarter == "2026Q1" else 900) for one in CUSTOMERS for quarter in QUARTERS]
    write_rows(folder, "ledger", ("customer_id", "period", "revenue"), ledger)
    revenue = cover(folder).respondents.set_index("measure").loc["revenue"]
    assert (revenue["mean_answered"], revenue["mean_silent"], revenue["periods"]) == (100, 100, 1)


@pytest.mark.parametrize(("relationship", "left"), [("contract", 1.0), ("repeat", 0.0)])
def test_a_gap_is_leaving_where_it_is_longer_than_the_study_allows(
    folder: Path, relationship: str, left: float
) -> None:
    ledger = [(one, quarter, 100) for one in CUSTOMERS for quarter in ("2025Q4", "2026Q1", "2026Q3")]
    write_rows(folder, "ledger", ("customer_id", "period", "revenue"), ledger)
    edit(folder, "study.toml", "margin_rate = 0.4", f'margin_rate = 0.4\nrelationship = "{relationship}"')
    told = cover(folder, "study.shape=customers").respondents.set_index("measure")
    assert told.loc["leaving_rate", "mean_answered"] == left
