"""What leaves the engine of an initiative's rollout: its units by period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MET_ANY = "met_any"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutCells:
    """The units of one initiative by period.

    `by` is the column that groups it, or "assignments". `units`: unit, treated_from (`NEVER` for none), customers,
    cluster. `cells`: unit, t, and of every measure its mean and `n__` how many customers stand behind it, blank and
    0 where fewer than may be shown: leaving, revenue, margin, score__STAGE, met__PAIN (share who met it), met_any (any
    of those that the initiative fixes). Only customers who were there before the start count: `late` came after.
    `small` units were too small to be shown even together, `blank` cells were; `ends_known` says that some of the
    customers had left before the start; where none had, as in a list drawn of those still there, leaving of before the
    last period before the start is nil by construction.
    """

    initiative: str
    by: str
    randomised: bool
    first: int
    units: pd.DataFrame
    cells: pd.DataFrame
    late: int
    small: int
    blank: int
    ends_known: bool


def score_measure(stage: str) -> str:
    """The column of a stage's score."""
    return f"score__{stage}"


def met_measure(pain_point: str) -> str:
    """The column of the share who met a pain point."""
    return f"met__{pain_point}"
