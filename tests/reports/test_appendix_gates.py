"""The sections on what the choice rests on: the dial in a sentence, other assumptions, what is one decision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.told_apart import TogetherGroup
from reports.appendix_gates import dial, dial_pain_points, dial_sentence, priors, told_apart
from reports.edition import Edition
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.tables_gates import CHANGES, MEASURED, dial_table, marks_table, priors_table, together_table
from scenarios.gates import Gates
from tests.quick_study import quick_starter


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


@pytest.fixture(scope="module")
def edition(findings: Findings) -> Edition:
    """Its edition."""
    return make_edition(findings)


def gates_of(findings: Findings) -> Gates:
    assert findings.gates is not None
    return findings.gates


def test_every_gate_has_its_check(findings: Findings) -> None:
    assert {"C570", "C571", "C572"} <= {check.code for check in findings.checks}


def test_the_dial_starts_at_what_the_other_pages_say(findings: Findings) -> None:
    table = dial_table(findings)
    first = table.iloc[0]
    assert findings.estimates is not None and findings.decision is not None and findings.decision.portfolio is not None
    assert first["value"] == pytest.approx(findings.estimates.pains.everything.mean())
    assert first["npv"] == pytest.approx(findings.decision.portfolio.npv.mean())
    assert first["strength"] == 1.0 and first["changed"] == 0
    assert table["value"].is_monotonic_decreasing


def test_the_dial_is_said_in_a_sentence_with_its_yardstick(edition: Edition) -> None:
    section = dial(edition)
    assert section is not None and section.table is not None
    assert len(section.charts) == 1 and "<polygon" in section.charts[0]
    assert all(len(row) == len(section.table.headings) for row in section.table.rows)
    marks = edition.tables["dial_marks"]
    strongest = marks[marks["what"] == MEASURED].iloc[0]
    assert f"the strongest measured one, {strongest['name']}, does by {strongest['strength']:.2f}" in section.note
    named = marks.assign(strength=marks["strength"].where(marks["what"] != CHANGES, 1.6))
    said = dial_sentence(replace(edition, tables={**edition.tables, "dial_marks": named}))
    assert said.startswith(
        "A hidden cause would have to multiply both meeting the pain points and leaving by 1.60 to change the choice"
    )
    none = marks.assign(strength=marks["strength"].where(marks["what"] != CHANGES))
    assert "up to 3 would change" in dial_sentence(replace(edition, tables={**edition.tables, "dial_marks": none}))


def test_each_pain_point_has_its_own_dial(edition: Edition) -> None:
    section = dial_pain_points(edition)
    assert section is not None and section.table is not None
    assert len(section.table.rows) == len(edition.journey.pain_points)


def test_every_assumption_is_shown_halved_and_doubled(findings: Findings, edition: Edition) -> None:
    section = priors(edition)
    assert section is not None and section.table is not None
    scales = [row[2] for row in section.table.rows]
    assert scales.count("1.0") == 1 and scales.count("0.50") == scales.count("2.0") > 3
    table = priors_table(findings)
    assert set(table["item"]) == {"all together", *findings.journey.pain_ids()}


def test_what_can_be_told_apart_has_no_section_and_what_cannot_is_one_decision(findings: Findings) -> None:
    assert told_apart(make_edition(replace(findings, gates=replace(gates_of(findings), together=())))) is None
    rng = np.random.default_rng(1)
    group = TogetherGroup(
        members=(0, 1), value=rng.normal(9, 1, 100), single=rng.normal(4, 5, (2, 100)), apart=60, correlation=-0.9
    )
    grouped = replace(findings, gates=replace(gates_of(findings), together=(group,)))
    section = told_apart(make_edition(grouped))
    assert section is not None and section.table is not None
    names = [pain.name for pain in findings.journey.pain_points[:2]]
    assert f"{names[0]} and {names[1]} are one decision until some 180 more customer-periods" in section.note
    assert len(section.table.rows) == 3 and section.table.rows[0][-1] == "60"
    few = replace(grouped, gates=replace(gates_of(findings), together=(replace(group, apart=3),)))
    assert together_table(few)[["met_apart", "more_to_halve"]].isna().all(axis=None)


def test_nothing_estimated_leaves_the_tables_with_their_headings(findings: Findings) -> None:
    bare = replace(findings, gates=None)
    tables = (dial_table(bare), marks_table(bare), priors_table(bare), together_table(bare))
    assert all(len(table) == 0 and len(table.columns) for table in tables)


def test_the_page_says_which_engine_spoke(edition: Edition) -> None:
    assert edition.engine.startswith("quick engine: R-hat 1.0")
