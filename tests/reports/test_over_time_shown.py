"""The journey over time, what has moved and what changed, as tables and in the appendix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.journey import Benchmark, Objective
from impact.plan_changes import PlanChange
from models.monitoring import Watched
from reports.appendix_over_time import journey_over_time, monitoring
from reports.appendix_refresh import plan_changes, refresh
from reports.charts_over_time import Seen, score_over_time
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.tables import build_tables
from reports.tables_over_time import journey_over_time_table, target_of
from scenarios.refresh import Moved, Refresh
from tests.quick_study import quick_starter

Z90 = 1.6448536269514722
PARTS = {"version": 0.0, "evidence": 0.0, "plan": 10.0, "rolled": 1.0, "learnt": -40.0}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


def changed(found: Findings) -> Findings:
    """The findings with a refresh, a plan that changed, and a series that moved."""
    item = found.plan.initiatives[0]
    moved = Moved(
        initiative=item.initiative,
        name=item.name,
        npv_then=100.0,
        npv_now=71.0,
        parts=PARTS,  # type: ignore[arg-type]
        rank_then=1,
        rank_now=2,
        verdict_then="fund",
        verdict_now="pilot",
        allowed=20.0,
    )
    plan = (PlanChange(table="stages", id="order", change="renamed", before="buy", after="order"),)
    told = Refresh(
        run_id="r", as_of_then="2026Q2", as_of_now="2026Q3", periods=1, cause="same", moved=(moved,), plan=plan
    )
    seen = Watched(series="satisfaction", id="join", name="Joining", then=4.0, now=3.5, low=-0.2, high=0.2)
    return replace(found, refresh=told, monitoring=(seen,))


def test_a_run_tells_the_journey_over_time_with_ranges(found: Findings) -> None:
    table = journey_over_time_table(found)
    first = found.coverage.over_time.scores.iloc[0]
    row = table.iloc[0]
    assert set(table["stage"]) >= set(found.journey.stage_ids())
    assert row["score"] == first["mean"]
    assert row["high"] - row["low"] == pytest.approx(2 * Z90 * first["se"])
    section = journey_over_time(make_edition(found))
    assert section is not None
    assert len(section.charts) == len(section.captions) == table["stage"].nunique()


def test_periods_without_answers_are_gaps_and_benchmarks_stand_in_their_own_period(found: Findings) -> None:
    scores = found.coverage.over_time.scores
    stage = str(scores["stage"].iloc[0])
    times = sorted(scores.loc[scores["stage"] == stage, "t"].astype(int))
    gone = scores[~((scores["stage"] == stage) & (scores["t"] == times[2]))]
    year, quarter = divmod(times[1], 4)
    journey = replace(
        found.journey,
        benchmarks=(
            Benchmark(stage=stage, competitor="A", score=4.1, period=f"{year}Q{quarter + 1}"),
            Benchmark(stage=stage, competitor="B", score=4.3, period=f"{year}Q{quarter + 1}"),
            Benchmark(stage=stage, competitor="C", score=3.9),
        ),
        objectives=(Objective(objective="o", text="Better", metric=f"csat:{stage}", target=4.5, by="2027Q4"),),
    )
    coverage = replace(found.coverage, over_time=replace(found.coverage.over_time, scores=gone))
    table = journey_over_time_table(replace(found, journey=journey, coverage=coverage))
    mine = table[table["stage"] == stage].reset_index(drop=True)
    assert np.isnan(mine.loc[2, ["responses", "score", "low", "high"]].astype(float)).all()
    assert mine["benchmark"].tolist()[1] == pytest.approx(4.2)
    assert mine["benchmark"].tolist()[-1] == pytest.approx(3.9)
    assert mine["benchmark"].notna().sum() == 2
    assert set(mine["target"]) == {4.5}


@pytest.mark.parametrize(("metric", "stage"), [("csat:pay", "pay"), ("pay", "pay"), ("csat", "overall")])
def test_an_objective_names_its_stage_by_its_metric(found: Findings, metric: str, stage: str) -> None:
    journey = replace(found.journey, objectives=(Objective(objective="o", text="t", metric=metric, target=4.0),))
    target = target_of(journey, stage)
    assert target is not None
    assert target_of(journey, "another") is None


def test_the_picture_leaves_a_gap_and_smooths_nothing() -> None:
    seen = [
        Seen(period=f"2026Q{k + 1}", score=score, low=None, high=None, benchmark=None)
        for k, score in enumerate((3.0, 3.5, None, 4.0))
    ]
    svg = score_over_time(seen, (1.0, 5.0), 4.5, "A <stage>")
    assert svg.count("<polyline") == 1
    assert svg.count("<circle") == 3
    assert "A &lt;stage&gt;" in svg


def test_what_changed_and_what_moved_are_tables_and_sections(found: Findings) -> None:
    found = changed(found)
    tables = build_tables(found)
    row = tables["refresh"].iloc[0]
    assert row["version"] + row["evidence"] + row["plan"] + row["data"] == pytest.approx(row["change"])
    assert row["alarm"] == 1
    assert tables["plan_changes"].iloc[0].tolist() == ["stages", "order", "renamed", "buy", "order"]
    assert tables["monitoring"].iloc[0]["change"] == pytest.approx(-0.5)
    edition = make_edition(found)
    told = refresh(edition)
    assert told is not None
    assert "moved from 1st to 2nd" in told.note
    assert told.table is not None
    assert told.table.rows[0][-2].endswith(" !")
    assert plan_changes(edition) is not None
    assert monitoring(edition) is not None


def test_without_an_earlier_forecast_nothing_is_said_of_change(found: Findings) -> None:
    edition = make_edition(found)
    assert refresh(edition) is None
    assert plan_changes(edition) is None
    assert isinstance(edition.tables["refresh"], pd.DataFrame)
