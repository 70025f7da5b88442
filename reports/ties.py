"""Which initiatives are one decision: their places in the list, and the words for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reports.records import Row, label, listing, text

NO_GROUP = ("", "0", "0.0", "-1", "-1.0")


def group_of(row: Row) -> str:
    """The tie group of an initiative's row; empty where it has none."""
    told = text(row, "tie_group")
    return "" if told in NO_GROUP else told.removesuffix(".0")


def brackets(rows: Sequence[Row]) -> tuple[str, ...]:
    """How each row of a list is bracketed: `first`, `inner`, `last` of its group's run, empty where it stands alone."""
    groups = [group_of(row) for row in rows]
    out = []
    for place, group in enumerate(groups):
        above = place > 0 and group != "" and groups[place - 1] == group
        below = place + 1 < len(groups) and group != "" and groups[place + 1] == group
        out.append("inner" if above and below else "last" if above else "first" if below else "")
    return tuple(out)


def tied(rows: Sequence[Row]) -> frozenset[str]:
    """The groups of two initiatives or more."""
    count = Counter(group_of(row) for row in rows)
    return frozenset(group for group, many in count.items() if group and many > 1)


def tie_sentences(rows: Sequence[Row]) -> tuple[str, ...]:
    """A sentence a group: which initiatives cannot be told apart."""
    said = []
    for group in dict.fromkeys(group_of(row) for row in rows):
        names = [label(row, "initiative") for row in rows if group and group_of(row) == group]
        if len(names) > 1:
            said.append(f"{listing(names)} are one decision: the data cannot say which of them is worth more.")
    return tuple(said)
