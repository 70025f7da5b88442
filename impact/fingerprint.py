"""The hashes of what a study reads, so that an answer can be tied to its inputs."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from impact.columns import TABLES

if TYPE_CHECKING:
    from impact.study import Study

READING_SECTIONS = ("study", "data", "plan", "finance")


def input_hashes(study: Path) -> dict[str, str]:
    """SHA-256 (hex) of the study file and of every file it names, by path as the study writes it.

    `study` is the folder or the file. What is missing or cannot be read is left out, so that a
    faulty study has hashes too.
    """
    file = study / "study.toml" if study.is_dir() else study
    if not file.is_file():
        return {}
    hashes = {file.name: _sha256(file)}
    for name in sorted(set(_named_files(file))):
        path = file.parent / name
        if path.is_file():
            hashes[name] = _sha256(path)
    for name in sorted(set(_named_folders(file))):
        for path in sorted((file.parent / name).glob("*.csv")):
            hashes[f"{name}/{path.name}"] = _sha256(path)
    return hashes


def run_id(hashes: Mapping[str, str], seed: int, settings: str) -> str:
    """Twelve hex digits that change with any input, setting or the seed."""
    text = "".join(f"{name}:{digest};" for name, digest in sorted(hashes.items())) + f"{seed};{settings}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def run_of(study: Study, hashes: Mapping[str, str]) -> str:
    """The id of a run of a study, the same wherever the study lies and however its path is written."""
    return run_id(hashes, study.study.seed, repr(replace(study, path=Path(study.path.name))))


def _named_files(file: Path) -> Iterator[str]:
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return
    for section in READING_SECTIONS:
        for text in _texts(settings.get(section)):
            name = text.partition("#")[0]
            if name and "://" not in name:
                yield name


def _named_folders(file: Path) -> Iterator[str]:
    """The folders that hold an export of several files, as `[data]` names them."""
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return
    data = settings.get("data")
    for table in TABLES:
        name = data.get(table) if isinstance(data, dict) else None
        if isinstance(name, str) and (file.parent / name).is_dir():
            yield name


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
