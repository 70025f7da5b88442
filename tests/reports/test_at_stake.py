"""Tables beside the values at stake: the prior, the cap, what is carried on, and steps up, as pages show them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reports.appendix_excellence import excellence
from reports.edition import Edition
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.tables import pain_points_table
from reports.tables_at_stake import at_stake_table
from reports.tables_carried import carried_table
from reports.tables_excellence import excellence_table
from tests.quick_study import quick_starter

SUMMED = 1e-9


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


@pytest.fixture(scope="module")
def edition(findings: Findings) -> Edition:
    """Its edition."""
    return make_edition(findings)


def test_every_value_at_stake_stands_beside_its_prior_and_the_cap_comes_last(findings: Findings) -> None:
    table = at_stake_table(findings)
    assert table["kind"].iloc[-2:].tolist() == ["everything", "cap"]
    assert set(table["kind"]) == {"pain_point", "stage", "everything", "cap"}
    values = table.set_index(["kind", "id"])
    shown = pain_points_table(findings).set_index("pain_point")
    for pain in shown.index:
        assert values.loc[("pain_point", pain), "value"] == pytest.approx(shown.loc[pain, "value"], rel=SUMMED)
    assert values.loc[("everything", ""), "value"] <= values.loc[("cap", ""), "value"]
    assert table.iloc[:-1]["prior_share"].between(0, 1).all()
    assert (table.iloc[:-1]["prior_p05"] < table.iloc[:-1]["prior_p95"]).all()


def test_values_alone_last_and_by_own_rows_lie_in_one_row(findings: Findings) -> None:
    table = pain_points_table(findings)
    estimates = findings.estimates
    assert estimates is not None
    np.testing.assert_allclose(table["value_marginal"], estimates.stakes.marginal.mean(axis=1))
    np.testing.assert_allclose(table["value_face"], estimates.stakes.face)
    assert (table["value_unpooled_se"] > 0).all()


def test_the_checks_of_the_values_are_all_made(findings: Findings) -> None:
    made = {check.code: check.status for check in findings.checks}
    assert {f"C53{k}" for k in range(7)} <= set(made)
    assert made["C530"] == "pass"
    assert made["C534"] == "pass"


def test_what_is_carried_on_is_named_and_its_money_told_once_a_pain_point(findings: Findings) -> None:
    table = carried_table(findings)
    assert table["name"].notna().all() and table["at_name"].notna().all()
    assert (table["low"] <= table["effect"]).all() and (table["effect"] <= table["high"]).all()
    assert table.groupby("pain_point")["value_more"].count().max() <= 1
    told = table[table["share"] > 0]
    assert set(told["pain_point"]) == set(table.loc[table["value_more"].notna(), "pain_point"])


def test_the_section_on_steps_up_shows_a_row_a_step(findings: Findings, edition: Edition) -> None:
    section = excellence(edition)
    assert section is not None and section.table is not None
    assert len(section.table.rows) == len(excellence_table(findings))
    assert all(len(row) == len(section.table.headings) for row in section.table.rows)
    assert section.table.rows[0][:2] == ("Overall", "low to middle")


def test_without_steps_there_is_no_section(findings: Findings) -> None:
    assert findings.estimates is not None
    bare = replace(findings, estimates=replace(findings.estimates, excellence=()))
    assert excellence(make_edition(bare)) is None
