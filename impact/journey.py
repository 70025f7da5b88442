"""The journey as the study names it: stages, touchpoints, personas and pain points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OVERALL = "overall"
# The recommendation score of a study whose overall score is another question: an outcome of its own.
NPS_BESIDE = "overall:nps"
# What the level of a pain point counts where a study is summed to units: it is then a prevalence itself.
PER_CUSTOMER, OF_ANSWERS = "a customer and period", "share of answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of the journey that can be scored. `was` are ids it, or parts of it, went by earlier."""

    stage: str
    name: str
    order: int
    owner: str = ""
    description: str = ""
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Touchpoint:
    """A place where a stage is met, and its channel."""

    touchpoint: str
    stage: str
    name: str
    channel: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A group of customers with its own base, prevalence and effects."""

    persona: str
    name: str
    needs: str = ""
    goals: str = ""
    thinks: str = ""
    feels: str = ""
    says: str = ""
    does: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PainPoint:
    """Something that goes wrong (or delights) in a stage, and how its exposure is measured.

    `measure`: `any` makes a period's rows 0/1, `count` their number, `level` the mean of `amount`.
    `floor` is the level a fix can reach, in `unit`; None means the best decile seen. `was` are ids it went by earlier.
    """

    pain_point: str
    stage: str
    name: str
    touchpoint: str = ""
    owner: str = ""
    kind: Literal["pain", "delight"] = "pain"
    source: Literal["operations", "survey"] = "operations"
    measure: Literal["any", "count", "level"] = "any"
    unit: str = ""
    floor: float | None = None
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A competitor's score of a stage."""

    stage: str
    competitor: str
    score: float
    period: str = ""
    source: str = ""
    n: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What the company wants of the journey, in words and, where stated, as a target."""

    objective: str
    text: str
    metric: str = ""
    target: float | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The journey map: stages in order, and what hangs on them."""

    stages: tuple[Stage, ...]
    pain_points: tuple[PainPoint, ...]
    touchpoints: tuple[Touchpoint, ...] = ()
    personas: tuple[Persona, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    objectives: tuple[Objective, ...] = ()

    def stage_ids(self) -> tuple[str, ...]:
        """Stage ids in journey order."""
        return tuple(stage.stage for stage in self.stages)

    def pain_ids(self) -> tuple[str, ...]:
        """Pain point ids in plan order."""
        return tuple(pain.pain_point for pain in self.pain_points)
