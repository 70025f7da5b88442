"""Pilots and surveys of a plan on every page of a run: the table of information, the portfolio, the workbook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from spreadsheet import figure, recalculated

from impact import choosing
from impact.initiative import Pilot
from reports.findings import Findings
from reports.first_sheet import bridge_steps
from reports.make_edition import make_edition
from reports.sentences import headline
from reports.tables import build_tables
from reports.tables_information import information_table
from reports.workbook.write import write_workbook
from tests.quick_study import quick_starter

CENT = 0.01
EXACT = 1e-9  # two programs add up the same terms in their own order


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What the starter study finds with a pilot of its first initiative and a survey of its first stage."""
    quick = quick_starter(tmp_path_factory)
    plan, journey = quick.intake.case.plan, quick.intake.case.journey
    target, stage = plan.initiatives[0], journey.stages[0]
    pilots = (
        Pilot(pilot="try_it", kind="pilot", target=target.initiative, cost=1.0, name="Try it", owner="Care"),
        Pilot(pilot="ask_more", kind="survey", target=stage.stage, cost=50.0, n=500.0),
    )
    intake = replace(quick.intake, case=replace(quick.intake.case, plan=replace(plan, pilots=pilots)))
    assert quick.found.estimates is not None
    settled = choosing.settle(intake, quick.found.cells, quick.found.estimates)
    return replace(
        quick.found,
        plan=intake.case.plan,
        decision=settled.decision,
        walks=settled.walks,
        explained=settled.explained,
        comparison=settled.comparison,
        gates=None,
    )


@pytest.fixture(scope="module")
def rows(found: Findings) -> pd.DataFrame:
    """Its table of information."""
    return information_table(found).set_index("item")


def test_every_pilot_survey_pain_point_and_initiative_has_a_row_and_the_whole_choice(
    found: Findings, rows: pd.DataFrame
) -> None:
    kinds = information_table(found)["kind"].value_counts().to_dict()
    initiatives = len(found.plan.initiatives)
    assert kinds == {
        "portfolio": 1,
        "initiative": initiatives,
        "pain_point": len(found.journey.pain_points),
        "pilot": initiatives,
        "survey": 1,
    }
    assert rows.loc["try_it", "owner"] == "Care"
    assert rows.loc["ask_more", "name"].startswith("Answers: ")


def test_the_parts_of_a_row_add_up_to_its_net_worth(found: Findings) -> None:
    table = information_table(found)
    learnt = table[table["kind"].isin(["pilot", "survey"])]
    net = learnt["evsi"] * learnt["p_in_time"] - learnt["cost"] - learnt["delay_cost"]
    assert learnt["net"].to_numpy(float) == pytest.approx(net.to_numpy(float), abs=CENT)
    assert learnt["assumed"].sum() == len(found.plan.initiatives) - 1


def test_nothing_is_worth_more_to_know_than_everything(found: Findings) -> None:
    table = information_table(found)
    assert table["evppi"].max() <= table["evpi"].iloc[0] + CENT
    assert table["evppi"].min() >= 0


def test_pilots_and_surveys_stand_in_the_portfolio_and_not_among_the_initiatives(found: Findings) -> None:
    tables = build_tables(found)
    kinds = tables["portfolio"].set_index("initiative")["kind"]
    assert kinds[["try_it", "ask_more"]].tolist() == ["pilot", "survey"]
    for name in ("initiatives", "break_even", "benefits", "face_value"):
        assert not tables[name]["initiative"].isin(["try_it", "ask_more"]).any()
    assert sorted(tables["initiatives"]["rank"]) == list(range(1, len(found.plan.initiatives) + 1))


def test_the_money_of_the_set_is_that_of_all_its_rows(found: Findings) -> None:
    edition = make_edition(found)
    assert found.decision is not None and found.decision.portfolio is not None and edition.worth is not None
    walk = edition.tables["walk"]
    assert walk[walk["initiative"] == "portfolio"]["running"].iloc[-1] == pytest.approx(edition.worth.mean, abs=CENT)


def test_without_a_decision_the_table_has_its_columns_and_no_rows(found: Findings, rows: pd.DataFrame) -> None:
    empty = information_table(replace(found, decision=None))
    assert list(empty.columns) == [rows.index.name, *rows.columns] and not len(empty)


def test_the_workbook_names_every_row_of_the_choice(found: Findings, tmp_path: Path) -> None:
    write_workbook(make_edition(found), tmp_path / "impact.xlsx")
    book = openpyxl.load_workbook(tmp_path / "impact.xlsx")
    named = {cell.value for row in book["Inputs"].iter_rows() for cell in row}
    assert {"try_it", "Try it", "ask_more"} <= named


@pytest.mark.verify
def test_the_workbook_with_a_pilot_recalculates_to_the_worth_of_the_set(found: Findings, tmp_path: Path) -> None:
    edition = make_edition(found)
    assert edition.worth is not None
    write_workbook(edition, tmp_path / "impact.xlsx")
    book = openpyxl.load_workbook(recalculated(tmp_path / "impact.xlsx", tmp_path), data_only=True)
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "e"]
    assert figure(book, "NPV together") == pytest.approx(edition.worth.mean, rel=EXACT)
    assert np.isfinite(edition.worth.mean)


def test_the_headline_and_the_bridge_tell_of_what_is_learnt_first(found: Findings) -> None:
    assert found.decision is not None and found.decision.portfolio is not None
    places = {name: place for place, name in enumerate(found.decision.case.ids())}
    chosen = np.zeros(len(places), dtype=int)
    chosen[places["try_it"]] = 1
    portfolio = replace(found.decision.portfolio, chosen=chosen, npv=found.decision.ranking.npv[places["try_it"]])
    only = replace(found, decision=replace(found.decision, portfolio=portfolio), walks=())
    edition = make_edition(only)
    assert edition.worth is not None
    assert headline(edition).startswith("Fund nothing outright; learn first by Try it, and decide by what it shows: ")
    of, steps, total = bridge_steps(edition)
    assert of == "the chosen set" and total == edition.worth.mean
    assert sum(value for _, value in steps) == pytest.approx(total)
    assert "overlap" not in dict(steps)
