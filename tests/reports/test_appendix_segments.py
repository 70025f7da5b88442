"""The sections on whose the values are: at most eight segments a column, sums that stay whole, nobody named."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from reports.appendix_segments import MOST_SEGMENTS, THE_REST, by_segment, largest_customers
from reports.edition import Edition
from reports.page import page_html

KINDS = (("base", "", "All money"), ("pain_point", "late_bill", "Bill arrives late"), ("portfolio", "", "Chosen"))


def lines(column: str, segments: int, kinds: tuple[tuple[str, str, str], ...] = KINDS) -> list[dict[str, object]]:
    """A row a segment and thing of value; segment k brings k + 1 of the thousands there are."""
    total = segments * (segments + 1) / 2
    return [
        {
            **{"column": column, "segment": f"<b>{place}</b>", "customers": 100.0 + place, "kind": kind, "id": name},
            **{"name": called, "owner": "", "value": 1000.0 * (place + 1), "p05": 900.0, "p50": 990.0, "p95": 1100.0},
            "share": (place + 1) / total,
        }
        for place in range(segments)
        for kind, name, called in kinds
    ]


def with_tables(edition: Edition, **tables: list[dict[str, object]]) -> Edition:
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return replace(edition, tables={**edition.tables, **frames})


def rows_of(edition: Edition, rows: list[dict[str, object]]) -> tuple[tuple[str, ...], ...]:
    section = by_segment(with_tables(edition, by_segment=rows))
    assert section is not None and section.table is not None
    assert all(len(row) == len(section.table.headings) for row in section.table.rows)
    return section.table.rows


def test_up_to_eight_segments_of_a_column_stand_one_by_one(edition: Edition) -> None:
    rows = rows_of(edition, lines("region", MOST_SEGMENTS))
    assert len(rows) == MOST_SEGMENTS and THE_REST not in {row[1] for row in rows}
    assert rows[0] == ("region", "<b>0</b>", "Bill arrives late 1k", "100", "2.8%", "900", "1k", "1.1k", "2.8%")


def test_more_than_eight_stand_as_seven_and_the_sum_of_the_rest_without_a_range(edition: Edition) -> None:
    rows = rows_of(edition, lines("region", 10))
    assert len(rows) == MOST_SEGMENTS
    assert rows[-1] == (
        *("region", THE_REST, "Bill arrives late 27k", "324"),
        *("49%", "n/a", "27k", "n/a", "49%"),
    )


def test_without_a_portfolio_the_columns_of_it_are_left_out(edition: Edition) -> None:
    rows = rows_of(edition, lines("region", 2, KINDS[:2]))
    assert [len(row) for row in rows] == [5, 5]


def test_a_column_that_tells_nobody_apart_has_no_rows_and_none_of_it_no_section(edition: Edition) -> None:
    both = rows_of(edition, [*lines("persona", 1), *lines("region", 2)])
    assert {row[0] for row in both} == {"region"}
    assert by_segment(with_tables(edition, by_segment=lines("persona", 1))) is None
    assert by_segment(with_tables(edition, by_segment=[])) is None


def test_names_of_segments_are_texts_and_no_markup(edition: Edition) -> None:
    page = page_html(with_tables(edition, by_segment=lines("region", 2)))
    assert "<b>0</b>" not in page and "&lt;b&gt;0&lt;/b&gt;" in page


@pytest.mark.parametrize(("customer", "share", "told"), [("Oslo", 0.12, "12%"), ("", None, "more than 10%")])
def test_a_store_is_named_with_its_share_and_a_person_with_neither(
    edition: Edition, customer: str, share: float | None, told: str
) -> None:
    row = {"kind": "pain_point", "id": "late_bill", "name": "Bill arrives late", "owner": "", "place": 1}
    rows = [
        {**row, "customer": customer, "share": share, "above_limit": 1},
        {**row, "customer": "Rome", "share": 0.04, "above_limit": 0},
    ]
    section = largest_customers(with_tables(edition, concentration=rows))
    assert section is not None and section.table is not None
    assert section.table.rows == (("Bill arrives late", customer or "one customer", told),)
    assert largest_customers(with_tables(edition, concentration=rows[1:])) is None
