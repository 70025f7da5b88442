"""A forecast of record held against a ledger of eight customers, told by hand; and the whole way by the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact import run as flow
from impact.__main__ import main
from impact.errors import InputError
from impact.initiative import CostRow
from impact.intake import Intake, take_in
from impact.progress import SilentProgress
from impact.starter import write_starter
from impact.track_study import Done, read_rates, records_since, track_records, track_study
from models.misses import Rate, Rates
from reports.track_page import deliver_track, headline, track_html
from reports.tracked import Tracked
from tests.impact.test_cohort import write_company
from tests.impact.track_values import claim, record_of
from tests.quick_study import quick_uplift

WRITTEN = 1e-9
FORECAST = {
    "customers": [("2026Q1", 5.0, 0.5), ("2026Q2", 4.5, 0.5), ("2026Q3", 4.0, 0.5)],
    "retention": [("2026Q1", 0.9, 0.05), ("2026Q2", 0.9, 0.05), ("2026Q3", 0.9, 0.05)],
    "margin": [("2026Q1", 130.0, 10.0), ("2026Q2", 120.0, 10.0), ("2026Q3", 110.0, 10.0)],
    "csat": [("2026Q1", 3.5, 0.1), ("2026Q2", 3.5, 0.1), ("2026Q3", 3.5, 0.1)],
}


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    return take_in(write_company(tmp_path_factory.mktemp("tracked")), ("study.shape=customers",))


@pytest.fixture(scope="module")
def tracked(intake: Intake) -> Tracked:
    cost = claim("cost", "2026Q1", 500.0, 0.0, initiative="fleet")
    record = record_of("2025Q4", FORECAST, customers=6.0, initiatives=[cost])
    return track_records(intake, (record,), Rates(), Done())


def actual(tracked: Tracked, metric: str) -> list[float]:
    return [one.actual for one in tracked.scored if one.metric == metric]


def test_every_claim_stands_beside_what_the_same_customers_did(tracked: Tracked) -> None:
    # 6 began; c, d gone at 2026Q2 and e at 2026Q3; f was away in 2026Q1 and is no longer one of those who stayed
    assert actual(tracked, "customers") == [5, 4, 3]
    # d in 2026Q2 and e in 2026Q3 left not of their own will: neither stayed nor left
    assert actual(tracked, "retention") == pytest.approx([5 / 6, 3 / 4, 2 / 2])
    assert actual(tracked, "margin") == pytest.approx([0.4 * 300, 0.4 * 230, 0.4 * 210])


def test_scores_of_fewer_than_five_persons_are_not_told(tracked: Tracked) -> None:
    assert actual(tracked, "csat") == []


def test_the_misses_of_every_period_add_up_and_name_who_left_not_of_their_own_will(tracked: Tracked) -> None:
    assert [miss.actual for miss in tracked.misses] == pytest.approx([120, 92, 84])
    for miss in tracked.misses:
        assert sum(part[0] for part in miss.parts.values()) == pytest.approx(miss.actual - miss.forecast, abs=WRITTEN)
    # the second period: d left otherwise and f came back, so that volume is even
    assert tracked.misses[1].parts["volume"][0] == pytest.approx(0.0)
    assert tracked.misses[2].parts["volume"][0] == pytest.approx((1 - 2) * (84 / 3 + 110 / 4) / 2)


def test_groups_are_all_each_metric_each_distance_and_tables_say_them(tracked: Tracked) -> None:
    assert [one.group for one in tracked.groups] == [
        *("all", "customers", "retention", "margin", "1 ahead", "2 ahead", "3 ahead"),
    ]
    assert tracked.whole.n == 9 and tracked.whole.periods == 3
    codes = {check.code for check in tracked.checks}
    assert {"C690", "C691", "C692", "C694"} <= codes


def test_a_record_that_counts_new_customers_is_held_against_everybody(intake: Intake) -> None:
    record = record_of("2025Q4", FORECAST, customers=6.0, joiners=True)
    found = track_records(intake, (record,), Rates(), Done())
    assert actual(found, "customers") == [5, 5, 4] and actual(found, "retention") == []
    assert found.misses == ()


def test_a_period_that_an_event_sets_aside_tells_nothing(tmp_path: Path) -> None:
    folder = write_company(tmp_path)
    (folder / "events.csv").write_text("event,from,to,kind,treat\nflood,2026Q2,2026Q2,outage,exclude\n", "utf-8")
    text = (folder / "study.toml").read_text("utf-8").replace("[plan]", '[plan]\nevents = "events.csv"')
    (folder / "study.toml").write_text(text, "utf-8")
    bent = take_in(folder, ("study.shape=customers",))
    found = track_records(bent, (record_of("2025Q4", FORECAST, customers=6.0),), Rates(), Done())
    # the period before it goes too; a, b and f are there after it and never left, so that only e is volume
    assert [(one.metric, one.period, one.actual) for one in found.scored if one.metric != "margin"] == [
        ("customers", "2026Q3", 3.0)
    ]
    assert [miss.place for miss in found.misses] == [2]
    assert found.misses[0].parts["volume"][0] == 0.0


def test_what_an_initiative_cost_is_held_against_what_was_said(intake: Intake) -> None:
    from dataclasses import replace

    paid = CostRow(initiative="fleet", period=2026 * 4, capex=620.0, opex=10.0, actual=True)
    plan = replace(intake.case.plan, costs=(paid,))
    dearer = replace(intake, case=replace(intake.case, plan=plan))
    cost = claim("cost", "2026Q1", 500.0, 50.0, initiative="fleet")
    record = record_of("2025Q4", FORECAST, customers=6.0, initiatives=[cost])
    found = track_records(dearer, (record,), Rates(), Done())
    assert [(one.initiative, one.actual, one.inside()) for one in found.scored if one.metric == "cost"] == [
        ("fleet", 630.0, False)
    ]
    assert found.groups[-1].group == "initiatives"


def test_the_latest_record_of_a_period_counts_and_only_those_with_a_period_since(intake: Intake) -> None:
    from dataclasses import replace

    first = record_of("2026Q1", FORECAST, customers=5.0)
    again = replace(first, approved_at="2026-02-01T09:00:00+00:00", run_id="again")
    now = record_of("2026Q3", FORECAST, customers=4.0)
    found = records_since((first, again, now), intake.study, Path("out"))
    assert [one.run_id for one in found] == ["again"]


@pytest.mark.parametrize(("as_of", "said"), [("", "no forecast is on record"), ("2026Q3", "the data end at 2026Q3")])
def test_nothing_to_compare_is_told_with_what_to_do(intake: Intake, as_of: str, said: str) -> None:
    records = (record_of(as_of, FORECAST, customers=4.0),) if as_of else ()
    with pytest.raises(InputError) as refused:
        records_since(records, intake.study, Path("out"))
    finding = refused.value.findings[0]
    assert finding.code == "C693" and said in finding.found
    assert ("approve" if not as_of else "as_of") in finding.remedy


def test_slopes_are_those_that_count_in_the_calibration_of_the_latest_run(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        [
            ("retention", "overall", -0.4, 0.1, 1),
            ("retention", "overall", -0.9, 0.1, 0),
            ("retention", "use", -0.5, 0.1, 1),
            ("log_revenue", "overall", 0.02, 0.01, 1),
            ("money_per_customer_period", "overall", 3.0, 1.0, 1),
        ],
        columns=["outcome", "term", "estimate", "se", "headline"],
    )
    rows.to_csv(tmp_path / "calibration.csv", index=False)
    found = read_rates(tmp_path / "calibration.csv", 1)
    assert found == Rates(leaving=Rate(estimate=-0.4, se=0.1), log_money=Rate(estimate=0.02, se=0.01), lag=1)
    assert read_rates(tmp_path / "none.csv", 2) == Rates(lag=2)


def test_the_page_runs_no_script_and_says_what_the_tables_say(tracked: Tracked, tmp_path: Path) -> None:
    page = track_html(tracked)
    assert "<script" not in page and "default-src 'none'" in page and "http://" not in page
    assert headline(tracked).split(";")[0] in page and "times as wide" in page
    tables, files = deliver_track(tracked, tmp_path / "track")
    assert {file.name for file in files} == {f"{name}.csv" for name in tables} | {"track.html", "track.json"}
    assert tables["track"]["inside"].sum() == sum(one.inside() for one in tracked.scored)
    # counts of fewer than five persons leave blank
    assert tables["cohort"]["customers"].isna().tolist() == [False, False, True, True]
    assert tables["cohort"]["left_otherwise"].isna().tolist() == [False, False, True, True]
    deliver_track(tracked, tmp_path / "track")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(InputError):
        deliver_track(tracked, tmp_path / "foreign")


@pytest.mark.verify
def test_a_forecast_made_two_quarters_ago_is_approved_and_tracked_by_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study"
    write_starter(study)
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)
    assert main(["track", str(study), "--json"]) == 2
    assert "C693" in capsys.readouterr().out
    options = flow.RunOptions(overrides=("study.as_of=2026Q1",))
    flow.run_study(study, options, SilentProgress())
    assert main(["approve", str(study / "out"), "--by", "Ann", "--what", "portfolio"]) == 0
    assert main(["track", str(study), "--set", "study.as_of=2026Q1"]) == 2
    capsys.readouterr()
    assert main(["track", str(study), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)["result"]
    assert {row["period"] for row in answer["track"]} == {"2026Q2", "2026Q3"}
    by_period = pd.DataFrame(answer["misses"]).groupby("period")
    for _, rows in by_period:
        gap = rows["actual"].iloc[0] - rows["forecast"].iloc[0]
        assert rows["value"].sum() == pytest.approx(gap)
    ledger = pd.read_csv(study / "ledger.csv") if (study / "ledger.csv").is_file() else None
    if ledger is not None:
        began = set(ledger.loc[ledger["period"] == "2026Q1", "customer_id"])
        still = ledger[(ledger["period"] == "2026Q3") & ledger["customer_id"].isin(began)]
        told = next(r for r in answer["track"] if (r["metric"], r["period"]) == ("customers", "2026Q3"))
        assert told["actual"] == len(still)
    # a later run keeps what was tracked, and the record
    flow.run_study(study, flow.RunOptions(), SilentProgress())
    assert (study / "out" / "track" / "track.csv").is_file() and list((study / "out" / "record").glob("*.json"))
    again = track_study(study, None, (), SilentProgress())
    assert again.scored and np.isfinite(again.tables["scores"]["width_needed"]).all()
