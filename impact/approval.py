"""Approvals: who signed which rate or portfolio of which run, kept beside the run and only ever added to."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from impact.errors import Finding, InputError

What = Literal["rate", "portfolio"]
FILE_NAME = "approvals.json"
SCHEMA = "cx-impact/approvals/1"
_KEYS = {"what", "by", "at", "valid_until", "note", "run_id", "as_of", "files", "inputs", "rates"}
_LATER = {"haircut"}  # not in what earlier versions signed


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedRate:
    """One rate as it was signed: per `point`, in the unit of its outcome, with its 90% range and its grade."""

    outcome: str
    term: str
    rate: float
    low: float
    high: float
    point: str
    grade: str
    data_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One signature: by whom, when (UTC), of which run, until which period, and the hashes of what was signed.

    `haircut` is the prior of the share kept of an effect, in words, as it was signed with the rates.
    """

    what: What
    by: str
    at: str
    valid_until: str
    note: str
    run_id: str
    as_of: str
    files: dict[str, str]
    inputs: dict[str, str]
    rates: tuple[ApprovedRate, ...]
    haircut: str = ""


def read_approvals(run: Path) -> tuple[Approval, ...]:
    """The approvals kept in a run's folder, oldest first; none where nobody signed.

    Raises:
        InputError: the file is there and is not as an approval left it.
    """
    file = run / FILE_NAME
    if not file.exists():
        return ()
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if record["schema"] != SCHEMA:
            raise ValueError(f"its schema is {record['schema']!r}")
        return tuple(_approval(row) for row in record["approvals"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError([_unreadable(file, error)]) from error


def _approval(row: dict[str, Any]) -> Approval:
    if set(row) - _LATER != _KEYS or row["what"] not in ("rate", "portfolio"):
        raise ValueError(f"it holds an approval with {', '.join(sorted((set(row) - _LATER) ^ _KEYS)) or row['what']}")
    rates = tuple(ApprovedRate(**rate) for rate in row["rates"])
    return Approval(**{**row, "rates": rates})


def add_approval(run: Path, approval: Approval) -> Path:
    """The file after an approval was added to those kept in it, written in one move.

    Raises:
        InputError: what is kept there cannot be read; nothing is written.
    """
    kept = (*read_approvals(run), approval)
    file = run / FILE_NAME
    text = json.dumps({"schema": SCHEMA, "approvals": [asdict(one) for one in kept]}, indent=1, ensure_ascii=False)
    handle, draft = tempfile.mkstemp(prefix=f".{FILE_NAME}-", dir=run)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(0o644)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return file


def file_hashes(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 (hex) of files in a folder by their path in it; those that are not there are left out."""
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names if (folder / name).is_file()
    }


def _unreadable(file: Path, error: Exception) -> Finding:
    return Finding(
        code="A108",
        place=str(file),
        found=f"it cannot be read as a record of approvals: {error}",
        allowed="the file as the last approval left it",
        remedy="put it back as it was, or move it away and approve again",
    )
