"""Freezing a forecast: the draft of a run as it was signed, in a file of its own that nothing writes over."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from impact.approval import Approval
from impact.record import FOLDER, Record

DRAFT = "forecast.json"
_OF_THE_SIGNATURE = ("status", "approval")


def forecast_text(forecast: Mapping[str, object]) -> str:
    """A forecast as JSON: a key a line, and of a list of rows a row a line, so that a difference is read by line."""
    parts = (f" {json.dumps(key)}: {_value(value)}" for key, value in forecast.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _value(value: object) -> str:
    rows = isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)
    if not rows or not isinstance(value, list):
        return _compact(value)
    return "[\n" + ",\n".join(f"  {_compact(row)}" for row in value) + "\n ]"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def on_record(forecast: Mapping[str, Any], records: Sequence[Record]) -> Record | None:
    """The record that already holds this forecast, whoever signed it; None where it is a new one."""
    for record in records:
        if (record.as_of, record.run_id) == (forecast["as_of"], forecast["run_id"]):
            kept = json.loads(record.path.read_text(encoding="utf-8"))
            if _unsigned(kept) == _unsigned(forecast):
                return record
    return None


def _unsigned(forecast: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in forecast.items() if key not in _OF_THE_SIGNATURE}


def freeze(run: Path, forecast: Mapping[str, Any], approval: Approval) -> Path:
    """The new file that holds a forecast with its approval, written in one move beside those kept earlier."""
    folder = run / FOLDER
    folder.mkdir(exist_ok=True)
    path = _free(folder, f"{forecast['as_of']}-{forecast['run_id']}")
    signed = {
        **{"by": approval.by, "at": approval.at, "note": approval.note, "valid_until": approval.valid_until},
        "rate": forecast["approval"]["rate"],
    }
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(forecast_text({**forecast, "status": "approved", "approval": signed}))
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return path


def _free(folder: Path, stem: str) -> Path:
    """A name that is not taken: one run id can have two forecasts, of two versions or engines."""
    names = (f"{stem}.json" if number == 1 else f"{stem}-{number}.json" for number in count(1))
    return next(path for name in names if not (path := folder / name).exists())


def record_name(path: Path) -> str:
    """A record's path in its output folder, as approvals name it."""
    return f"{FOLDER}/{path.name}"


def digest_of(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
