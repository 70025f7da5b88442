"""Everything a study brings, taken in and checked whole before anything is estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from impact.address import SOURCE_CODES
from impact.case import Case, load_case
from impact.checks import Check
from impact.errors import Finding, InputError
from impact.step_downs import review
from impact.study import Study, read_study, settings_not_used

if TYPE_CHECKING:
    from impact.contract import TableReport
    from impact.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A study without faults: its settings, its case, its tables and what was found in them."""

    study: Study
    case: Case
    source: Source
    report: TableReport

    @property
    def checks(self) -> tuple[Check, ...]:
        """Settings not acted on, steps taken down by the plan, and the tables' reviews and passes."""
        unused = settings_not_used(self.study)
        settings = (review("S111", ", ".join(unused), "optional"),) if unused else ()
        return (*settings, *self.case.steps, *self.report.checks)


def take_in(path: Path, overrides: Sequence[str] = ()) -> Intake:
    """The study at a folder or file, with its plan and tables, all checked.

    Raises:
        InputError: every fault of study file, plan and tables at once.
    """
    study, found = read_study(path, overrides)
    findings = list(found)
    if study is None:
        raise InputError(findings)
    case = source = report = None
    try:
        case = load_case(study)
    except InputError as error:
        findings += error.findings
    if study.data.format == "canonical" and not any(finding.code in SOURCE_CODES for finding in found):
        source, report, faults = _tables(study, case)
        findings += faults
    if findings or case is None or source is None or report is None:
        raise InputError(findings)
    return Intake(study=study, case=case, source=source, report=report)


def _tables(study: Study, case: Case | None) -> tuple[Source | None, TableReport | None, tuple[Finding, ...]]:
    from impact.contract import check_tables
    from impact.engine_faults import engine_faults_told
    from impact.source import open_source

    try:
        source = open_source(study)
        with engine_faults_told(source.engine.shown):
            report = check_tables(source, study, case.journey if case else None)
    except InputError as error:
        return None, None, error.findings
    return source, report, report.findings
