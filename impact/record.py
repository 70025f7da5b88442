"""The forecast of record: what was claimed when a portfolio was approved, kept as it was and never written over."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from impact.approval import Approval, read_approvals
from impact.errors import Finding, InputError

SCHEMA = "cx-impact/forecast/2"
EARLIER = ("cx-impact/1",)
FOLDER = "record"
PLACES = np.arange(1, 100) / 100
ClaimKind = Literal["metric", "idle", "initiative"]
_KINDS = ("metric", "idle", "initiative")
_NAME = re.compile(r"^[^.].*\.json$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One figure that a forecast claimed for one period, as a distribution.

    `kind`: `metric` with the chosen portfolio, `idle` the same with nothing funded, `initiative` what one chosen
    initiative brings on its own beside what is ongoing. `period` is a label (`2027Q1`), `quantiles` `(99,)` are those
    at `PLACES`, 1% to 99%. `unit`: `customers`, `share`, `points` or a currency.
    """

    id: str
    kind: ClaimKind
    metric: str
    initiative: str | None
    period: str
    unit: str
    mean: float
    quantiles: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a forecast is about: the study, its clock, its inputs, and whose future it is.

    `period` is the ledger's step, `horizon` the labels of the future periods with their `discount` factors.
    `customers` were active at `as_of`; `joiners` tells whether new ones are counted beside them. `money` is `margin`
    or, where the study has none, `revenue`.
    """

    study: str
    currency: str
    period: str
    horizon: tuple[str, ...]
    discount: np.ndarray
    customers: float
    joiners: bool
    money: str
    seed: int
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One approved forecast as it was frozen.

    `as_of` is a period label, `approved_at` a time in UTC. `initiatives` are the rows of the table of that name,
    `plan` the rows of every plan table as they were read, by table: an inline `[plan]` of a study can hold them.
    `worth` is the mean net value of the chosen portfolio.
    """

    run_id: str
    as_of: str
    version: str
    approved_by: str
    approved_at: str
    chosen: tuple[str, ...]
    worth: float
    claims: tuple[Claim, ...]
    initiatives: tuple[Mapping[str, Any], ...]
    plan: Mapping[str, Sequence[Mapping[str, Any]]]
    about: About
    path: Path

    def claim(self, name: str) -> Claim | None:
        """The claim of an id, or None."""
        return next((one for one in self.claims if one.id == name), None)


def read_records(out: Path) -> tuple[Record, ...]:
    """The approved forecasts kept in an output folder, oldest first; none where nobody approved a portfolio.

    Raises:
        InputError: a record, or the approvals that vouch for it, is not as an approval left it.
    """
    folder = out / FOLDER
    files = sorted(one for one in folder.glob("*.json") if _NAME.match(one.name)) if folder.is_dir() else []
    signed = signed_hashes(read_approvals(out))
    missing = [name for name in signed if not (out / name).is_file()]
    findings = [_fault("A114", str(out / name), "it is missing", "every forecast that was signed") for name in missing]
    records = []
    for file in files:
        try:
            records.append(_read(file, signed.get(f"{FOLDER}/{file.name}")))
        except InputError as refused:
            findings += refused.findings
    if findings:
        raise InputError(findings)
    return tuple(sorted(records, key=lambda one: (one.as_of, one.approved_at)))


def read_own_records(out: Path, study: str, currency: str) -> tuple[Record, ...]:
    """The approved forecasts of a study in its output folder, oldest first.

    Raises:
        InputError: a record is not as it was signed, or is of another study.
    """
    records = read_records(out)
    others = [one for one in records if (one.about.study, one.about.currency) != (study, currency)]
    if others:
        remedy = "name another folder with --out, or move record/ and approvals.json away"
        raise InputError(
            [
                _fault(
                    "A115",
                    str(one.path),
                    f"it is the forecast of {one.about.study!r} in {one.about.currency}",
                    f"{study!r} in {currency}",
                    remedy,
                )
                for one in others
            ]
        )
    return records


def signed_hashes(approvals: Sequence[Approval]) -> dict[str, str]:
    """SHA-256 of every frozen forecast that somebody signed, by its path in the output folder."""
    return {
        name: digest
        for approval in approvals
        for name, digest in approval.files.items()
        if name.startswith(f"{FOLDER}/")
    }


def record_of(records: Sequence[Record], approval: Approval) -> Record | None:
    """The record that an approval signed, or None: an earlier version kept none."""
    return next((one for one in records if f"{FOLDER}/{one.path.name}" in approval.files), None)


def latest_of_each(records: Sequence[Record]) -> tuple[Record, ...]:
    """One record a period: of two for one `as_of` the later approved counts. Oldest first."""
    counting = {record.as_of: record for record in sorted(records, key=lambda one: (one.as_of, one.approved_at))}
    return tuple(counting.values())


def _read(file: Path, digest: str | None) -> Record:
    content = file.read_bytes()
    if digest is None:
        found = "no approval names it"
        raise InputError([_fault("A112", str(file), found, "only forecasts that were signed", "move it away")])
    if hashlib.sha256(content).hexdigest() != digest:
        found = "it is not what was signed"
        raise InputError([_fault("A111", str(file), found, "the file as the approval wrote it")])
    row = as_forecast(content, file)
    try:
        return _record(row, file)
    except (ValueError, KeyError, TypeError) as error:
        found = f"it cannot be read: {error!r}"
        raise InputError([_fault("A113", str(file), found, "the file as the approval wrote it")]) from error


def as_forecast(content: bytes, file: Path) -> dict[str, Any]:
    """The forecast that a file's content holds.

    Raises:
        InputError: it is none, or one of another version.
    """
    try:
        row = json.loads(content)
        schema = row["schema"]
    except (ValueError, KeyError, TypeError) as error:
        found = f"it cannot be read: {error!r}"
        raise InputError([_fault("A113", str(file), found, "a forecast as `run` writes it", "run again")]) from error
    if schema != SCHEMA:
        earlier = "an earlier" if schema in EARLIER else "another"
        found = f"it was written by {earlier} version ({schema!r}), which kept no claims to score"
        remedy = "run the study again with this version, and approve that run"
        raise InputError([_fault("A110", str(file), found, SCHEMA, remedy)])
    read: dict[str, Any] = row
    return read


def _record(row: dict[str, Any], file: Path) -> Record:
    return Record(
        run_id=row["run_id"],
        as_of=row["as_of"],
        version=row["version"],
        approved_by=row["approval"]["by"],
        approved_at=row["approval"]["at"],
        chosen=tuple(row["chosen"]),
        worth=float(row["portfolio"]["mean"]),
        claims=tuple(_claim(one) for one in row["claims"]),
        initiatives=tuple(row["initiatives"]),
        plan=row["plan"],
        about=_about(row),
        path=file,
    )


def _about(row: dict[str, Any]) -> About:
    return About(
        study=row["study"],
        currency=row["currency"],
        period=row["period"],
        horizon=tuple(row["horizon"]),
        discount=np.array(row["discount"], dtype=float),
        customers=float(row["cohort"]["customers"]),
        joiners=bool(row["cohort"]["joiners"]),
        money=row["money"],
        seed=int(row["seed"]),
        inputs=row["inputs"],
    )


def _claim(row: dict[str, Any]) -> Claim:
    quantiles = np.array(row["quantiles"], dtype=float)
    if quantiles.shape == (1,):  # what is certain is written once
        quantiles = np.repeat(quantiles, len(PLACES))
    if quantiles.shape != PLACES.shape or not np.isfinite(quantiles).all() or (np.diff(quantiles) < 0).any():
        raise ValueError(f"the quantiles of {row['id']} are not 99 numbers in rising order")
    if row["kind"] not in _KINDS:
        raise ValueError(f"{row['id']} is of no known kind")
    return Claim(**{**row, "mean": float(row["mean"]), "quantiles": quantiles})


def _fault(code: str, place: str, found: str, allowed: str, remedy: str = "") -> Finding:
    put_back = "put it back as it was, or move record/ and approvals.json away and approve again"
    return Finding(code=code, place=place, found=found, allowed=allowed, remedy=remedy or put_back)
