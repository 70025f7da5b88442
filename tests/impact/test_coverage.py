"""What the plan names beside what was measured, and that nobody can be told by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.cells import evidence
from impact.cells.coverage_table import NEVER
from impact.coverage import MOST_UNLIKE, JourneyCoverage, coverage_checks
from impact.groups import LEAST_GROUP
from impact.intake import take_in
from tests.journey_study import ANSWERS, INCIDENTS, answers, cover, write_journey_study, write_rows
from tests.tiny_study import CUSTOMERS, QUARTERS, append, edit

# Means of a dozen whole numbers, added in another order.
SUM_ORDER = 1e-12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study in which `use` and the bill are planned and nobody asks about them."""
    write_journey_study(tmp_path)
    rows = [
        *answers("buy", 12, 4, touchpoint="shop"),
        *answers("buy", 8, 2, touchpoint="kiosk", day="2026-05-03"),
        *answers("pay", 20, 3),
    ]
    write_rows(tmp_path, "incidents", INCIDENTS, [(one, "2026-05-03", "slow") for one in CUSTOMERS[:6]])
    return write_rows(tmp_path, "responses", ANSWERS, rows)


def row(found: JourneyCoverage, kind: str, identity: str) -> pd.Series:
    table = found.coverage
    (one,) = table.index[(table["kind"] == kind) & (table["id"] == identity)]
    return table.loc[one]


def said(found: JourneyCoverage) -> dict[str, str]:
    return {check.code: check.found for check in coverage_checks(found)}


def test_a_stage_counts_its_answers_incidents_customers_and_periods(folder: Path) -> None:
    stage = row(cover(folder), "stage", "buy")
    assert stage[["answers", "incidents", "customers", "periods"]].tolist() == [20, 6, 12, 2]
    assert stage[["first", "last", "owner"]].tolist() == ["2026Q1", "2026Q2", "Ann"]
    assert stage["score"] == pytest.approx((12 * 4 + 8 * 2) / 20, abs=SUM_ORDER)


def test_a_planned_stage_nobody_asked_about_is_named_and_reviewed(folder: Path) -> None:
    found = cover(folder)
    assert row(found, "stage", "use")[["measured", "in_plan", "note"]].tolist() == [0, 1, NEVER]
    assert said(found)["D431"].startswith("stage Using")
    assert "touchpoint Bill" in said(found)["D431"]


def test_a_study_that_measures_all_it_plans_has_no_review_of_it(folder: Path) -> None:
    rows = [*answers("buy", 12, touchpoint="shop"), *answers("use", 9), *answers("pay", 9, touchpoint="bill")]
    assert "D431" not in said(cover(write_rows(folder, "responses", ANSWERS, rows)))


def test_a_stage_seen_in_incidents_only_is_measured_and_says_that_it_has_no_score(folder: Path) -> None:
    write_rows(folder, "incidents", INCIDENTS, [(one, "2026-05-03", "wrong") for one in CUSTOMERS[:6]])
    rows = [*answers("buy", 12, touchpoint="shop"), *answers("use", 9, touchpoint="bill")]
    stage = row(cover(write_rows(folder, "responses", ANSWERS, rows)), "stage", "pay")
    assert (stage["measured"], stage["note"]) == (1, "no score: seen in incidents only")


def test_an_overlooked_touchpoint_stands_beside_the_mean_of_its_stage(folder: Path) -> None:
    found = cover(folder)
    kiosk = row(found, "touchpoint", "kiosk")
    assert kiosk[["in_plan", "measured", "answers", "score"]].tolist() == [0, 1, 8, 2]
    assert kiosk["stage_score"] == pytest.approx(3.2, abs=SUM_ORDER)
    assert said(found)["D432"] == "kiosk (buy): 8 answers, mean 2.00 against 3.20 of the stage"


def test_an_incident_is_met_at_the_touchpoint_of_its_pain_point_or_at_its_own(folder: Path) -> None:
    assert row(cover(folder), "touchpoint", "shop")["incidents"] == 6
    named = [(one, "2026-05-03", "slow", "van") for one in CUSTOMERS[:6]]
    found = cover(write_rows(folder, "incidents", (*INCIDENTS, "touchpoint"), named))
    assert row(found, "touchpoint", "shop")["incidents"] == 0
    assert row(found, "touchpoint", "van")[["incidents", "in_plan", "stage"]].tolist() == [6, 0, "buy"]
    assert "van (buy): 6 incidents" in said(found)["D432"]


def test_a_touchpoint_met_in_another_stage_than_planned_says_so(folder: Path) -> None:
    rows = [*answers("pay", 9, touchpoint="shop"), *answers("buy", 9)]
    table = cover(write_rows(folder, "responses", ANSWERS, rows)).coverage
    shop = table[table["id"] == "shop"].set_index("stage")
    assert shop.loc["pay", "note"] == "the plan lists it under Buying"
    assert shop.loc["buy", "note"] == ""


def test_touchpoints_of_a_few_persons_are_counted_and_never_named(folder: Path) -> None:
    rows = [*answers("buy", 12, touchpoint="shop"), *answers("buy", LEAST_GROUP - 1, touchpoint="grandmother")]
    found = cover(write_rows(folder, "responses", ANSWERS, rows))
    assert "grandmother" not in found.coverage.to_csv()
    assert "1 more, rare or of fewer than 5 customers each" in said(found)["D432"]


def test_values_beyond_the_most_seen_are_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_VALUES", 1)
    rows = [*answers("buy", 12, touchpoint="kiosk"), *answers("buy", 11, touchpoint="van")]
    table = cover(write_rows(folder, "responses", ANSWERS, rows)).coverage
    others = table[(table["kind"] == "touchpoint") & (table["in_plan"] == 0)]
    assert others["id"].tolist() == ["kiosk", ""]
    assert "1 more" in others["note"].iloc[1]


def test_data_that_name_no_touchpoint_leave_those_of_the_plan_unknown_not_unmeasured(folder: Path) -> None:
    rows = [one[:6] for one in answers("buy", 12)]
    write_rows(folder, "responses", ANSWERS[:6], rows)
    found = cover(edit(folder, "pain_points.csv", "operations,shop", "operations,"))
    assert np.isnan(row(found, "touchpoint", "shop")["measured"])
    assert "2 touchpoints: the data name no touchpoint" in said(found)["D431"]


def test_a_channel_of_the_answers_is_planned_where_a_touchpoint_has_it(folder: Path) -> None:
    rows = [(*one[:7], "place") for one in answers("buy", 9)] + [(*one[:7], "web") for one in answers("use", 7)]
    found = cover(write_rows(folder, "responses", ANSWERS, rows))
    assert row(found, "channel", "place")[["answers", "in_plan"]].tolist() == [9, 1]
    assert row(found, "channel", "web")[["answers", "in_plan"]].tolist() == [7, 0]
    assert row(found, "channel", "mail")["note"] == NEVER


def test_missing_scores_keep_their_reason_by_stage(folder: Path) -> None:
    for reason, count in (("not_asked", 7), ("not_visited", 6), ("not_answered", 5), ("", 9)):
        for one in CUSTOMERS[:count]:
            append(folder, "responses.csv", f"{one},2026-02-03,use,,csat,{reason},,")
    use = row(cover(folder), "stage", "use")
    assert use[["not_visited", "not_asked", "not_answered", "no_reason", "answers"]].tolist() == [6, 7, 5, 9, 0]


def test_reasons_of_a_few_persons_are_not_shown(folder: Path) -> None:
    for one in CUSTOMERS[: LEAST_GROUP - 1]:
        append(folder, "responses.csv", f"{one},2026-02-03,use,,csat,not_asked,,")
    assert np.isnan(row(cover(folder), "stage", "use")["not_asked"])


def test_a_pain_point_is_counted_where_it_is_named_or_met(folder: Path) -> None:
    rows = [(*one, "broken;slow") for one in answers("use", 7)]
    found = cover(write_rows(folder, "responses", (*ANSWERS, "pain_points"), rows))
    assert row(found, "pain_point", "broken")[["answers", "incidents", "customers"]].tolist() == [7, 0, 7]
    assert row(found, "pain_point", "slow")[["answers", "incidents", "customers"]].tolist() == [7, 6, 6]
    assert row(found, "pain_point", "wrong")["measured"] == 0


def test_low_scores_that_stand_in_for_pain_points_are_counted_as_such(folder: Path) -> None:
    edit(folder, "study.toml", 'pain_points = "pain_points.csv"\n', "")
    edit(folder, "study.toml", 'fixes = "fixes.csv"\n', "")
    edit(folder, "study.toml", 'incidents = "incidents.csv"\n', "")
    assert row(cover(folder), "pain_point", "low_buy")[["answers", "customers"]].tolist() == [8, 8]


def test_a_group_under_five_persons_keeps_its_row_and_no_figure(folder: Path) -> None:
    table = cover(write_rows(folder, "responses", ANSWERS, answers("use", LEAST_GROUP - 1))).coverage
    use = table[(table["kind"] == "stage") & (table["id"] == "use")].iloc[0]
    assert (use["measured"], use["note"]) == (1, "fewer than 5 customers: figures not shown")
    assert use[["answers", "customers", "periods", "score"]].isna().all()


def test_stores_are_no_persons_and_are_shown_one_by_one(folder: Path) -> None:
    write_rows(folder, "responses", ANSWERS, answers("use", 2))
    assert row(cover(folder, "study.shape=sites"), "stage", "use")["customers"] == 2


def test_those_who_answer_being_unlike_the_others_is_reviewed(folder: Path) -> None:
    rich = [(one, quarter, 900 if place < 10 else 100) for place, one in enumerate(CUSTOMERS) for quarter in QUARTERS]
    write_rows(folder, "ledger", ("customer_id", "period", "revenue"), rich)
    found = cover(write_rows(folder, "responses", ANSWERS, answers("buy", 12)))
    assert found.respondents.set_index("measure").loc["revenue", "standardised"] > MOST_UNLIKE
    assert said(found)["D433"].startswith("those who answer beside those who do not: revenue +")


def test_a_study_without_answers_has_coverage_of_its_incidents_alone(folder: Path) -> None:
    edit(folder, "study.toml", 'responses = "responses.csv"\n', "")
    found = cover(folder)
    assert row(found, "stage", "buy")["incidents"] == 6
    assert found.response_rates.empty and found.respondents.empty


@pytest.mark.parametrize("seed", range(4))
def test_no_table_holds_a_group_of_one_to_four_persons(folder: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        (
            CUSTOMERS[rng.integers(20)],
            f"2026-0{rng.integers(1, 7)}-{rng.integers(10, 28)}",
            stage,
            3,
            "csat",
            "",
            where,
            "",
        )
        for stage, where in zip(
            rng.choice(["buy", "use", "pay"], 60), rng.choice(["shop", "x", "y", ""], 60), strict=True
        )
    ]
    write_rows(folder, "responses", ANSWERS, rows)
    for table in cover(folder).tables().values():
        for name in {"customers", "active", "answered", "customers_answered", "left"} & set(table.columns):
            assert not table[name].between(1, LEAST_GROUP - 1).any(), name


def test_the_checks_are_reviews_and_stop_nothing(folder: Path) -> None:
    checks = coverage_checks(cover(folder))
    assert {check.status for check in checks} == {"review"}
    assert take_in(folder).report.findings == ()
