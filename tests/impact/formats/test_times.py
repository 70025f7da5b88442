"""Times of exports: one clock, and what is no time left as it is."""

from __future__ import annotations

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.errors import InputError
from impact.formats.times import US_TIMES, in_utc, is_zone, us_dates_as_iso

TIMES = {
    "2026-07-01 00:30:00": "2026-06-30T22:30:00",  # summer
    "2026-01-01 00:30:00": "2025-12-31T23:30:00",  # winter
    "2026-03-29 02:30:00": "2026-03-29T01:00:00",  # an hour that the clocks skip
    "2026-10-25 02:30:00": "2026-10-25T00:30:00",  # an hour that they repeat: the earlier
    "2026-01-01T00:30:00Z": "2026-01-01T00:30:00",
    "2026-01-01 00:30:00-05:00": "2026-01-01T05:30:00",
    "06/30/2026 12:05:00 PM": "2026-06-30T10:05:00",
    "2026-09-30": "2026-09-30",
    "2026Q3": "2026Q3",
    "2026-09": "2026-09",
    "yesterday": "yesterday",
    "30/06/2026 12:05": "30/06/2026 12:05",
}


def read(texts: list[str | None], zone: str | None) -> list[str | None]:
    found: list[str | None] = in_utc(pyarrow.array(texts, type=pyarrow.string()), zone, "here", US_TIMES).to_pylist()
    return found


def test_every_written_form_becomes_one_clock_or_stays_to_be_reported() -> None:
    assert dict(zip(TIMES, read(list(TIMES), "Europe/Berlin"), strict=True)) == TIMES
    assert read([None], None) == [None]


@pytest.mark.parametrize("text", ["2026-07-01 00:30:00", "06/30/2026 12:05:00 PM"])
def test_a_clock_without_a_zone_is_a_finding(text: str) -> None:
    with pytest.raises(InputError, match="D405"):
        read(["2026-09-30", text], None)


def test_what_says_its_zone_or_has_no_clock_needs_none() -> None:
    assert read(["2026-09-30", "2026-01-01T00:30:00Z", "2026Q3", None], None)[1] == "2026-01-01T00:30:00"


def test_a_bare_date_with_the_month_first_is_turned_round() -> None:
    assert us_dates_as_iso(pyarrow.array(["9/30/2026", "2026-09-30", None])).to_pylist() == [
        "2026-9-30",
        "2026-09-30",
        None,
    ]


def test_zones_are_known_by_their_full_names() -> None:
    assert [is_zone(name) for name in ("Europe/Berlin", "UTC", "Berlin", "../../etc/passwd", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@given(st.lists(st.none() | st.text(max_size=30), max_size=8))
def test_no_text_is_lost_or_raises(texts: list[str | None]) -> None:
    found = read(texts, "America/New_York")
    assert [one is None for one in found] == [one is None for one in texts]
