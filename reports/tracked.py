"""What `track` found, before it is set in tables and on a page."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from impact.cells.cohort import Cohort
from impact.checks import Check
from impact.initiative import Plan
from impact.record import Record
from impact.study import Study
from models.measured import MeasuredInitiative
from models.misses import Miss
from models.running_sum import Alarm
from models.scores import CurvePoint, GroupScore, Scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The score of the records of a study, oldest first, and what became of the customers of the latest one.

    `groups` begins with all figures together. `misses` are of the latest record, `alarm` of its margin (or revenue)
    over all records, None where nothing with a range can be told. `named` tells that units are stores or accounts.
    `measured` are the outcomes of finished initiatives, `register` the table of benefits.
    """

    study: Study
    plan: Plan
    records: tuple[Record, ...]
    scored: tuple[Scored, ...]
    groups: tuple[GroupScore, ...]
    curve: tuple[CurvePoint, ...]
    alarm: Alarm | None
    misses: tuple[Miss, ...]
    cohort: Cohort
    named: bool
    checks: tuple[Check, ...]
    measured: tuple[MeasuredInitiative, ...] = ()
    register: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def latest(self) -> Record:
        """The record that counts: the latest with a period since."""
        return self.records[-1]

    @property
    def whole(self) -> GroupScore:
        """All figures together."""
        return self.groups[0]
