"""Groups of persons: how small one may be in what leaves, and how a smaller one is written."""

from __future__ import annotations

LEAST_GROUP = 5  # persons: a smaller group is not shown


def persons(count: int) -> str:
    """A count of persons in words: a group under five is told as one, never by its number."""
    return f"fewer than {LEAST_GROUP}" if 0 < count < LEAST_GROUP else f"{count:,}"
