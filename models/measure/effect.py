"""What an initiative did, in the unit of the outcome, and how far that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["randomised", "comparison", "indicative"]
FOUND = 0.05  # two-sided: an effect is called found where its 95% range leaves nil out


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The mean effect on those who got it, over the periods since, per customer.

    `low` to `high` is the 90% range, `p` two-sided against nil, `units` and `treated` count units, `before` and
    `after` periods; `pretrend_p` tells whether treated and others moved alike before (nan: not asked); `placebo`
    is the share of untreated units with as large an "effect", counting the treated itself (nan: not asked).
    `said` is a sentence on what was compared and what was left out.
    """

    method: str
    estimate: float
    se: float
    low: float
    high: float
    grade: Grade
    units: int
    treated: int
    before: int
    after: int
    pretrend_p: float = float("nan")
    placebo: float = float("nan")
    said: str = ""
    p: float = float("nan")

    @property
    def found(self) -> bool:
        """Whether the 95% range leaves nil out; the ranges shown are 90%."""
        return self.p < FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A method that was not used, and the reason."""

    method: str
    reason: str
