"""Which initiatives are one decision, because the joint draws do not tell their order."""

from __future__ import annotations

import numpy as np

AHEAD = 0.8  # of futures, as a verdict of fund asks for: 16 of 20


def tie_groups(worth: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """The group of each initiative `(initiative,)`, 1 the highest; those of one group are one decision.

    Down the ranking, an initiative joins the group above it unless a member of that group is ahead of it in 16 of 20
    futures or more. So no two of a group are told apart, groups do not overlap, and each is a stretch of the ranking.

    Args:
        worth: joint draws of what is ranked `(initiative, draw)`.
        rank: place of each, 1 the highest.
    """
    group = np.zeros(len(rank), dtype=int)
    members: list[int] = []
    number = 0
    for i in np.argsort(rank, kind="stable"):
        if not members or any(ahead(worth[above], worth[i]) >= AHEAD for above in members):
            number, members = number + 1, []
        members.append(int(i))
        group[i] = number
    return group


def ahead(one: np.ndarray, other: np.ndarray) -> float:
    """The share of futures in which the first is worth more than the second."""
    return float((one > other).mean())
