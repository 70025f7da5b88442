"""What check says: each rule with its level, its rows, and the customers, money and initiatives it puts at stake."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.check_outcome import CheckOutcome, check_outcome, shown_stake, stake_texts
from impact.contract_results import RuleResult, by_stake
from impact.intake import inspect_study, take_in
from impact.source_aside import NO_PAIN_POINTS
from tests.tiny_study import CUSTOMERS, append, edit, write_tiny_study

# Sums of a hundred rows of money in floating point.
SUMMED = 1e-9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_study(tmp_path)


def outcome(folder: Path, *overrides: str) -> CheckOutcome:
    return check_outcome(inspect_study(folder, overrides), folder)


def result(found: CheckOutcome, code: str, column: str = "") -> RuleResult:
    (one,) = [one for one in found.results if one.code == code and column in {"", one.column} and one.level != "pass"]
    return one


def revenue_of(folder: Path, customers: set[str]) -> tuple[float, float]:
    rows = [row.split(",") for row in (folder / "ledger.csv").read_text(encoding="utf-8").splitlines()[1:]]
    return sum(float(row[2]) for row in rows if row[0] in customers), sum(float(row[2]) for row in rows)


def test_a_sound_study_has_every_rule_kept_and_is_ready(folder: Path) -> None:
    found = outcome(folder)
    assert {one.level for one in found.results} == {"pass"}
    assert {one.table for one in found.results} == {"ledger", "customers", "responses", "incidents"}
    assert (found.verdict, found.findings) == ("Ready to run.", ())


def test_a_broken_rule_says_whose_money_it_touches(folder: Path) -> None:
    touched = set(CUSTOMERS[2:10])
    for customer in sorted(touched):
        append(folder, "responses.csv", f"{customer},2026-04-01,buy,9,csat,")
    found = result(outcome(folder), "D306")
    mine, all_of_it = revenue_of(folder, touched)
    assert (found.level, found.rows, found.share) == ("error", 8, pytest.approx(8 / 68))
    assert found.stake is not None
    assert found.stake.customers == len(touched)
    assert found.stake.revenue == pytest.approx(mine, rel=SUMMED)
    assert found.stake.revenue_share == pytest.approx(mine / all_of_it, rel=SUMMED)
    assert [(one.row, one.customer_id, one.column, one.value) for one in found.examples] == [
        ("row 62", "0003", "score", "9.0"),
        ("row 63", "0004", "score", "9.0"),
        ("row 64", "0005", "score", "9.0"),
    ]


def test_initiatives_and_owner_are_those_of_the_stage_or_pain_point_the_rows_name(folder: Path) -> None:
    append(folder, "responses.csv", "0001,2026-04-01,use,9,csat,")
    append(folder, "incidents.csv", "0001,yesterday,slow")
    append(folder, "ledger.csv", "0001,2026Q3,x,")
    append(folder, "responses.csv", "0001,2026-04-01,bui,4,csat,")
    found = outcome(folder)
    touched = {code: result(found, code).stake for code in ("D306", "D304", "D303", "D307")}
    said = {code: (stake.initiatives, stake.owner) for code, stake in touched.items() if stake}
    assert said == {
        "D306": (("spares",), "Bo; owner of the responses export"),
        "D304": (("fleet",), "owner of the incidents export"),
        "D303": (("fleet", "spares"), "owner of the ledger export"),
        "D307": (("fleet",), "Ann; owner of the responses export"),
    }


def test_errors_come_before_reviews_and_the_most_money_first(folder: Path) -> None:
    append(folder, "ledger.csv", "0001,2026Q3,-5,")
    append(folder, "responses.csv", "0001,2026-04-01,buy,9,csat,")
    for customer in CUSTOMERS:
        append(folder, "incidents.csv", f"{customer},yesterday,slow")
    ordered = by_stake(outcome(folder).results)
    assert [(one.level, one.code) for one in ordered] == [("error", "D304"), ("error", "D306"), ("review", "D346")]


def test_rows_set_aside_are_reviews_with_what_they_reach(folder: Path) -> None:
    for customer in CUSTOMERS[:6]:
        append(folder, "responses.csv", f"{customer},2027-04-01,buy,3,csat,")
    found = result(outcome(folder), "D335")
    assert (found.level, found.column, found.rows, found.said) == (
        "review",
        "responded_at",
        6,
        "set aside: after as_of",
    )
    assert found.stake is not None and found.stake.customers == 6


@pytest.mark.parametrize(("shape", "told"), [("customers", "fewer than 5"), ("sites", "2")])
def test_a_group_under_five_persons_is_not_told_and_stores_are(folder: Path, shape: str, told: str) -> None:
    for customer in CUSTOMERS[:2]:
        append(folder, "responses.csv", f"{customer},2026-04-01,buy,9,csat,")
    found = outcome(folder, f"study.shape={shape}")
    mine = result(found, "D306")
    customers, revenue, *_ = stake_texts(mine, found)
    assert (customers, revenue == "") == (told, shape == "customers")
    assert (shown_stake(mine, found) or {})["customers"] == (None if shape == "customers" else 2)


def test_money_at_stake_survives_rows_of_9e307(folder: Path) -> None:
    append(folder, "ledger.csv", "big,2026Q3,9e307,")
    append(folder, "ledger.csv", "big,2026Q2,9e307,x")
    found = result(outcome(folder), "D303", "retained")
    assert found.stake is not None
    assert (found.stake.revenue, found.stake.revenue_share) == (None, pytest.approx(1.0))


def test_incidents_without_pain_points_in_the_plan_are_set_aside_and_counted(folder: Path) -> None:
    edit(folder, "study.toml", 'pain_points = "pain_points.csv"\n', "")
    edit(folder, "study.toml", 'fixes = "fixes.csv"\n', "")
    intake = take_in(folder)
    rows = intake.source.rows[intake.source.rows.table == "incidents"]
    assert rows[["rows_in", "rows_used", "set_aside", "reason"]].to_numpy().tolist() == [[7, 0, 7, NO_PAIN_POINTS]]
    assert intake.source.incidents is None
    found = [check.found for check in intake.checks if check.code == "D391"]
    assert found == [
        f"incidents: 7 of 7 rows, {NO_PAIN_POINTS}",
        "responses: pain points named in 5 answers are not read; their scores are",
    ]
    assert result(outcome(folder), "D391").rows == 7


def test_incidents_alone_without_pain_points_in_the_plan_stay_a_fault(folder: Path) -> None:
    edit(folder, "study.toml", 'pain_points = "pain_points.csv"\n', "")
    edit(folder, "study.toml", 'fixes = "fixes.csv"\n', "")
    edit(folder, "study.toml", 'responses = "responses.csv"\n', "")
    assert [finding.code for finding in inspect_study(folder).findings] == ["D308"]


def test_a_fix_for_a_persona_without_active_customers_is_a_review(folder: Path) -> None:
    edit(folder, "fixes.csv", "low,likely,high\n", "low,likely,high,persona\n")
    edit(folder, "fixes.csv", "0.2,0.4,0.6", "0.2,0.4,0.6,shop")
    append(folder, "personas.csv", "shop,Shops")
    found = [check.found for check in outcome(folder).checks if check.code == "D392"]
    assert found == ["fleet for shop"]
    edit(folder, "fixes.csv", ",shop", ",home")
    assert "D392" not in {check.code for check in outcome(folder).checks}


def test_a_study_that_cannot_be_read_at_all_is_told_too(tmp_path: Path) -> None:
    found = outcome(tmp_path / "nowhere")
    assert (found.name, found.verdict) == ("nowhere", "Not to be run: 1 fault to mend first.")
