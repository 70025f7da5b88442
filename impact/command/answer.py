"""The answer of a verb as one JSON object, with the same shape for success and for every error."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impact.errors import Finding, ImpactError, InputError, TooThinError

if TYPE_CHECKING:
    import pandas as pd

    from impact.checks import Check

SCHEMA = "cx-impact/1"

DONE, NOT_FIT, BAD_INPUT, OUR_BUG, INTERRUPTED = 0, 1, 2, 101, 130
STATUS = {
    DONE: "done",
    NOT_FIT: "not fit for use",
    BAD_INPUT: "bad input",
    OUR_BUG: "internal error",
    INTERRUPTED: "interrupted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a verb ends with: its exit code, what is wrong, what came out, and of which inputs."""

    code: int
    findings: tuple[Finding, ...] = ()
    result: Mapping[str, Any] | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The answer as one JSON object: schema, status, exit_code, findings, result, inputs (SHA-256)."""
        answer = {
            "schema": SCHEMA,
            "status": STATUS[self.code],
            "exit_code": self.code,
            "findings": [asdict(finding) for finding in self.findings],
            "result": self.result,
            "inputs": dict(self.inputs),
        }
        return json.dumps(plain(answer), indent=2, ensure_ascii=False, allow_nan=False)


def findings_of(error: ImpactError, place: str) -> tuple[Finding, ...]:
    """The findings an error carries; an answer that data cannot carry is one finding at `place`."""
    if isinstance(error, InputError):
        return error.findings
    if isinstance(error, TooThinError):
        return (Finding(code=error.code, place=place, found=error.sentence, allowed="", remedy=error.enough),)
    return (Finding(code="U006", place=place, found=str(error), allowed="", remedy="see the message"),)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each by column name."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def check_records(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """The checks, each by field name."""
    return [asdict(check) for check in checks]


def file_records(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Path and size in bytes of each file written."""
    return [{"path": str(file), "bytes": file.stat().st_size} for file in files]


def plain(value: object) -> object:
    """The value in JSON's own types: what is no number becomes null, arrays and scalars of libraries plain."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, bool | int | str | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item"):
        return plain(value.item())
    return str(value) if value == value else None
