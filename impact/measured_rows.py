"""Rows of evidence that this study measured itself, joined to the plan's so that no data count twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from impact.checks import Check
from impact.errors import Finding
from impact.evidence import MEASURED, Evidence
from impact.evidence_faults import evidence_faults
from impact.formats.plan import read_plan_table
from impact.formats.sheets import SheetRefusedError
from impact.periods import PeriodKind, parse_period
from impact.plan_values import TypedRow, fault, typed_rows
from impact.step_downs import review
from impact.study import Study

_PLACE = "study.toml: [plan].measured"


def read_measured(study: Study) -> tuple[tuple[Evidence, ...], tuple[Check, ...], list[Finding]]:
    """The rows of the file that `track` writes, a review where it is not there yet, and every fault of it."""
    asked = study.plan.measured
    if asked is None:
        return (), (), []
    path, sheet = study.located(asked)
    if not path.is_file():
        return (), (review("C701", f"{asked} is not there yet", "a file that cx-impact track wrote"),), []
    try:
        table = read_plan_table(path, sheet, "evidence")
    except SheetRefusedError as error:
        allowed = "the file that cx-impact track writes"
        return (), (), [fault(error.code, _PLACE, str(error), allowed, "run cx-impact track again")]
    rows, findings = typed_rows("evidence", table, study.period_kind)
    findings = [*findings, *evidence_faults(rows)]
    return ((), (), findings) if findings else (tuple(_evidence(row) for row in rows), (), [])


def data_id(item: Evidence) -> str:
    """The data that a row was measured on, "" where its source does not name any."""
    return item.source.removeprefix(MEASURED).split()[0] if item.source.startswith(MEASURED) else ""


def stem(item: Evidence) -> str:
    """What is the same of a row when its outcome is measured again, "" where its source names no data."""
    return data_id(item).partition(".")[0]


def join_measured(
    evidence: Sequence[Evidence], measured: Sequence[Evidence], known: Collection[str], kind: PeriodKind
) -> tuple[tuple[Evidence, ...], tuple[Check, ...]]:
    """The plan's evidence with what was measured, every set of data once, and a review of what was left out.

    Of rows with one stem the one of the latest period counts, and of equal periods the first: the plan's own.

    Args:
        evidence: the plan's rows.
        measured: the rows that `track` wrote.
        known: pain points, stages and initiatives of the plan.
        kind: the ledger's step.
    """
    said = []
    rows = list(evidence)
    own = {item.evidence for item in evidence if not stem(item)}
    for item in measured:
        if item.target not in known:
            said.append(f"{item.evidence} is of {item.target}, which the plan does not list")
        elif item.evidence in own:
            said.append(f"{item.evidence} is the name of a row of the plan, which is used")
        else:
            rows.append(item)
    latest: dict[str, Evidence] = {}
    for item in rows:
        name = stem(item)
        if name and (name not in latest or _when(item, kind) > _when(latest[name], kind)):
            latest[name] = item
    kept = []
    for item in rows:
        if not stem(item) or latest[stem(item)] is item:
            kept.append(item)
        else:
            said.append(_left_out(item, latest[stem(item)]))
    checks = (review("C700", "; ".join(dict.fromkeys(said)), "every set of data once"),) if said else ()
    return tuple(kept), checks


def _left_out(item: Evidence, used: Evidence) -> str:
    if data_id(item) == data_id(used):
        return f"{used.evidence} stands in the plan and in what was measured: used once"
    return f"{item.target} {item.outcome} of {item.period}: measured again in {used.period}, which takes its place"


def _when(item: Evidence, kind: PeriodKind) -> int:
    try:
        return parse_period(item.period, kind)
    except ValueError:
        return -1


def _evidence(row: TypedRow) -> Evidence:
    values: dict[str, Any] = dict(row.values)
    return Evidence(**values)
