"""The study file: every setting of `study.toml`, read, checked and frozen."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from impact.address import EMBEDDED, names_file, source_faults, table_faults
from impact.columns import names_of
from impact.errors import Finding, InputError
from impact.formats.adapters import CANONICAL, default_format
from impact.periods import PERIODS_A_YEAR, PeriodKind, parse_period
from impact.settings import (
    SECTIONS,
    DataSection,
    FinanceSection,
    ItemSection,
    ModelSection,
    PlanSection,
    PortfolioSection,
    StudySection,
    SurveySection,
)
from impact.study_faults import (
    FILE_NAME,
    key_fault,
    missing_file,
    nearest,
    nested_faults,
    no_experience,
    not_a_section,
    override_fault,
    period_fault,
    unknown_section,
)
from impact.study_formats import format_faults, is_folder_format

_TABLE_KEYS = ("responses", "customers", "ledger", "incidents", "events", "assignments")
_FILE_KEYS = (
    ("study", "truth"),
    *(("data", key) for key in _TABLE_KEYS),
    *(("finance", key) for key in ("rates", "control_totals", "outlook")),
    # what was measured is written by a later command: a first run has none yet, and says so
    *(("plan", key) for key in PlanSection.model_fields if key != "measured"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study file as read: one attribute a section, and where the file lies."""

    study: StudySection
    data: DataSection
    survey: SurveySection
    finance: FinanceSection
    model: ModelSection
    plan: PlanSection
    portfolio: PortfolioSection
    path: Path

    @property
    def folder(self) -> Path:
        """The folder that relative paths start at."""
        return self.path.parent

    @property
    def period_kind(self) -> PeriodKind:
        """The ledger's step."""
        return self.study.period

    @property
    def periods_a_year(self) -> int:
        """Ledger periods in a year: 4, 12 or 1."""
        return PERIODS_A_YEAR[self.study.period]

    @property
    def as_of(self) -> int:
        """The ordinal of the last period with data."""
        return parse_period(self.study.as_of, self.study.period)

    @property
    def horizon_periods(self) -> int:
        """Ledger periods that value is counted over, at least 1."""
        return max(1, round(self.study.horizon_quarters * self.periods_a_year / 4))

    def format_of(self, table: str) -> str:
        """The format that a data table is read by, "canonical" where the study says none."""
        return default_format(self.data.format, table)

    def located(self, text: str) -> tuple[Path, str]:
        """The path a setting names, and the sheet after `#` ("" where it names none)."""
        file, _, sheet = text.partition("#")
        return self.folder / file, sheet


def load_study(path: Path, overrides: Sequence[str] = ()) -> Study:
    """The study at a folder or file, with `KEY=VALUE` overrides such as `portfolio.budget=1e6` set.

    Raises:
        InputError: every fault of the file at once.
    """
    study, findings = read_study(path, overrides)
    if findings or study is None:
        raise InputError(findings)
    return study


def read_study(path: Path, overrides: Sequence[str] = ()) -> tuple[Study | None, tuple[Finding, ...]]:
    """The study and its faults; settings at fault fall back to their defaults, None where that cannot be done."""
    file = path / FILE_NAME if path.is_dir() else path
    raw, findings = _read_toml(file)
    if raw is None:
        return None, tuple(findings)
    origin, wrong = _apply(raw, overrides)
    findings += wrong
    sections: dict[str, Any] = {}
    findings += [unknown_section(name) for name in raw if name not in SECTIONS]
    for name, section in SECTIONS.items():
        sections[name], faults = _section(name, section, raw.get(name, {}), origin)
        findings += faults
    if any(section is None for section in sections.values()):
        return None, tuple(findings)
    study = Study(path=file, **sections)
    try:
        parse_period(study.study.as_of, study.period_kind)
    except ValueError as error:
        return None, (*findings, period_fault(study.period_kind, str(error)))
    return study, (*findings, *_cross_faults(study))


def settings_not_used(study: Study) -> tuple[str, ...]:
    """Names of the settings that were set, are valid, and that this version does not act on."""
    names = []
    if study.data.timezone is not None and not any(study.format_of(key) != CANONICAL for key in _TABLE_KEYS):
        names.append("data.timezone")
    if "inactive_after" in study.study.model_fields_set and study.study.relationship != "repeat":
        names.append("study.inactive_after (relationship is not repeat)")
    return tuple(names)


def _read_toml(file: Path) -> tuple[dict[str, Any] | None, list[Finding]]:
    if not file.is_file():
        missing = Finding(
            code="S101",
            place=str(file),
            found="there is no study file",
            allowed=f"a folder that holds {FILE_NAME}, or that file",
            remedy="check the path, or make a study with cx-impact init DIR",
        )
        return None, [missing]
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig")), []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        broken = Finding(
            code="S102",
            place=file.name,
            found=f"the file cannot be read: {error}",
            allowed="TOML in UTF-8",
            remedy="correct the line named; texts stand in double quotes, lists in [ ]",
        )
        return None, [broken]


def _apply(raw: dict[str, Any], overrides: Sequence[str]) -> tuple[set[tuple[str, str]], list[Finding]]:
    origin: set[tuple[str, str]] = set()
    findings = []
    for text in overrides:
        key, equals, value = text.partition("=")
        parts = [part.strip() for part in key.split(".")]
        if not equals or len(parts) < 2 or not all(parts):
            findings.append(override_fault(text))
            continue
        target = raw
        for part in parts[:-1]:
            inner = target.get(part)
            target[part] = inner if isinstance(inner, dict) else {}
            target = target[part]
        target[parts[-1]] = _toml_value(value.strip())
        origin.add((parts[0], parts[1]))
    return origin, findings


def _toml_value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _section(
    name: str, section: type[BaseModel], raw: object, origin: set[tuple[str, str]]
) -> tuple[BaseModel | None, list[Finding]]:
    if not isinstance(raw, dict):
        return None, [not_a_section(name)]
    try:
        return section.model_validate(raw), []
    except ValidationError as error:
        by_key: dict[str, list[Any]] = {}
        for fault in error.errors(include_url=False):
            by_key.setdefault(str(fault["loc"][0]), []).append(fault)
    nested = by_key.get("items", []) if name == "data" and isinstance(raw.get("items"), dict) else []
    findings = nested_faults(name, "the item", tuple(ItemSection.model_fields), nested)
    findings += [
        key_fault(name, section, key, faults, origin)
        for key, faults in by_key.items()
        if not (nested and key == "items")
    ]
    kept = {key: value for key, value in raw.items() if key not in by_key}
    try:
        return section.model_validate(kept), findings
    except ValidationError:
        return None, findings


def _cross_faults(study: Study) -> list[Finding]:
    findings = [*_not_available(study), *source_faults(study.data.source), *format_faults(study)]
    findings += _column_faults(study)
    for key in _TABLE_KEYS:
        findings += table_faults(study.data.source, key, getattr(study.data, key) or "")
    for section, key in _FILE_KEYS:
        text = getattr(getattr(study, section), key)
        if not isinstance(text, str) or not _is_ours(study, section, text):
            continue
        if not (study.located(text)[0].is_file() or is_folder_format(study, section, key)):
            findings.append(missing_file(f"{FILE_NAME}: [{section}].{key}", text))
    if study.data.responses is None and study.data.incidents is None:
        findings.append(no_experience())
    if study.portfolio.objective == "floor" and study.portfolio.floor is None:
        findings.append(
            Finding(
                code="S104",
                place=f"{FILE_NAME}: [portfolio].floor",
                found='objective is "floor" and no floor is set',
                allowed="a probability between 0 and 1",
                remedy="set floor, for example 0.8",
            )
        )
    return findings


def _is_ours(study: Study, section: str, text: str) -> bool:
    """Whether a setting names a file that this machine must have, and not a table at the source."""
    return section != "data" or study.data.source == EMBEDDED or (names_file(text) and "://" not in text)


def _not_available(study: Study) -> list[Finding]:
    asked = []
    if study.format_of("responses") == CANONICAL:
        remedy = "reverse the scores so that high is good"
        asked.append(("scale_direction", study.data.scale_direction, "high_is_good", remedy))
    return [
        Finding(
            code="S110",
            place=f"{FILE_NAME}: [data].{key}",
            found=f"{value!r} is not available in this version",
            allowed=f'"{available}"',
            remedy=remedy,
        )
        for key, value, available, remedy in asked
        if value != available
    ]


def _column_faults(study: Study) -> list[Finding]:
    findings = []
    extra = (*study.model.controls, *study.study.report_by, *([study.model.size] if study.model.size else []))
    extra = (*extra, *study.data.unit, *([study.model.cluster] if study.model.cluster else []))
    for table, mapping in study.data.columns.items():
        known = (*names_of(table), *extra)
        for name in mapping:
            if name not in known:
                near = nearest(name, known)
                findings.append(
                    Finding(
                        code="S103",
                        place=f"{FILE_NAME}: [data.columns.{table}].{name}",
                        found=f"{table} has no such column",
                        allowed=", ".join(known),
                        remedy=f"did you mean {near}?" if near else "remove it",
                    )
                )
    return findings
