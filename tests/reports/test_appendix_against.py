"""The case against on the page, in the table and on the sheet: worst first, nothing left out."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from choice_tables import case_against as invented
from choice_tables import whole_choice

from reports.appendix_against import case_against, case_in_a_line
from reports.edition import Edition
from reports.findings import Findings
from reports.first_sheet import WORDS, first_sheet
from reports.page import page_html
from reports.tables_against import AGAINST, against_table
from tests.quick_study import quick_starter


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found."""
    return quick_starter(tmp_path_factory).found


def with_points(edition: Edition, table: pd.DataFrame) -> Edition:
    return replace(edition, tables={**edition.tables, "case_against": table})


def test_every_point_is_one_sentence_with_what_stands_beside_it(edition: Edition) -> None:
    section = case_against(whole_choice(edition))
    assert section is not None and section.table is not None and section.anchor == "case-against"
    assert [row[0] for row in section.table.rows] == [
        "Weakest evidence",
        "Horizon against history",
        "Only the lower end",
    ]
    assert section.table.rows[1][1:] == (invented()["sentence"][1], "61%", "25% of the gain", "to review")
    assert section.note.startswith("2 of 3 points ask for a second look")


def test_without_a_choice_there_is_no_section_and_no_line(edition: Edition) -> None:
    assert case_against(edition) is None and case_in_a_line(edition) == ()
    assert 'id="case-against"' not in page_html(edition)


def test_no_point_to_review_is_said_as_well(edition: Edition) -> None:
    table = invented().assign(weight="note")
    assert case_in_a_line(with_points(edition, table)) == ("The case against: no point to review.",)


def test_names_in_a_sentence_are_not_run_as_markup(edition: Edition) -> None:
    table = invented().assign(sentence="<script>alert(1)</script> carries 40%", found="<b>40%</b>")
    page = page_html(with_points(edition, table))
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt; carries 40%" in page


def test_the_line_is_shortened_and_then_gives_way_where_the_sheet_has_no_room(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice, said = whole_choice(edition), set()
    for words in range(WORDS + 60, 150, -12):
        monkeypatch.setattr("reports.first_sheet.WORDS", words)
        said.add(first_sheet(choice).against)
    assert said == {*case_in_a_line(choice), ""}


def test_a_run_argues_against_its_own_choice_with_numbers_in_every_sentence(findings: Findings) -> None:
    table = against_table(findings)
    assert tuple(table.columns) == AGAINST and len(table) > 8
    assert table["sentence"].str.contains(r"\d").all() and table["sentence"].str.endswith(".").all()
    # a spreadsheet would take them for formulas, so that they would be written with a mark before them
    assert (
        not table[["found", "compared_with"]].apply(lambda texts: texts.str.startswith(("+", "-", "="))).any(axis=None)
    )
    order = (table["weight"] != "review").tolist()
    assert order == sorted(order)
    assert {"weakest evidence", "break-even haircut", "hidden cause", "only the lower end"} <= set(table["point"])
    assert "C660" in {check.code for check in findings.checks}
    assert len(against_table(replace(findings, decision=None))) == 0
