"""What is worth learning, the naive ranking, and the choice in full: figures and rules in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from choice_tables import information as invented_information
from choice_tables import naive as invented_naive
from choice_tables import whole_choice

from reports.appendix_choice import portfolio, ranking_more
from reports.appendix_learning import RULE, information, naive
from reports.edition import Edition
from reports.sentences import FUND_CHANCE


@pytest.fixture
def choice(edition: Edition) -> Edition:
    """An edition with everything that a choice can carry."""
    return whole_choice(edition)


def test_the_rule_of_the_verdicts_is_the_one_that_is_used() -> None:
    assert f"at least {20 * FUND_CHANCE:.0f} of 20 futures" in RULE


def test_what_is_worth_learning_comes_first_and_the_rule_stands_above_it(choice: Edition) -> None:
    section = information(choice)
    assert section is not None and section.table is not None and section.note.startswith(RULE)
    assert section.table.headings[3:6] == ("By this many", "If known", "If all known")
    assert [row[0] for row in section.table.rows] == [
        *("Everything", "Bill arrives late", "Trial of the stable app", "More answers in Use"),
    ]
    assert section.table.rows[2] == (
        *("Trial of the stable app", "pilot", "pilot", "9.8k", "", "", "4k", "1.2k", "4.6k", "1,200"),
    )
    assert section.table.rows[3][1] == "survey, assumed"


def test_a_measure_that_nobody_worked_out_has_no_column(edition: Edition) -> None:
    bare = invented_information().drop(columns=["evpi", "evppi"])
    section = information(replace(edition, tables={**edition.tables, "information": bare}))
    assert section is not None and section.table is not None
    assert section.table.headings[3:5] == ("By this many", "Cost")


def test_the_naive_choice_is_named_where_it_differs(choice: Edition) -> None:
    section = naive(choice)
    assert section is not None and section.table is not None
    assert "Taken at face value one would also fund Stable app. One would miss Call back promise." in section.note
    assert section.table.rows[0] == ("Bill on time", "Billing", "yes", "yes", "310k", "180k", "-130k")
    assert [row[0] for row in section.table.rows[-2:]] == invented_naive()["name"].tolist()[-2:]
    same = invented_naive().assign(chosen_by_naive=invented_naive()["chosen"])
    agreed = naive(replace(choice, tables={**choice.tables, "naive": same}))
    assert agreed is not None and agreed.note.endswith("The choice would be the same.")


@pytest.mark.parametrize("make", [information, naive])
def test_nothing_asked_is_no_section(edition: Edition, make: object) -> None:
    assert make(edition) is None  # type: ignore[operator]


def test_the_order_in_full_has_only_columns_that_were_worked_out(edition: Edition, choice: Edition) -> None:
    full, bare = ranking_more(choice), ranking_more(edition)
    assert full is not None and full.table is not None and bare is not None and bare.table is not None
    assert full.table.headings == (
        *("Initiative", "Ranks", "Beats", "In top 3", "Paid back in time", "Worst tenth", "Adds last", "Fair share"),
        *("After tax", "Regret"),
    )
    assert bare.table.headings == ("Initiative", "Ranks", "In top 3", "Regret")
    assert all(len(row) == len(full.table.headings) for row in full.table.rows)


def test_the_portfolio_shows_pilots_what_binds_and_from_where_the_answer_turns(choice: Edition) -> None:
    section = portfolio(choice)
    assert section is not None and section.table is not None
    rows = {row[0]: row for row in section.table.rows}
    assert section.table.headings[-3:] == ("Cost down to", "Removes", "Budget up to")
    assert rows["Stable app"][5] == "budget; engineering, 2027Q1"
    assert rows["Stable app"][-3:] == ("41k", "43%", "270k") and rows["Bill on time"][-3:] == ("", "", "")
    assert rows["Trial of the stable app"][1:4] == ("pilot", "yes", "2026Q4")
