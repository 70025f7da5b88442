"""One row of the plan's scenarios: which lever is moved, by how much, when and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal["multiply", "add", "set"]

BASE = "base"  # the name of what is no scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one scenario does to one lever.

    `of` is what the lever is of: a pain point, a team or a persona; blank for the others. `first` and `last` are
    period ordinals of the ledger, None for the first and the last of the horizon; `persona` is blank for everybody.
    """

    scenario: str
    lever: str
    value: float
    of: str = ""
    how: How = "multiply"
    first: int | None = None
    last: int | None = None
    persona: str = ""

    @property
    def label(self) -> str:
        """The lever as the plan writes it."""
        return f"{self.lever}:{self.of}" if self.of else self.lever

    @property
    def neutral(self) -> bool:
        """Whether it changes nothing, whatever the data. Nobody joins in the base: to multiply that is a change."""
        if self.how == "add":
            return self.value == 0
        return self.how == "multiply" and self.lever != "acquisition" and self.value == 1
