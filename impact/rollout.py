"""Who got an initiative when, as the plan's table of rollouts states it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Arm = Literal["treated", "control"]
ARMS: tuple[Arm, ...] = ("treated", "control")
NEVER = 2**31 - 1  # the start of a group that never got it
BEGUN = ("live", "done")  # the status of an initiative that somebody can have got


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """One group of customers that got an initiative: those whose `column` of ledger or customers holds `value`.

    `first` is the ordinal of the first period with it, `randomised` whether chance decided which groups got it, and
    when. Values that no row names never got it.
    """

    initiative: str
    column: str
    value: str
    first: int
    randomised: bool = False
