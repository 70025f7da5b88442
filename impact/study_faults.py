"""Findings of the study file: what is wrong with a setting, in one place each."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from impact.errors import Finding
from impact.settings import SECTIONS

FILE_NAME = "study.toml"
_BOUND_ERRORS = {
    "greater_than",
    "greater_than_equal",
    "less_than",
    "less_than_equal",
    "finite_number",
    "string_too_short",
    "string_too_long",
    "literal_error",
    "string_pattern_mismatch",
}


def nearest(name: str, known: Sequence[str]) -> str:
    """The known name closest to a mistyped one in words, "" where none is close."""
    found = get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    return found[0] if found else ""


def key_fault(
    name: str, section: type[BaseModel], key: str, faults: list[Any], origin: set[tuple[str, str]]
) -> Finding:
    """The finding of one setting that was not accepted; `origin` holds the settings set by `--set`."""
    place = f"--set {name}.{key}" if (name, key) in origin else f"{FILE_NAME}: [{name}].{key}"
    kinds = {fault["type"] for fault in faults}
    if key not in section.model_fields:
        return _unknown_key(place, key, section)
    allowed = section.model_fields[key].description or ""
    if "missing" in kinds and len(faults[0]["loc"]) == 1:
        return Finding(
            code="S104",
            place=place,
            found="a required setting is not there",
            allowed=allowed,
            remedy=f"add {key} to [{name}]",
        )
    bound = bool(kinds & _BOUND_ERRORS)
    return Finding(
        code="S106" if bound else "S105",
        place=place,
        found=f"{_shown(faults[0]['input'])} is {'out of bounds' if bound else 'of the wrong type'}",
        allowed=allowed,
        remedy="correct it" if section.model_fields[key].is_required() else "correct it, or remove it for the default",
    )


def nested_faults(name: str, key: str, fields: Sequence[str], faults: list[Any]) -> list[Finding]:
    """A finding for each fault of a table of settings such as `[data.items.QID1]`, whose settings are `fields`."""
    findings = []
    for fault in faults:
        inner = [str(part) for part in fault["loc"] if not str(part).startswith("dict[")]
        unknown = fault["type"] == "extra_forbidden"
        near = nearest(inner[-1], fields)
        findings.append(
            Finding(
                code="S103" if unknown else "S106" if fault["type"] in _BOUND_ERRORS else "S105",
                place=f"{FILE_NAME}: [{name}.{'.'.join(inner[:2])}].{'.'.join(inner[2:])}".rstrip("."),
                found="there is no such setting" if unknown else f"{_shown(fault['input'])} does not fit",
                allowed=", ".join(fields) if unknown or len(inner) < 3 else fault["msg"],
                remedy=f"did you mean {near}?" if unknown and near else "remove it" if unknown else f"correct {key}",
            )
        )
    return findings


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def not_a_section(name: str) -> Finding:
    """The finding of a section's name used as a setting."""
    return Finding(
        code="S105",
        place=f"{FILE_NAME}: {name}",
        found=f"{name} is a section and no setting",
        allowed=f"[{name}] on a line of its own, its settings below",
        remedy=f"write [{name}]",
    )


def _unknown_key(place: str, key: str, section: type[BaseModel]) -> Finding:
    near = nearest(key, tuple(section.model_fields))
    elsewhere = [name for name, other in SECTIONS.items() if key in other.model_fields]
    remedy = f"did you mean {near}?" if near else "remove it"
    if elsewhere:
        remedy = f"{key} belongs in [{elsewhere[0]}]"
    return Finding(
        code="S103",
        place=place,
        found="there is no such setting",
        allowed=", ".join(section.model_fields),
        remedy=remedy,
    )


def unknown_section(name: str) -> Finding:
    """The finding of a section that the study file does not have."""
    near = nearest(name, tuple(SECTIONS))
    return Finding(
        code="S103",
        place=f"{FILE_NAME}: [{name}]",
        found="there is no such section",
        allowed=", ".join(SECTIONS),
        remedy=f"did you mean [{near}]?" if near else "remove it",
    )


def override_fault(text: str) -> Finding:
    """The finding of an override that is not SECTION.KEY=VALUE."""
    return Finding(
        code="S109",
        place=f"--set {text}",
        found="this is not SECTION.KEY=VALUE",
        allowed="a setting of the study file and its value",
        remedy="write for example --set portfolio.budget=250000",
    )


def period_fault(kind: str, error: str) -> Finding:
    """The finding of an as_of that is no period of the ledger."""
    return Finding(
        code="S107",
        place=f"{FILE_NAME}: [study].as_of",
        found=error,
        allowed=f"a period of a ledger that steps by {kind}",
        remedy='write it as "2026Q3" (quarter), "2026-09" (month) or "2026" (year)',
    )


def missing_file(place: str, text: str) -> Finding:
    """The finding of a file that is named and not there."""
    return Finding(
        code="S108",
        place=place,
        found=f"there is no file {text!r}",
        allowed="a file that exists; relative paths start at the study file's folder",
        remedy="correct the path or put the file there",
    )


def no_experience() -> Finding:
    """The finding of a study with neither answers nor incidents."""
    return Finding(
        code="S104",
        place=f"{FILE_NAME}: [data].responses",
        found="neither responses nor incidents are named",
        allowed="responses, incidents or both",
        remedy="name the table of survey answers or the table of incidents",
    )
