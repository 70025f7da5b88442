"""A scenario as a case of its own."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.limits import Limits
from scenarios.worth import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A scenario: its case and limits; `revenue_per_margin` is None where the study has no margin."""

    name: str
    case: Case
    limits: Limits
    revenue_per_margin: float | None
