"""What could be done: initiatives, what they cost by period, and which pain points they fix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from impact.event import Event
from impact.evidence import Evidence
from impact.lever import Change
from impact.rollout import Rollout

Status = Literal["proposed", "approved", "live", "done", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """One thing the company could fund. Money in the study's currency, times in quarters.

    `cost` is one-off cash spread evenly over `duration` quarters from the start; None where the plan
    gives none. `cost_low` and `cost_high` are P10 and P90. `run_cost` and `other_benefit` are a
    quarter, from go-live. `earliest` and `start` are period ordinals of the ledger. `delivery` is the
    chance that it is delivered at all, `delay_low` and `delay_high` P10 and P90 of how late it goes live,
    `decay` the share of its fix that is lost a year. `budget_line` is where its benefit would be booked.
    """

    initiative: str
    name: str
    cost: float | None
    cost_low: float | None = None
    cost_high: float | None = None
    run_cost: float = 0.0
    owner: str = ""
    earliest: int | None = None
    start: int | None = None
    duration: int = 1
    ramp: float = 0.0
    capacity: dict[str, float] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    mandatory: bool = False
    status: Status = "proposed"
    actual_start: int | None = None
    actual_cost: float | None = None
    cashable: float = 1.0
    other_benefit: float = 0.0
    delivery: float = 1.0
    delay_low: float | None = None
    delay_high: float | None = None
    decay: float = 0.0
    budget_line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """Capital and running cost of an initiative in one period; replaces the even spread."""

    initiative: str
    period: int
    capex: float
    opex: float
    actual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A share of occurrences that was seen to be removed, with its standard error; `pilot` where by experiment."""

    share: float
    se: float
    pilot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Share of a pain point's occurrences an initiative removes: P05, P50, P95, each 0..1.

    These are as the plan states them; `measured` is what evidence says of the same share.
    """

    initiative: str
    pain_point: str
    low: float
    likely: float
    high: float
    persona: str = ""
    assumed: bool = False
    measured: tuple[Removed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """Something to learn before deciding: a pilot of an initiative, or more answers in a stage.

    `target` is the initiative or the stage. `n` customers take part, or answers are added; None where the plan does
    not say. `duration` in quarters until the result is known. `cost` in money.
    """

    pilot: str
    kind: Literal["pilot", "survey"]
    target: str
    cost: float
    n: float | None = None
    name: str = ""
    owner: str = ""
    duration: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that could be done, as the plan tables state it."""

    initiatives: tuple[Initiative, ...]
    fixes: tuple[Fix, ...]
    costs: tuple[CostRow, ...] = ()
    events: tuple[Event, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    pilots: tuple[Pilot, ...] = ()
    rollouts: tuple[Rollout, ...] = ()
    scenarios: tuple[Change, ...] = ()

    def ids(self) -> tuple[str, ...]:
        """Initiative ids in plan order."""
        return tuple(item.initiative for item in self.initiatives)
