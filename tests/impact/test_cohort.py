"""The cohort of a forecast equals what a hand writes out of a ledger of eight customers and five quarters."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from impact.cells.cohort import Cohort, follow_cohort
from impact.intake import take_in
from impact.periods import parse_period
from tests.tiny_study import edit, write_tiny_study

QUARTERS = ("2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")
START = parse_period("2025Q4", "quarter")
# Which quarters each customer has a row in, what it brings in each, and how it left.
ROWS: dict[str, tuple[str, float, str]] = {
    "a": ("yyyyy", 100, ""),
    "b": ("yyyyy", 60, ""),
    "c": ("yyy--", 40, "voluntary"),
    "d": ("-yy--", 80, "involuntary"),
    "e": ("-yyy-", 20, "migrated"),
    "f": ("yy-yy", 50, ""),
    "g": ("y----", 70, "voluntary"),
    "h": ("---yy", 90, ""),
}


def write_company(folder: Path, *, rise: float = 0.0) -> Path:
    """A study of eight customers; everybody brings `rise` more with each quarter."""
    write_tiny_study(folder)
    ledger = ["customer_id,period,revenue,retained,churn_kind"]
    for who, (seen, money, kind) in ROWS.items():
        for place, quarter in enumerate(QUARTERS):
            if seen[place] == "y":
                last = "y" not in seen[place + 1 :]
                ledger.append(f"{who},{quarter},{money + rise * place},,{kind if last else ''}")
    (folder / "ledger.csv").write_text("\n".join(ledger) + "\n", encoding="utf-8")
    people = [f"{who},{'home' if who in 'ac' else 'firm'},2020-01-01" for who in ROWS]
    (folder / "customers.csv").write_text("\n".join(["customer_id,persona,joined_at", *people]) + "\n", "utf-8")
    answers = ["customer_id,responded_at,stage,score,metric,pain_points"]
    answers += ["a,2026-02-01,overall,5,csat,", "b,2026-02-02,overall,2,csat,"]
    answers += ["h,2026-05-01,overall,1,csat,", "a,2026-05-01,use,4,csat,broken", "f,2026-05-02,use,3,csat,"]
    (folder / "responses.csv").write_text("\n".join(answers) + "\n", encoding="utf-8")
    incidents = ["customer_id,occurred_at,pain_point", "a,2026-02-03,slow", "h,2026-05-03,slow", "b,2026-05-04,slow"]
    (folder / "incidents.csv").write_text("\n".join(incidents) + "\n", encoding="utf-8")
    return folder


def follow(folder: Path, *overrides: str) -> Cohort:
    intake = take_in(folder, ("study.shape=customers", *overrides))
    return follow_cohort(intake.source, intake.case.journey, intake.study, START)


def column(frame: pd.DataFrame, name: str) -> list[float]:
    return [float(value) for value in frame.groupby("t")[name].sum(min_count=1)]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return follow(write_company(tmp_path_factory.mktemp("company"), rise=1.0))


def test_the_cohort_is_who_has_a_row_at_its_period_and_new_customers_never_enter(cohort: Cohort) -> None:
    # a to f; of them c, d gone at 2026Q2 and e at 2026Q3, f away in 2026Q1
    assert column(cohort.money, "customers") == [6, 5, 4, 3]
    assert column(cohort.everyone, "customers") == [6, 5, 5, 4]
    assert column(cohort.everyone, "new") == [0, 0, 1, 1]


def test_who_left_not_of_its_own_will_and_who_came_back_are_counted_apart(cohort: Cohort) -> None:
    assert column(cohort.money, "left_otherwise") == [0, 0, 1, 1]
    assert column(cohort.money, "returned") == [0, 0, 1, 1]


def test_money_stands_beside_what_the_same_customers_brought_at_the_start(cohort: Cohort) -> None:
    firm = cohort.money[cohort.money["persona"] == "firm"]
    # b, d, e, f; then b, d, e; then b, e, f; then b, f: each a unit more with each quarter
    assert firm["revenue"].tolist() == [60 + 80 + 20 + 50 + 4, 60 + 80 + 20 + 6, 60 + 20 + 50 + 9, 60 + 50 + 8]
    assert firm["start_revenue"].tolist() == [214, 163, 133, 112]
    assert firm["customers"].tolist() == [4, 3, 3, 2]


def test_a_ledger_without_margin_has_none_and_not_nil(cohort: Cohort) -> None:
    assert cohort.money["margin"].isna().all()


def test_scores_and_prevalence_are_of_the_cohort_alone(cohort: Cohort) -> None:
    overall = cohort.scores[cohort.scores["stage"] == "overall"]
    assert overall[["t", "n", "mean"]].to_numpy().tolist() == [[START + 1, 2, 3.5]]
    use = cohort.scores[cohort.scores["stage"] == "use"].iloc[0]
    assert (use["t"], use["n"], use["customers"], use["mean"]) == (START + 2, 2, 2, 3.5)
    slow = cohort.pains[cohort.pains["pain_point"] == "slow"]
    assert slow["exposed"].tolist() == [0, 1, 1, 0]
    assert slow["known"].tolist() == [6, 5, 4, 3]
    broken = cohort.pains[(cohort.pains["pain_point"] == "broken") & (cohort.pains["known"] > 0)]
    assert broken[["t", "known", "exposed"]].to_numpy().tolist() == [[START + 1, 2, 0], [START + 2, 2, 1]]


def test_a_silence_that_is_no_leaving_counts_as_there_in_a_repeat_business(tmp_path: Path) -> None:
    found = follow(write_company(tmp_path), "study.relationship=repeat", "study.inactive_after=2")
    # f is silent in 2026Q1 and there; who is gone in the last quarter cannot be told yet
    counted = found.money.groupby("t")["customers"].sum(min_count=2).tolist()
    assert counted[:3] == [6, 6, 4] and counted[3] != counted[3]
    assert column(found.money.dropna(subset=["returned"]), "returned") == [0, 0, 0]
    assert column(found.money, "revenue") == [350, 300, 230, 210]


def test_units_of_a_study_of_sites_are_followed_alike(tmp_path: Path) -> None:
    folder = edit(write_company(tmp_path), "study.toml", "margin_rate = 0.4", 'margin_rate = 0.4\nshape = "sites"')
    intake = take_in(folder)
    found = follow_cohort(intake.source, intake.case.journey, intake.study, START)
    assert column(found.money, "customers") == [6, 5, 4, 3]
