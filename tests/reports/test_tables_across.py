"""What a delivery says of a choice across scenarios: tables, sentence and sections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from impact.lever import Change
from reports.appendix import appendix
from reports.appendix_across import levers, regrets, tornado
from reports.edition import Edition
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.sentences_across import across_sentence
from reports.tables_across import across_tables
from scenarios.across import look_across
from scenarios.base_world import scenario_facts
from scenarios.scenario import Scenario
from tests.quick_study import quick_starter

SCENARIOS = (
    Scenario(name="upside", changes=(Change(scenario="upside", lever="price", value=1.2),)),
    Scenario(
        name="downside",
        changes=(
            Change(scenario="downside", lever="spend", value=0.8),
            Change(scenario="downside", lever="cost", value=2.5),
        ),
    ),
)
# A cent, in money of some thousands.
CENT = 0.01


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """The starter's findings, with an upside and a downside."""
    whole = quick_starter(tmp_path_factory).found
    assert whole.decision is not None and whole.estimates is not None
    facts = scenario_facts(whole.cells, whole.study, whole.decision.case.base, whole.estimates.scaled)
    return replace(whole, across=look_across(whole.decision, SCENARIOS, facts))


@pytest.fixture(scope="module")
def edition(found: Findings) -> Edition:
    return make_edition(found)


def said_of(edition: Edition, rows: list[dict[str, object]]) -> str:
    """The sentence of an edition whose table has these rows."""
    columns = {"regret": 0.0, "allowed": 1, "portfolio": "bill_check", "role": "base choice"}
    table = pd.DataFrame([{**columns, **row} for row in rows])
    return across_sentence(replace(edition, tables={**edition.tables, "scenario_portfolios": table}))


def test_the_base_choice_has_a_row_in_every_scenario_with_the_run_s_own_npv(found: Findings) -> None:
    table = across_tables(found)["scenario_portfolios"]
    own = table[table["role"] == "base choice"].set_index("scenario")
    assert list(own.index) == ["base", "upside", "downside"]
    assert found.decision is not None and found.decision.portfolio is not None
    assert own.loc["base", "npv"] == pytest.approx(found.decision.portfolio.npv.mean())
    assert (own["npv_p05"] <= own["npv_p95"]).all()


def test_a_regret_is_what_the_optimum_of_the_scenario_has_more(found: Findings) -> None:
    table = across_tables(found)["scenario_portfolios"]
    for name in ("base", "upside", "downside"):
        there = table[table["scenario"] == name].set_index("role")
        best = there.loc[f"optimum of {name}", "npv"]
        assert there.loc["base choice", "regret"] == pytest.approx(best - there.loc["base choice", "npv"], abs=CENT)


def test_every_driver_has_figures_of_its_own_kind(found: Findings) -> None:
    table = across_tables(found)["tornado"].set_index("kind")
    assert table.loc["uncertain", ["share", "evppi"]].notna().all(axis=None)
    assert table.loc["lever", ["width_p05", "width_p95"]].notna().all(axis=None)
    assert table.loc["lever", ["share", "evppi"]].isna().all(axis=None)
    assert table["width"].to_numpy() == pytest.approx((table["npv_high"] - table["npv_low"]).to_numpy())


def test_a_figure_that_no_search_found_is_said(found: Findings) -> None:
    table = across_tables(found)["break_even_levers"].set_index("lever")
    for _, row in table.iterrows():
        assert ("NPV of 0: none within" in row["note"]) == bool(np.isnan(row["npv_nil_at"]))


def test_without_a_choice_the_tables_have_their_headers_alone(found: Findings) -> None:
    tables = across_tables(replace(found, across=None))
    assert all(table.empty and len(table.columns) for table in tables.values())


def test_the_sections_stand_in_the_appendix(edition: Edition) -> None:
    anchors = [section.anchor for section in appendix(edition)]
    assert [one for one in anchors if one in ("regrets", "tornado", "lever-break-even")] == [
        "regrets",
        "tornado",
        "lever-break-even",
    ]


def test_without_scenarios_nothing_is_said_of_regret(found: Findings) -> None:
    bare = make_edition(replace(found, across=None))
    assert across_sentence(bare) == ""
    assert regrets(bare) is tornado(bare) is levers(bare) is None


def test_what_is_best_everywhere_is_said_so(edition: Edition) -> None:
    said = said_of(edition, [{"scenario": "base"}, {"scenario": "up"}, {"scenario": "base", "role": "least regret"}])
    assert said.endswith(" is best in all 2 scenarios.")


def test_what_is_worse_in_one_is_said_with_the_most_that_it_is_worse_by(edition: Edition) -> None:
    rows: list[dict[str, object]] = [{"scenario": f"s{i}"} for i in range(3)]
    least = [{"scenario": f"s{i}", "role": "least regret", "portfolio": "nothing", "regret": 7.0} for i in range(4)]
    said = said_of(edition, [*rows, {"scenario": "s3", "regret": 120.0}, *least])
    assert f"is best in 3 of 4 scenarios, and at most {edition.currency} 120 worse than the best in the other." in said
    assert said.endswith(
        f" Least regretted whichever comes is nothing, at most {edition.currency} 7 worse than the best."
    )


def test_where_a_scenario_rules_it_out_that_is_said(edition: Edition) -> None:
    said = said_of(edition, [{"scenario": "base"}, {"scenario": "poor", "allowed": 0, "regret": None}])
    assert "is best in 1 of 2 scenarios; the limits of poor rule it out." in said
    assert said.endswith("No portfolio that was looked at is allowed in all of them.")
