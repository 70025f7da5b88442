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
from impact.ids import key_faults
from impact.step_downs import in_units, review, stands_in
from impact.study import Study, read_study, settings_not_used
from impact.study_formats import format_faults

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
        return _checks(self.study, self.case, self.report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A study as far as it could be read, None for each part that could not, with every fault found."""

    study: Study | None
    case: Case | None
    source: Source | None
    report: TableReport | None
    findings: tuple[Finding, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of the parts that could be read."""
        return _checks(self.study, self.case, self.report)

    def taken_in(self) -> Intake:
        """The study without faults.

        Raises:
            InputError: every fault of study file, plan and tables at once.
        """
        study, case, source, report = self.study, self.case, self.source, self.report
        if self.findings or study is None or case is None or source is None or report is None:
            raise InputError(self.findings)
        return Intake(study=study, case=case, source=source, report=report)


def _checks(study: Study | None, case: Case | None, report: TableReport | None) -> tuple[Check, ...]:
    unused = settings_not_used(study) if study else ()
    settings = (review("S111", ", ".join(unused), "optional"),) if unused else ()
    return (*settings, *(case.steps if case else ()), *(report.checks if report else ()))


def take_in(path: Path, overrides: Sequence[str] = ()) -> Intake:
    """The study at a folder or file, with its plan and tables, all checked.

    Raises:
        InputError: every fault of study file, plan and tables at once.
    """
    return inspect_study(path, overrides).taken_in()


def inspect_study(path: Path, overrides: Sequence[str] = ()) -> Inspection:
    """The study at a folder or file as far as it can be read, with every fault of study file, plan and tables."""
    study, found = read_study(path, overrides)
    findings = list(found)
    case = source = report = None
    if study is not None:
        findings += key_faults(study)
        try:
            case = load_case(study)
        except InputError as error:
            findings += error.findings
        if not any(finding.code in SOURCE_CODES for finding in found) and not format_faults(study):
            source, report, faults = _tables(study, case)
            findings += faults
        if case is not None and study.data.unit:
            case = in_units(case)
    return Inspection(study=study, case=case, source=source, report=report, findings=tuple(findings))


def _tables(study: Study, case: Case | None) -> tuple[Source | None, TableReport | None, tuple[Finding, ...]]:
    from impact.contract import check_tables
    from impact.engine_faults import engine_faults_told
    from impact.source import open_source
    from impact.source_aside import without_incidents

    try:
        source = open_source(study, case)
        with engine_faults_told(source.engine.shown):
            if case is None:
                report = check_tables(source, study, None)
                return source, report, report.findings
            if stands_in(case.journey) and source.responses is not None:
                source = without_incidents(source)
            report = check_tables(source, study, case.journey, case.plan)
    except InputError as error:
        return None, None, error.findings
    return source, report, report.findings
