"""Who stayed, who left, and of whom it is not known: by contract, repeat custom, renewal and kind of leaving."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from impact.cells import CustomerCells, SitePanel, summarise
from impact.cells.panel import build_panel
from impact.checks import Check
from impact.errors import InputError
from impact.intake import take_in
from impact.periods import parse_period
from models.base import bare_base
from tests.tiny_study import append, edit, write_tiny_study

Row = tuple[str, str, str]
QUARTERS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny_study(tmp_path)
    (tmp_path / "responses.csv").write_text("customer_id,responded_at,stage,score,metric\n", encoding="utf-8")
    return edit(tmp_path, "study.toml", 'responses = "responses.csv"\ncustomers = "customers.csv"\n', "")


def write_ledger(folder: Path, columns: str, rows: dict[str, dict[str, str]]) -> Path:
    """The folder with a ledger of some customers: by customer the other cells of each of its periods."""
    lines = [f"customer_id,period,{columns}"]
    lines += [f"{who},{quarter},{cells}" for who, periods in rows.items() for quarter, cells in periods.items()]
    (folder / "ledger.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # a study needs one row of experience; of this pain point only answers count
    line = f"customer_id,occurred_at,pain_point\n{next(iter(rows))},2026-09-01,broken\n"
    (folder / "incidents.csv").write_text(line, encoding="utf-8")
    return folder


def seen(*quarters: str, cells: str = "100") -> dict[str, str]:
    return dict.fromkeys(quarters, cells)


def panel(folder: Path, *overrides: str) -> pd.DataFrame:
    intake = take_in(folder, ["study.shape=customers", *overrides])
    rows = build_panel(intake.source, intake.case.journey, intake.study).execute()
    return rows.set_index(["customer_id", "t"]).sort_index()


def stays(rows: pd.DataFrame, customer: str) -> dict[str, float | None]:
    """What came of each period of a customer, None where it is not known."""
    found = rows.loc[customer].stays
    return {q: None if pd.isna(found[at(q)]) else found[at(q)] for q in QUARTERS if at(q) in found.index}


def at(quarter: str) -> int:
    return parse_period(quarter, "quarter")


def reviews(folder: Path, *overrides: str) -> dict[str, Check]:
    checks = take_in(folder, ["study.shape=customers", *overrides]).checks
    return {check.code: check for check in checks if check.status == "review"}


def test_by_contract_a_customer_left_where_it_has_no_row_in_the_next_period(folder: Path) -> None:
    write_ledger(folder, "revenue", {"a": seen(*QUARTERS), "b": seen("2025Q1", "2025Q2", "2025Q4")})
    rows = panel(folder)
    assert stays(rows, "a") == {**dict.fromkeys(QUARTERS[:-1], 1.0), "2026Q3": None}
    assert stays(rows, "b") == {"2025Q1": 1.0, "2025Q2": 0.0, "2025Q4": 0.0}


def test_a_repeat_customer_is_gone_after_two_silent_periods_and_the_last_ones_are_not_known(folder: Path) -> None:
    write_ledger(
        folder,
        "revenue",
        {
            "steady": seen(*QUARTERS),
            "back": seen("2025Q1", "2025Q3", "2025Q4"),
            "late": seen("2025Q1", "2026Q2"),
            "as_of": seen("2026Q3"),
        },
    )
    rows = panel(folder, "study.relationship=repeat")
    assert stays(rows, "steady") == {**dict.fromkeys(QUARTERS[:-2], 1.0), "2026Q2": None, "2026Q3": None}
    assert stays(rows, "back") == {"2025Q1": 1.0, "2025Q3": 1.0, "2025Q4": 0.0}
    assert stays(rows, "late") == {"2025Q1": 0.0, "2026Q2": None}
    assert rows.loc[("back", at("2025Q1"))].next_revenue == 0.0
    assert rows.loc[("back", at("2025Q3"))].next_revenue == 100.0
    assert pd.isna(rows.loc[("back", at("2025Q4"))].next_revenue)
    patient = panel(folder, "study.relationship=repeat", "study.inactive_after=5")
    assert stays(patient, "late") == {"2025Q1": 1.0, "2026Q2": None}


def test_returns_and_the_periods_too_late_to_tell_are_counted(folder: Path) -> None:
    write_ledger(folder, "revenue", {"a": seen(*QUARTERS), "late": seen("2025Q1", "2026Q2"), "z": seen("2026Q3")})
    found = reviews(folder, "study.relationship=repeat")["D385"].found
    assert found.startswith("gone after 2 quarters without a row; 2 rows too late to tell are left out; 1 came back")


def test_recent_leaving_of_repeat_customers_is_that_of_the_last_periods_known(folder: Path) -> None:
    write_ledger(folder, "revenue", {"a": seen(*QUARTERS), "b": seen(*QUARTERS[:5]), "c": seen(*QUARTERS[:2])})
    intake = take_in(folder, ["study.shape=customers", "study.relationship=repeat", "study.inactive_after=2"])
    cells = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(cells, CustomerCells)
    # outcomes are known from 2025Q1 to 2026Q1; the last four of them hold 4 + 4 + 1 rows, b and c leaving
    assert (cells.recent.n.sum(), cells.recent.leavers.sum()) == (9, 2)


def test_an_account_is_at_risk_in_its_renewal_period_alone_and_its_spend_stays(folder: Path) -> None:
    term = seen(*QUARTERS[:3], cells="100,2025Q3") | seen(*QUARTERS[3:], cells="100,2026-08-31")
    write_ledger(folder, "revenue,renewal_at", {"a": term, "b": seen(*QUARTERS[:3], cells="90,2025Q3")})
    append(folder, "ledger.csv", "monthly,2026Q1,50,")
    rows = panel(folder)
    assert stays(rows, "a") == {**dict.fromkeys(QUARTERS), "2025Q3": 1.0}
    assert stays(rows, "b") == {"2025Q1": None, "2025Q2": None, "2025Q3": 0.0}
    assert stays(rows, "monthly") == {"2026Q1": 0.0}
    assert rows.loc["a"].next_revenue.tolist()[:-1] == [100.0] * 6


def test_what_was_met_since_the_last_renewal_counts_at_the_next(folder: Path) -> None:
    term = seen(*QUARTERS[:3], cells="100,2025Q3") | seen(*QUARTERS[3:], cells="100,2026Q3")
    write_ledger(folder, "revenue,renewal_at", {"a": term, "monthly": seen(*QUARTERS, cells="50,")})
    for who in ("a", "monthly"):
        append(folder, "incidents.csv", f"{who},2025-08-01,slow")
        append(folder, "incidents.csv", f"{who},2025-11-01,slow")
        append(folder, "responses.csv", f"{who},2025-11-01,overall,2,csat")
        append(folder, "responses.csv", f"{who},2026-05-01,overall,4,csat")
    edit(folder, "study.toml", "[data]\n", '[data]\nresponses = "responses.csv"\n')
    edit(folder, "pain_points.csv", "slow,buy,Slow delivery,operations", "slow,buy,Slow delivery,operations,count")
    edit(folder, "pain_points.csv", "name,source", "name,source,measure")
    edit(folder, "pain_points.csv", "survey\n", "survey,any\n")
    rows = panel(folder)
    assert rows.loc["a"].slow.tolist() == [0, 0, 1, 1, 1, 1, 1]
    assert rows.loc["monthly"].slow.tolist() == [0, 0, 1, 1, 0, 0, 0]
    assert rows.loc["a"].score__overall.fillna(0).tolist() == [0, 0, 0, 2, 2, 3, 3]
    assert rows.loc["monthly"].score__overall.fillna(0).tolist() == [0, 0, 0, 2, 0, 4, 0]


def test_a_base_under_renewals_loses_a_period_what_is_at_risk_in_it(folder: Path) -> None:
    kept = {f"k{n}": seen(*QUARTERS, cells="100,2025Q4") for n in range(15)}
    lost = {f"l{n}": seen(*QUARTERS[:4], cells="100,2025Q4") for n in range(5)}
    write_ledger(folder, "revenue,renewal_at", kept | lost)
    append(folder, "incidents.csv", "k0,2025-02-01,slow")
    intake = take_in(folder, ["study.shape=customers"])
    cells = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(cells, CustomerCells)
    assert (cells.leaving.n.sum(), cells.leaving.leavers.sum()) == (20, 5)
    # of the 20 + 15 + 15 recent rows with an outcome period only the 20 of 2025Q4 may leave
    assert cells.recent.n.sum() == pytest.approx(20 + 15 + 15 + 20)
    assert cells.money.retained.tolist()[:-1] == [1, 1, 1, 0.75, 1, 1]
    assert bare_base(cells, intake.study).personas[0].rate[0] == pytest.approx(1 - (0.75 + 3) / 4)
    assert cells.patterns.n.sum() == 20
    assert cells.patterns[cells.patterns.slow == 1].n.sum() == 1


def test_leaving_outside_a_renewal_is_not_counted_and_said(folder: Path) -> None:
    rows = {"early": seen(*QUARTERS[:2], cells="100,2025Q3"), "kept": seen(*QUARTERS, cells="100,2025Q4")}
    found = reviews(write_ledger(folder, "revenue,renewal_at", rows))
    assert found["D384"].found == "1 of 1 who left did so outside a renewal, 1 of them in the period just before"
    assert found["D383"].found.startswith("1 of 8 customer-periods are at risk, 0 of them")
    assert "D339" not in found


def test_only_voluntary_leaving_counts(folder: Path) -> None:
    kinds = {"own": "Voluntary", "card": "involuntary", "moved": "MIGRATED", "unsaid": ""}
    rows = {who: seen("2025Q1", cells="100,") | seen("2025Q2", cells=f"100,{kind}") for who, kind in kinds.items()}
    write_ledger(folder, "revenue,churn_kind", rows | {"kept": seen(*QUARTERS, cells="100,")})
    found = panel(folder)
    assert {who: stays(found, who)["2025Q2"] for who in kinds} == {"own": 0, "card": None, "moved": None, "unsaid": 0}
    assert reviews(folder)["D373"].found == (
        "of 4 who left 1 involuntary, 1 migrated are not counted; 1 without a kind count as voluntary"
    )


def test_an_unknown_kind_of_leaving_and_an_unreadable_renewal_are_findings(folder: Path) -> None:
    write_ledger(folder, "revenue,churn_kind,renewal_at", {"a": seen(*QUARTERS, cells="1,churned,next year")})
    with pytest.raises(InputError) as caught:
        take_in(folder)
    found = {finding.code: finding for finding in caught.value.findings}
    assert set(found) == {"D372", "D304"}
    assert "'churned' (7)" in found["D372"].found and found["D372"].allowed == "voluntary, involuntary, migrated"
    assert found["D304"].place == "ledger.csv renewal_at"


def test_a_relationship_of_sites_is_taken_as_sites_and_another_against_the_data_is_said(folder: Path) -> None:
    write_ledger(folder, "revenue", {"a": seen(*QUARTERS), "b": seen(*QUARTERS[:2])})
    intake = take_in(folder, ["study.relationship=site"])
    assert isinstance(summarise(intake.source, intake.case.journey, intake.study), SitePanel)
    assert "D371" not in {check.code for check in intake.checks}
    assert reviews(folder, "study.relationship=site")["D371"].found == (
        'relationship is "site", and the data are taken as customers'
    )


def test_a_persona_on_the_ledger_is_taken_as_of_its_period(folder: Path) -> None:
    rows = {"a": seen(*QUARTERS[:4], cells="100,home") | seen(*QUARTERS[4:], cells="100,firm")}
    write_ledger(folder, "revenue,persona", rows | {"b": seen(*QUARTERS, cells="100,")})
    found = panel(folder)
    assert found.loc["a"].persona.tolist() == ["home"] * 4 + ["firm"] * 3
    assert set(found.loc["b"].persona) == {"all"}
    assert reviews(folder)["D340"].found == "7 of 14 ledger rows"
    intake = take_in(folder, ["study.shape=sites"])
    cells = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(cells, SitePanel)
    assert cells.panel[cells.panel.unit == "a"].persona.tolist() == ["home"] * 4 + ["firm"] * 3
    edit(folder, "ledger.csv", "100,firm", "100,frim")
    with pytest.raises(InputError) as caught:
        take_in(folder)
    assert [finding.code for finding in caught.value.findings] == ["D309"]
