"""Scores and pain points by period equal what pandas makes of the same tables; small groups are blank."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.coverage import OverTime
from impact.groups import LEAST_GROUP
from impact.periods import period_label
from models.simulate import Company
from tests.journey_study import ANSWERS, answers, cover, write_journey_study, write_rows
from tests.tiny_study import edit

# The engine adds in another order than numpy.
SUM_ORDER = 1e-9


@pytest.fixture(scope="module")
def company(company_folder: Callable[[Company], Path], small_company: Company) -> Path:
    return company_folder(small_company)


@pytest.fixture(scope="module")
def found(company: Path) -> OverTime:
    return cover(company).over_time


def quarters(days: pd.Series) -> pd.Series:
    day = pd.to_datetime(days)
    return day.dt.year.astype(str) + "Q" + day.dt.quarter.astype(str)


def test_a_score_and_its_error_are_those_of_the_answers_each_customer_counted_once(
    found: OverTime, company: Path
) -> None:
    rows = pd.read_parquet(company / "responses.parquet")
    rows["period"] = quarters(rows["responded_at"])
    told = found.scores.assign(period=[period_label(int(t), "quarter") for t in found.scores["t"]])
    assert len(told)
    for (stage, period), part in rows.groupby(["stage", "period"]):
        mine = told[(told["stage"] == stage) & (told["period"] == period)].iloc[0]
        people = part["customer_id"].nunique()
        pull = (part["score"] - part["score"].mean()).groupby(part["customer_id"]).sum() / len(part)
        se = np.sqrt((pull**2).sum() * people / (people - 1))
        assert [mine["responses"], mine["customers"]] == [len(part), people]
        np.testing.assert_allclose([mine["mean"], mine["se"]], [part["score"].mean(), se], rtol=SUM_ORDER)


def test_a_pain_point_is_met_by_the_share_of_active_customers_with_an_incident(found: OverTime, company: Path) -> None:
    ledger = pd.read_parquet(company / "ledger.parquet")
    seen = pd.read_parquet(company / "incidents.parquet")
    seen["period"] = quarters(seen["occurred_at"])
    active = ledger.groupby("period")["customer_id"].nunique()
    told = found.pains.assign(period=[period_label(int(t), "quarter") for t in found.pains["t"]])
    for (pain, period), part in told.groupby(["pain_point", "period"]):
        mine = seen[(seen["pain_point"] == pain) & (seen["period"] == period)]
        share = mine["customer_id"].nunique() / active[period]
        assert part["customers"].iloc[0] == active[period]
        assert part["mean"].iloc[0] == pytest.approx(share, rel=SUM_ORDER)


def test_few_answers_are_not_shown_and_periods_without_any_are_not_filled(tmp_path: Path) -> None:
    folder = write_journey_study(tmp_path)
    few = answers("pay", LEAST_GROUP - 1)
    rows = [*answers("buy", 8, 4), *answers("buy", 9, 5, day="2026-08-03"), *few]
    write_rows(folder, "responses", ANSWERS, rows)
    found = cover(folder).over_time
    told = found.scores.set_index(["stage", "t"])
    assert [key[1] % 4 for key in told.index if key[0] == "buy"] == [0, 2]
    assert told.loc["buy", "mean"].tolist() == [4.0, 5.0]
    assert told.loc["pay"].isna().all(axis=None)


def test_a_stage_that_was_split_stands_as_it_was(tmp_path: Path) -> None:
    folder = write_journey_study(tmp_path)
    write_rows(folder, "responses", ANSWERS, [*answers("buy", 8, 4), *answers("use", 8, 2)])
    edit(folder, "stages.csv", "stage,name,owner\nbuy,Buying,Ann\n", "stage,name,was\nweb,Web,buy\nshop,Shop,buy\n")
    edit(folder, "stages.csv", "use,Using,Bo", "use,Using,")
    edit(folder, "stages.csv", "pay,Paying,Cy", "pay,Paying,")
    edit(folder, "pain_points.csv", "slow,buy,", "slow,web,")
    edit(folder, "touchpoints.csv", "shop,buy,", "shop,shop,")
    found = cover(folder).over_time
    assert dict(zip(found.scores["stage"], found.scores["mean"], strict=True)) == {"use": 2.0, "buy": 4.0}
