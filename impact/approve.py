"""Signing a run: what must hold before a name is put to its rate or its portfolio."""

from __future__ import annotations

import csv
import datetime
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from impact.approval import Approval, ApprovedRate, What, add_approval, file_hashes
from impact.errors import Finding, InputError
from impact.freezing import DRAFT, digest_of, freeze, on_record, record_name
from impact.periods import PERIODS_A_YEAR, PeriodKind, parse_period, period_label
from impact.record import as_forecast, read_own_records

RECORD = "run.json"
CERTIFICATES = "tables/certificate.csv"
SIGNED_FILES: dict[What, tuple[str, ...]] = {
    "rate": (CERTIFICATES, "tables/calibration.csv"),
    "portfolio": (DRAFT, "tables/portfolio.csv"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What the signer says: a name, what is signed, until which period (None: a year), and a note."""

    by: str
    what: What
    valid_until: str | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An approval that was added: itself, its file, and the outcomes that were left out because no grade is given.

    `record` is the frozen forecast of a portfolio, None of a rate; `added` tells that it was on record already.
    """

    approval: Approval
    file: Path
    left_out: tuple[str, ...]
    record: Path | None = None
    added: bool = False


def approve_run(run: Path, signature: Signature) -> Signed:
    """The approval of a delivered run, added to those kept in its folder; a portfolio's forecast is frozen beside them.

    A forecast that is on record already gets one more signature and no second file: it is the same claim.

    Raises:
        InputError: every reason why it cannot be signed; nothing is written.
    """
    record = _record(run)
    findings = _faults(run, record, signature)
    rates = _certificates(run) if signature.what == "rate" else []
    graded = [row for row in rates if not row["blocked"]]
    findings += _nothing(run, record, signature, (rates, graded))
    if findings:
        raise InputError(findings)
    until = signature.valid_until or (graded[0]["valid_until"] if graded else _a_year_on(record))
    approval = Approval(
        what=signature.what,
        by=signature.by.strip(),
        at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        valid_until=until,
        note=signature.note.strip(),
        run_id=record["run_id"],
        as_of=record["as_of"],
        files=file_hashes(run, SIGNED_FILES[signature.what]),
        inputs=dict(record["inputs"]),
        rates=tuple(_rate(row) for row in graded),
        haircut=str(record.get("haircut") or "") if signature.what == "rate" else "",
    )
    if signature.what == "portfolio":
        return _put_on_record(run, approval)
    blocked = tuple(row["outcome"] for row in rates if row["blocked"])
    return Signed(approval=approval, file=add_approval(run, approval), left_out=blocked)


def _put_on_record(run: Path, approval: Approval) -> Signed:
    forecast = as_forecast((run / DRAFT).read_bytes(), run / DRAFT)
    known = on_record(forecast, read_own_records(run, forecast["study"], forecast["currency"]))
    path = freeze(run, forecast, approval) if known is None else known.path
    try:
        signed = replace(approval, files={**approval.files, record_name(path): digest_of(path)})
        file = add_approval(run, signed)
    except BaseException:
        if known is None:
            path.unlink(missing_ok=True)
        raise
    return Signed(approval=signed, file=file, left_out=(), record=path, added=known is not None)


def _record(run: Path) -> dict[str, Any]:
    try:
        record = json.loads((run / RECORD).read_text(encoding="utf-8"))
        if not {"run_id", "as_of", "period", "fitness", "inputs", "files"} <= set(record):
            raise ValueError("it was delivered by another version")
    except (OSError, ValueError, TypeError) as error:
        why = f"{RECORD} is missing" if isinstance(error, FileNotFoundError) else f"{RECORD} cannot be read: {error}"
        raise InputError(
            [_fault("A101", str(run), why, "the output folder of a run", "run the study first")]
        ) from error
    found: dict[str, Any] = record
    return found


def _faults(run: Path, record: dict[str, Any], signature: Signature) -> list[Finding]:
    findings = []
    if not any(letter.isalnum() for letter in signature.by):
        findings.append(_fault("A104", "--by", "no name is given", "the name of a person", "name who signs with --by"))
    if record["fitness"] != "fit":
        found = f"the run says {record['fitness']!r}"
        findings.append(_fault("A102", f"{run / RECORD}", found, "a run that is fit for use", "mend its failed checks"))
    now = file_hashes(run, tuple(record["files"]))
    changed = sorted(name for name, digest in record["files"].items() if now.get(name) != digest)
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        found = f"{', '.join(changed[:3])}{more} changed since the run"
        findings.append(_fault("A105", str(run), found, "the files as delivered", "run again into this folder"))
    if signature.valid_until is not None:
        findings += _period_faults(signature.valid_until, record["as_of"], record["period"])
    return findings


def _period_faults(text: str, as_of: str, kind: PeriodKind) -> list[Finding]:
    allowed = f"a {kind}, {as_of} or later"
    try:
        if parse_period(text, kind) >= parse_period(as_of, kind):
            return []
        found = f"{text} lies before {as_of}, the last period with data"
    except ValueError as error:
        found = str(error)
    return [_fault("A106", "--valid-until", found, allowed, f"write it as the study does, such as {as_of}")]


def _nothing(
    run: Path, record: dict[str, Any], signature: Signature, rates: tuple[list[dict[str, str]], list[dict[str, str]]]
) -> list[Finding]:
    if record["fitness"] != "fit":
        return []
    if signature.what == "portfolio":
        return _no_forecast(run)
    every, graded = rates
    if not every:
        return [_fault("A107", str(run), "it has no headline rate", "a run with a certificate", "read its checks")]
    return (
        []
        if graded
        else [_fault("A103", str(run / CERTIFICATES), row["blocked"], "a grade", "run a pilot") for row in every]
    )


def _no_forecast(run: Path) -> list[Finding]:
    """Why the run's forecast cannot be put on record; empty where it can."""
    try:
        forecast = as_forecast((run / DRAFT).read_bytes(), run / DRAFT)
        read_own_records(run, forecast["study"], forecast["currency"])
    except InputError as refused:
        return list(refused.findings)
    missing = _fault("A107", str(run), "no portfolio was chosen", "a run that chose one", "read its checks")
    return [] if forecast["portfolio"] is not None else [missing]


def _certificates(run: Path) -> list[dict[str, str]]:
    file = run / CERTIFICATES
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _rate(row: dict[str, str]) -> ApprovedRate:
    return ApprovedRate(
        outcome=row["outcome"],
        term=row["term"],
        rate=float(row["rate"]),
        low=float(row["low"]),
        high=float(row["high"]),
        point=row["point"],
        grade=row["grade"],
        data_hash=row["data_hash"],
    )


def _a_year_on(record: dict[str, Any]) -> str:
    kind: PeriodKind = record["period"]
    return period_label(parse_period(record["as_of"], kind) + PERIODS_A_YEAR[kind], kind)


def _fault(code: str, place: str, found: str, allowed: str, remedy: str) -> Finding:
    return Finding(code=code, place=place, found=found, allowed=allowed, remedy=remedy)
