"""Findings of `[data] format` and of what it asks: names that are known, tables it fills, a file or a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from impact.errors import Finding
from impact.formats.adapters import CANONICAL, FORMATS
from impact.study_faults import FILE_NAME, nearest

if TYPE_CHECKING:
    from impact.study import Study


def format_faults(study: Study) -> list[Finding]:
    """Every fault of the formats that the study names."""
    asked = study.data.format
    by_table = {"": asked} if isinstance(asked, str) else dict(asked)
    findings = [
        fault
        for table, name in by_table.items()
        for fault in (_unknown(table, name) or _not_filled(study, table, name))
    ]
    return findings or [*_kinds(study), *_zone(study), *_unused(study)]


def is_folder_format(study: Study, section: str, key: str) -> bool:
    """Whether the setting names a folder that its table's format reads."""
    if section != "data" or study.format_of(key) not in FORMATS:
        return False
    return FORMATS[study.format_of(key)].folder and study.located(getattr(study.data, key))[0].is_dir()


def _unknown(table: str, name: str) -> list[Finding]:
    if name == CANONICAL or name in FORMATS:
        return []
    near = nearest(name, (CANONICAL, *FORMATS))
    other = "rename the columns, or map them in [data.columns.TABLE]"
    return [
        Finding(
            code="S110",
            place=f"{FILE_NAME}: [data].format" + (f" {table}" if table else ""),
            found=f"{name!r} is no format that is read",
            allowed=", ".join((CANONICAL, *FORMATS)),
            remedy=f"did you mean {near}?" if near else other,
        )
    ]


def _not_filled(study: Study, table: str, name: str) -> list[Finding]:
    """The finding of a format that cannot fill the table it is asked for, or whose table is not named."""
    if name == CANONICAL:
        return []
    fills = FORMATS[name].tables
    if table and table not in fills:
        found = f"{name} holds no {table}"
    elif getattr(study.data, table or fills[0]) is None:
        found = f"{name} fills {table or fills[0]}, and [data] names no {table or fills[0]}"
    else:
        return []
    return [
        Finding(
            code="D416",
            place=f"{FILE_NAME}: [data].format" + (f" {table}" if table else ""),
            found=found,
            allowed=f"{name} for {' or '.join(fills)}",
            remedy=f'write format = {{ {fills[0]} = "{name}" }} and name the export in {fills[0]}',
        )
    ]


def _kinds(study: Study) -> list[Finding]:
    """The finding of each file where a folder is read."""
    findings = []
    for table in ("responses", "ledger", "customers"):
        name, text = study.format_of(table), getattr(study.data, table)
        if name in FORMATS and text and FORMATS[name].folder and study.located(text)[0].is_file():
            findings.append(
                Finding(
                    code="D417",
                    place=f"{FILE_NAME}: [data].{table}",
                    found=f"{text} is a file, and {name} comes as several",
                    allowed=f"the folder that holds the files of the {name} export",
                    remedy="name the folder",
                )
            )
    return findings


def _zone(study: Study) -> list[Finding]:
    from impact.formats.times import is_zone

    zone = study.data.timezone
    if zone is None or is_zone(zone):
        return []
    return [
        Finding(
            code="D405",
            place=f"{FILE_NAME}: [data].timezone",
            found=f"{zone[:40]!r} is no time zone",
            allowed='a name such as "Europe/Berlin", "America/New_York" or "UTC"',
            remedy="correct it; abbreviations such as CET or EST do not say when clocks change",
        )
    ]


def _unused(study: Study) -> list[Finding]:
    """The finding of items where no table is read by a format that has any."""
    with_items = {"responses", "events"}
    if not study.data.items or any(study.format_of(table) != CANONICAL for table in with_items):
        return []
    return [
        Finding(
            code="D425",
            place=f"{FILE_NAME}: [data.items]",
            found="items are mapped, and no table is read by a format that has any",
            allowed="items beside a format for responses or events",
            remedy='set format in [data], for example format = "qualtrics", or remove the items',
        )
    ]
