"""What happened to the market or to the survey, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EventKind = Literal["price", "outage", "survey_change", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that bent scores or outcomes from `first` to `last`, ordinals of the ledger's periods.

    `column` and `value` narrow it to the rows that carry the value; blank means all rows.
    """

    event: str
    first: int
    last: int
    kind: EventKind
    treat: Literal["control", "exclude"]
    column: str = ""
    value: str = ""

    @property
    def joins_scores(self) -> bool:
        """Whether scores are joined across it by an estimated shift."""
        return self.kind == "survey_change" and self.treat == "control"
