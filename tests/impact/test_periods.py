"""Periods as whole numbers."""

from __future__ import annotations

import pytest

from impact.periods import PeriodKind, first_whole_period, parse_period, period_label


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("2026Q3", "quarter", "2026Q3"),
        ("2026-Q3", "quarter", "2026Q3"),
        ("2026-09", "quarter", "2026Q3"),
        ("2026-09-30", "month", "2026-09"),
        ("2026-09-30T23:59:59", "year", "2026"),
        ("2026", "year", "2026"),
    ],
)
def test_a_period_reads_as_the_one_that_holds_it(text: str, kind: PeriodKind, label: str) -> None:
    assert period_label(parse_period(text, kind), kind) == label


@pytest.mark.parametrize(
    ("text", "kind"),
    [("soon", "quarter"), ("2026", "quarter"), ("2026Q3", "month"), ("2026-13", "quarter"), ("2026-02-31", "month")],
)
def test_a_text_that_is_no_period_of_the_ledger_is_refused(text: str, kind: PeriodKind) -> None:
    with pytest.raises(ValueError, match=text):
        parse_period(text, kind)


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("2026-07-01", "quarter", "2026Q3"),
        ("2026-07-02", "quarter", "2026Q4"),
        ("2026-08", "quarter", "2026Q4"),
        ("2026-07", "quarter", "2026Q3"),
        ("2026Q3", "quarter", "2026Q3"),
        ("2026-01-01", "year", "2026"),
        ("2026-05-01", "year", "2027"),
        ("2026-05-15", "month", "2026-06"),
    ],
)
def test_whole_periods_are_counted_from_the_first_that_begins_on_or_after_a_date(
    text: str, kind: PeriodKind, label: str
) -> None:
    assert period_label(first_whole_period(text, kind), kind) == label


def test_periods_that_follow_one_another_are_numbers_that_follow_one_another() -> None:
    assert parse_period("2027Q1", "quarter") - parse_period("2026Q4", "quarter") == 1
    assert parse_period("2027-01", "month") - parse_period("2026-12", "month") == 1
