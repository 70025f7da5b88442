"""The ways between stages equal those made by hand and by pandas, and say nothing where the order is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.coverage import JourneyCoverage, measure_coverage
from impact.groups import LEAST_GROUP
from impact.intake import take_in
from models.simulate import Company
from tests.journey_study import ANSWERS, INCIDENTS, Row, answers, cover, write_journey_study, write_rows
from tests.tiny_study import CUSTOMERS

# Shares of whole numbers, and means of them.
EXACT = 1e-12
AS_OF = 2026 * 4 + 2
STAGE_OF = {"slow": "buy", "broken": "use", "wrong": "pay"}


def path_of(customers: int, *moments: tuple[str, str], start: int = 0) -> list[Row]:
    """The same incidents, day and pain point, for so many customers."""
    return [(one, day, pain) for one in CUSTOMERS[start : start + customers] for day, pain in moments]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight customers go buy, pay, pay, buy; six go buy, use; four go use, buy."""
    write_journey_study(tmp_path)
    rows = [
        *path_of(8, ("2026-01-05", "slow"), ("2026-01-15", "wrong"), ("2026-02-04", "wrong"), ("2026-05-05", "slow")),
        *path_of(6, ("2026-03-01", "slow"), ("2026-03-04", "broken"), start=8),
        *path_of(4, ("2026-03-01", "broken"), ("2026-03-02", "slow"), start=14),
    ]
    write_rows(tmp_path, "incidents", INCIDENTS, rows)
    questionnaire = [one for stage in ("buy", "use", "pay") for one in answers(stage, 20)]
    return write_rows(tmp_path, "responses", ANSWERS, questionnaire)


def steps(found: JourneyCoverage) -> dict[tuple[str, str], pd.Series]:
    table = found.transitions
    return {(row["from_stage"], row["to_stage"]): row for _, row in table.iterrows()}


def flow(found: JourneyCoverage) -> pd.DataFrame:
    return found.stage_flow.set_index("stage")


def test_steps_are_counted_in_time_order_with_their_kind_and_days(folder: Path) -> None:
    found = steps(cover(folder))
    assert {pair: (row["kind"], row["steps"], row["customers"], row["days_p50"]) for pair, row in found.items()} == {
        ("buy", "use"): ("onward", 6, 6, 3),
        ("buy", "pay"): ("onward", 8, 8, 10),
        ("pay", "buy"): ("return", 8, 8, 90),
        ("pay", "pay"): ("repeat", 8, 8, 20),
    }


def test_shares_are_of_the_steps_shown_from_a_stage(folder: Path) -> None:
    table = cover(folder).transitions
    assert table.groupby("from_stage")["share"].sum().to_numpy() == pytest.approx(1, abs=EXACT)
    assert steps(cover(folder))["buy", "pay"]["share"] == pytest.approx(8 / 14, abs=EXACT)


def test_steps_of_fewer_than_five_persons_are_not_shown(folder: Path) -> None:
    assert ("use", "buy") not in steps(cover(folder))
    assert steps(cover(folder, "study.shape=sites"))["use", "buy"]["steps"] == LEAST_GROUP - 1


def test_drop_off_is_of_those_never_seen_further_on_afterwards(folder: Path) -> None:
    found = flow(cover(folder))
    assert found["customers"].to_dict() == {"buy": 18, "use": 10, "pay": 8}
    # Of 18 seen in buy 8 go on to pay and 6 to use; the 4 that came from use do not: too few to show.
    assert np.isnan(found.loc["buy", "drop_off"])
    assert flow(cover(folder, "study.shape=sites"))["drop_off"].to_dict() == pytest.approx(
        {"buy": 4 / 18, "use": 1.0, "pay": np.nan}, nan_ok=True, abs=EXACT
    )


def test_the_last_stage_anybody_is_seen_in_has_no_drop_off(folder: Path) -> None:
    rows = path_of(9, ("2026-03-01", "slow"), ("2026-03-04", "broken"))
    found = flow(cover(write_rows(folder, "incidents", INCIDENTS, rows)))
    assert found["drop_off"].to_dict() == pytest.approx({"buy": 0.0, "use": np.nan, "pay": np.nan}, nan_ok=True)


def test_repeats_and_returns_are_shares_of_the_steps_from_a_stage(folder: Path) -> None:
    pay = flow(cover(folder)).loc["pay"]
    assert (pay["repeats"], pay["returns"]) == pytest.approx((0.5, 0.5), abs=EXACT)


def test_leaving_after_a_stage_stands_beside_leaving_after_any(folder: Path) -> None:
    ledger = [(one, quarter, 100) for one in CUSTOMERS for quarter in ("2025Q4", "2026Q1")]
    ledger += [(one, quarter, 100) for one in CUSTOMERS[8:] for quarter in ("2026Q2", "2026Q3")]
    rows = path_of(8, ("2026-01-05", "slow"), ("2026-02-04", "wrong"))
    rows += path_of(12, ("2026-02-04", "slow"), start=8) + path_of(6, ("2026-03-01", "wrong"), start=8)
    write_rows(folder, "incidents", INCIDENTS, rows)
    found = flow(cover(write_rows(folder, "ledger", ("customer_id", "period", "revenue"), ledger)))
    half = 1.6448536 * np.sqrt(8 / 14 * 6 / 14 / 14)
    assert found.loc["pay", "exit_high"] - found.loc["pay", "exit_rate"] == pytest.approx(half, rel=1e-6)
    assert found.loc["pay", ["seen_last", "left", "exit_rate"]].tolist() == pytest.approx([14, 8, 8 / 14], abs=EXACT)
    assert found["base_rate"].to_numpy() == pytest.approx(8 / 20, abs=EXACT)


def test_a_questionnaire_over_several_stages_says_nothing_of_their_order(folder: Path) -> None:
    found = cover(folder)
    assert set(found.transitions["source"]) == {"incidents"}
    note = found.coverage.set_index("id").loc["responses", "note"]
    assert note == "several stages at one moment in 20 of 20: their order is not known"


def test_answers_that_stand_alone_on_their_day_tell_an_order(folder: Path) -> None:
    rows = [*answers("buy", 9), *answers("use", 9, day="2026-02-10"), *answers("overall", 9, day="2026-02-10")]
    found = cover(write_rows(folder, "responses", ANSWERS, rows)).transitions
    told = found[found["source"] == "responses"]
    assert told[["from_stage", "to_stage", "steps", "days_p50"]].to_numpy().tolist() == [["buy", "use", 9, 7]]


def test_the_time_of_day_orders_incidents_of_one_day(folder: Path) -> None:
    rows = path_of(6, ("2026-03-01 16:05:00", "slow"), ("2026-03-01 09:30:00", "wrong"))
    assert set(steps(cover(write_rows(folder, "incidents", INCIDENTS, rows)))) == {("pay", "buy")}


def test_incidents_of_whole_periods_have_no_order(folder: Path) -> None:
    rows = path_of(6, ("2026Q1", "slow"), ("2026Q2", "wrong"))
    found = cover(write_rows(folder, "incidents", INCIDENTS, rows))
    assert found.transitions.empty and found.stage_flow.empty
    note = found.coverage.set_index("id").loc["incidents", "note"]
    assert note == "no row names a stage and a day: the order of stages is not known"


def test_a_table_of_journey_events_tells_the_ways_too(folder: Path) -> None:
    intake = take_in(folder)
    times = pd.DataFrame(
        {
            "customer_id": np.repeat(CUSTOMERS[:7], 2),
            "t": AS_OF,
            "day": [20_000, 20_002] * 7,
            "clock": [None, "08:00:00"] * 7,
            "stage": ["use", "pay"] * 7,
        }
    )
    events = intake.source.connection.create_table("staged_events", times)
    source = replace(intake.source, events=events)
    found = measure_coverage(source, intake.case.journey, intake.study)
    told = found.transitions[found.transitions["source"] == "events"]
    assert told[["from_stage", "to_stage", "steps"]].to_numpy().tolist() == [["use", "pay", 7]]
    assert found.coverage.set_index("id").loc["events", "incidents"] == 14


def test_a_whole_company_gives_what_pandas_makes_of_it(
    company_folder: Callable[[Company], Path], small_company: Company
) -> None:
    folder = company_folder(small_company)
    found = cover(folder)
    incidents = pd.read_parquet(folder / "incidents.parquet")
    stages = pd.read_csv(folder / "pain_points.csv").set_index("pain_point")["stage"]
    rows = incidents.assign(stage=incidents["pain_point"].map(stages), day=pd.to_datetime(incidents["occurred_at"]))
    days = rows.groupby(["customer_id", "day"])["stage"].agg(["nunique", "min"]).reset_index()
    days = days[days["nunique"] == 1].sort_values(["customer_id", "day"])
    later = days.groupby("customer_id").shift(-1)
    pairs = days.assign(to=later["min"], days=(later["day"] - days["day"]).dt.days).dropna()
    expected = pairs.groupby(["min", "to"]).agg(
        steps=("days", "size"), customers=("customer_id", "nunique"), days_p50=("days", "median")
    )
    expected = expected[expected["customers"] >= LEAST_GROUP].rename_axis(["from_stage", "to_stage"])
    told = found.transitions.set_index(["from_stage", "to_stage"])[["steps", "customers", "days_p50"]]
    assert len(told) > len(stages.unique())
    pd.testing.assert_frame_equal(told.sort_index().astype(float), expected.sort_index().astype(float))
