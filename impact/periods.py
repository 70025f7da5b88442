"""Periods of the ledger as whole numbers, so that time order and lags are plain arithmetic."""

from __future__ import annotations

import datetime
import re
from typing import Literal

PeriodKind = Literal["quarter", "month", "year"]
PERIODS_A_YEAR: dict[str, int] = {"quarter": 4, "month": 12, "year": 1}

_FORMS = (
    re.compile(r"^(?P<year>\d{4})-?[Qq](?P<quarter>[1-4])$"),
    re.compile(r"^(?P<year>\d{4})-(?P<month>\d{1,2})(-(?P<day>\d{1,2})([T ].*)?)?$"),
    re.compile(r"^(?P<year>\d{4})$"),
)


def parse_period(text: str, kind: PeriodKind) -> int:
    """The ordinal of a period: years since 0 times periods a year, plus the place in the year.

    Reads `2026Q3`, `2026-Q3`, `2026-09`, `2026` and ISO dates. A finer text falls into the period
    that holds it (`2026-09` is `2026Q3` in a quarterly ledger); a coarser one is refused.

    Raises:
        ValueError: the text is no period, or coarser than the ledger's step.
    """
    for form in _FORMS:
        found = form.match(str(text).strip())
        if found:
            return _ordinal(found.groupdict(), kind, text)
    raise ValueError(f"{text!r} is not a period; write 2026Q3, 2026-09, 2026 or a date")


def _ordinal(parts: dict[str, str | None], kind: PeriodKind, text: str) -> int:
    year = int(parts["year"] or 0)
    month = parts.get("month")
    if kind == "year" and month is None:
        return year
    if month is not None:
        number = int(month)
        if not 1 <= number <= 12:
            raise ValueError(f"{text!r} names no month of the year")
        _check_day(year, number, parts.get("day"), text)
        return (year * 12 + number - 1) * PERIODS_A_YEAR[kind] // 12
    quarter = parts.get("quarter")
    if quarter is not None and kind == "quarter":
        return year * 4 + int(quarter) - 1
    raise ValueError(f"{text!r} is coarser than the ledger's step, a {kind}")


def _check_day(year: int, month: int, day: str | None, text: str) -> None:
    try:
        datetime.date(year, month, int(day or 1))
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar") from None


def first_whole_period(text: str, kind: PeriodKind) -> int:
    """The ordinal of the first period that begins on or after a date: whole periods are counted from it.

    Raises:
        ValueError: the text is no period, or coarser than the ledger's step.
    """
    ordinal = parse_period(text, kind)
    date = _FORMS[1].match(str(text).strip())
    if date is None:
        return ordinal
    months = 12 // PERIODS_A_YEAR[kind]
    begins = (int(date["month"]) - 1) % months == 0 and int(date["day"] or 1) == 1
    return ordinal if begins else ordinal + 1


def day_of(text: str) -> int | None:
    """Days from 1970-01-01 to the day that a text names; None where it names a longer time, or no day."""
    found = _FORMS[1].match(str(text).strip())
    if found is None or found["day"] is None:
        return None
    try:
        date = datetime.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    return (date - datetime.date(1970, 1, 1)).days


def period_label(ordinal: int, kind: PeriodKind) -> str:
    """The text of an ordinal: `2026Q3`, `2026-09` or `2026`."""
    if kind == "year":
        return str(ordinal)
    if kind == "month":
        return f"{ordinal // 12}-{ordinal % 12 + 1:02d}"
    return f"{ordinal // 4}Q{ordinal % 4 + 1}"
