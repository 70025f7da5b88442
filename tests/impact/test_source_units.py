"""Anonymous answers: what is summed to units, at which rate, and what a study says of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.__main__ import main
from impact.cells import SitePanel, summarise
from impact.errors import Finding, InputError
from impact.intake import Intake, take_in
from tests.anonymous_study import PEOPLE, QUARTERS, UNITS, write_anonymous_study
from tests.quick_study import quick_uplift
from tests.tiny_study import append, edit, write_tiny_study

UNIT = ["region", "plan"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study as it is written, with a row of each table that names no unit and an incident without money."""
    folder = write_anonymous_study(tmp_path_factory.mktemp("anonymous"))
    append(folder, "responses.csv", "2025Q1,north,,buy,1,")
    append(folder, "ledger.csv", "x,2025Q1,,plus,1000000")
    append(folder, "incidents.csv", "2023Q4,north,plus,slow")
    return folder


@pytest.fixture(scope="module")
def intake(folder: Path) -> Intake:
    return take_in(folder)


@pytest.fixture(scope="module")
def panel(intake: Intake) -> pd.DataFrame:
    cells = summarise(intake.source, intake.case.journey, intake.study)
    assert isinstance(cells, SitePanel)
    return cells.panel.set_index(["unit", "t"])


def rows(folder: Path, table: str) -> pd.DataFrame:
    """A file's rows with a unit, by the unit's label and the ordinal of the quarter."""
    found = pd.read_csv(folder / f"{table}.csv").dropna(subset=UNIT)
    quarter = found[next(name for name in ("period", "responded_at", "occurred_at") if name in found)]
    ordinals = quarter.str[:4].astype(int) * 4 + quarter.str[-1].astype(int) - 1
    return found.assign(unit=found.region + " | " + found.plan, t=ordinals)


def by_unit(found: pd.DataFrame, column: str, how: str) -> pd.Series:
    return pd.Series(found.groupby(["unit", "t"])[column].agg(how))


def alike(found: pd.Series, expected: pd.Series) -> bool:
    return bool(np.allclose(found.astype(float), expected.reindex(found.index).astype(float)))


def test_each_unit_and_period_holds_the_sum_of_its_money(folder: Path, panel: pd.DataFrame) -> None:
    known = panel[panel.revenue.notna()]
    assert len(known) == len(UNITS) * len(QUARTERS)
    assert alike(known.revenue, by_unit(rows(folder, "ledger"), "revenue", "sum"))


def test_each_unit_and_period_holds_its_mean_score(folder: Path, panel: pd.DataFrame) -> None:
    answers = rows(folder, "responses")
    for stage in ("buy", "overall"):
        assert alike(panel[stage].dropna(), by_unit(answers[answers.stage == stage], "score", "mean"))


def test_incidents_are_a_rate_a_customer_and_zero_where_none_was_seen(folder: Path, panel: pd.DataFrame) -> None:
    seen = by_unit(rows(folder, "incidents"), "pain_point", "count")
    rates = panel.slow[panel.revenue.notna()]
    assert alike(rates, seen.reindex(rates.index).fillna(0) / PEOPLE)
    assert (rates == 0).any()


def test_a_pain_point_named_in_answers_is_their_share(folder: Path, panel: pd.DataFrame) -> None:
    answers = rows(folder, "responses")
    named = answers[answers.stage == "use"].assign(named=lambda t: (t.pain_points == "broken").astype(float))
    assert alike(panel.broken.dropna(), by_unit(named, "named", "mean"))


def test_what_is_set_aside_is_counted_and_the_step_is_a_review(intake: Intake) -> None:
    reviews = {check.code: check for check in intake.checks if check.status == "review"}
    assert "12 units of region, plan over 8 periods" in reviews["D352"].found
    assert "customer of the unit" in reviews["D352"].found
    assert reviews["D369"].found.startswith("incidents: 1 of ")
    blank = [check.found for check in intake.checks if check.code == "D353"]
    assert blank == ["ledger: 1 of 961 rows, blank unit", "responses: 1 of 1,441 rows, blank unit"]
    assert not [check for check in intake.checks if check.status == "fail"]


def test_a_fix_can_leave_no_occurrence_of_a_rate(intake: Intake) -> None:
    pains = intake.case.journey.pain_points
    assert [(pain.measure, pain.floor) for pain in pains] == [("level", 0.0)] * 2


def test_a_run_of_anonymous_answers_ends_with_0_and_finds_what_was_planted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)
    write_anonymous_study(tmp_path)
    assert main(["run", str(tmp_path)]) == 0
    assert "D352 Tables summed to units" in capsys.readouterr().out
    found = pd.read_csv(tmp_path / "out" / "tables" / "pain_points.csv").set_index("pain_point")
    assert found.value_p05["slow"] > 0  # planted: money falls by 2 a customer and occurrence a period later
    assert found.value_p05["broken"] < 0 < found.value_p95["broken"]  # planted: nothing
    assert found.prevalence["slow"] < 1


def test_an_nps_of_overall_alone_is_named_and_stages_are_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impact.estimate.fit_uplift", quick_uplift)
    folder = write_anonymous_study(tmp_path)
    lines = (folder / "responses.csv").read_text(encoding="utf-8").splitlines()
    nps = [line.replace("overall,5", "overall,10").replace("overall,4", "overall,8") for line in lines if ",ov" in line]
    text = "\n".join([f"{lines[0]},metric", *(f"{line},nps" for line in nps)])
    (folder / "responses.csv").write_text(text + "\n", encoding="utf-8")
    assert main(["run", str(folder), "--set", "survey.express=nps"]) == 0
    assert "D334 Only the overall score was asked" in capsys.readouterr().out
    assert "1 NPS point more of overall satisfaction" in (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert (folder / "out" / "journey.svg").read_text(encoding="utf-8").count("not measured") == 2
    found = pd.read_csv(folder / "out" / "tables" / "pain_points.csv").set_index("pain_point")
    assert found.value_p05["slow"] > 0  # that nothing named the other pain point takes nothing from this one


def faults(folder: Path, *overrides: str) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        take_in(folder, overrides)
    return caught.value.findings


def test_a_unit_column_that_a_table_lacks_is_refused(tmp_path: Path) -> None:
    (found,) = faults(edit(write_anonymous_study(tmp_path), "incidents.csv", "region,plan", "region,tariff"))
    assert (found.code, found.place) == ("D351", "incidents.csv")
    assert "the unit column plan is missing" in found.found


def test_the_shape_of_customers_and_a_text_to_average_are_refused_together(tmp_path: Path) -> None:
    folder = write_anonymous_study(tmp_path)
    edit(folder, "ledger.csv", "customer_id,period,region,plan", "tier,period,region,plan")
    found = faults(folder, "study.shape=customers", 'model.controls=["tier"]')
    assert [(one.code, one.place) for one in found] == [
        ("D354", "study.toml: [study].shape"),
        ("D354", "ledger.csv tier"),
    ]


def test_without_any_id_the_finding_says_how_to_sum_to_units(tmp_path: Path) -> None:
    (found,) = faults(edit(write_tiny_study(tmp_path), "incidents.csv", "customer_id", "device"))
    assert found.code == "D302"
    assert "[data] unit" in found.remedy


def test_without_ids_in_the_ledger_rates_are_by_the_size_named(tmp_path: Path) -> None:
    folder = write_anonymous_study(tmp_path)
    edit(folder, "ledger.csv", "customer_id,period,region,plan,revenue", "row,period,region,plan,revenue")
    source = take_in(folder).source
    assert set(source.ledger.customers.execute()) == {float(PEOPLE)}
    edit(folder, "ledger.csv", "row,period", "period_id,period")
    text = (folder / "ledger.csv").read_text(encoding="utf-8").splitlines()
    sized = [f"{text[0]},seats", *(f"{line},3" for line in text[1:])]
    (folder / "ledger.csv").write_text("\n".join(sized) + "\n", encoding="utf-8")
    taken = take_in(folder, ["model.size=seats"])
    assert set(taken.source.ledger.customers.execute()) == {3.0 * PEOPLE}
    assert "a rate a 1 of seats" in next(check.found for check in taken.checks if check.code == "D352")
