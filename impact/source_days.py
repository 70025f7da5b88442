"""Days as whole numbers, by arithmetic that every engine has."""

from __future__ import annotations

from typing import Any


def days_since_1970(year: Any, month: Any, day: Any) -> Any:  # noqa: ANN401
    """Days from 1970-01-01 to a day of the calendar, of its year, month and day.

    Source: Hinnant, chrono-compatible low-level date algorithms, days_from_civil.
    """
    early = (month <= 2).ifelse(1, 0)
    year = year - early
    of_year = ((153 * (month + 12 * early - 3) + 2) / 5).floor() + day - 1
    leaps = (year / 4).floor() - (year / 100).floor() + (year / 400).floor()
    return (365 * year + leaps + of_year - 719_468).cast("int64")
