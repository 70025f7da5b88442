"""The certificate of a rate: what finance signs, for how long, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass

from models.calibration.slopes import Grade, Outcome
from models.sensitivity.answers import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One headline rate as it is offered for signature.

    `rate`, `low`, `high` as in its slope (90%); `point` is the point in words; `window` the first and last
    period of the outcomes used, in words; `data_hash` of every input file; `kept` the share of the effect
    that is kept by its grade (mean). `blocked` is empty, or why no grade is given. `valid_until` is a period.
    """

    outcome: Outcome
    term: str
    rate: float
    low: float
    high: float
    point: str
    window: tuple[str, str]
    data_hash: str
    answers: tuple[Answer, ...]
    grade: Grade
    kept: float
    blocked: str
    valid_until: str
