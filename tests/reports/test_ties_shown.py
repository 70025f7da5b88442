"""Initiatives that are one decision: brackets, marks and words, in the list and in the sheet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from choice_tables import whole_choice

from reports.edition import Edition
from reports.first_sheet import first_sheet, ranking
from reports.page import page_html
from reports.ties import brackets, tie_sentences, tied


@pytest.fixture
def choice(edition: Edition) -> Edition:
    """An edition whose second to fourth initiative are one decision."""
    return whole_choice(edition)


def rows(*groups: object) -> list[dict[str, object]]:
    return [{"initiative": f"i{place}", "name": f"N{place}", "tie_group": group} for place, group in enumerate(groups)]


def test_a_run_of_one_group_is_bracketed_and_a_lone_one_is_not() -> None:
    assert brackets(rows(1, 2, 2, 2, 3)) == ("", "first", "inner", "last", "")
    assert brackets(rows(1.0, 1.0, float("nan"), "")) == ("first", "last", "", "")
    assert brackets(rows(0, 0, -1, -1)) == ("", "", "", "")


def test_only_groups_of_two_or_more_are_ties_and_each_has_its_sentence() -> None:
    assert tied(rows(1, 2, 2, 3)) == {"2"}
    assert tie_sentences(rows(1, 2, 2, 3)) == (
        "N1 and N2 are one decision: the data cannot say which of them is worth more.",
    )


def test_ranks_that_are_ties_carry_a_mark_that_does_not_rest_on_colour(choice: Edition) -> None:
    table = ranking(choice, 5)
    assert [row[0] for row in table.rows] == ["1", "2=", "3=", "4=", "5"]
    assert table.ties == ("", "first", "inner", "last", "")
    page = page_html(choice)
    assert 'class="chosen line tie tie-first"' in page and 'class="tie tie-last"' in page
    assert "Call back promise, Stable app and Guided setup are one decision" in page


def test_every_initiative_is_listed_once_where_a_cell_is_blank(choice: Edition) -> None:
    blank = choice.tables["initiatives"].assign(prior_share=float("nan"))
    names = [row[1] for row in ranking(replace(choice, tables={**choice.tables, "initiatives": blank}), 99).rows]
    assert len(names) == len(set(names)) == len(blank)


def test_without_groups_the_list_is_as_it_was(edition: Edition) -> None:
    assert ranking(edition, 5).ties == ()
    assert 'tie-first"' not in page_html(edition)


def test_the_first_sheet_says_what_speaks_against_the_choice_where_there_is_room(choice: Edition) -> None:
    said = first_sheet(choice).against
    assert said == "The case against: 2 points to review."
    assert f'<a href="#case-against">{said}</a>' in page_html(choice)
