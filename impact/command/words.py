"""What the verbs' outcomes read like on a terminal: lines and grids, nothing computed but counts."""

from __future__ import annotations

import math
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impact.command.terminal import Grid

if TYPE_CHECKING:
    import pandas as pd

    from impact.check_outcome import CheckOutcome
    from impact.checks import Check
    from impact.errors import Finding

ROWS_SHOWN = 8
CHECKS_SHOWN = 3
FUTURES = 20
DECISION_HEADINGS = {
    "rank": "rank",
    "name": "initiative",
    "cost": "cost",
    "npv_p05": "low",
    "npv": "NPV",
    "npv_p95": "high",
    "p_npv_positive": "pays back",
    "verdict": "verdict",
}
MONEY_COLUMNS = frozenset({"cost", "npv", "npv_p05", "npv_p95"})
SUFFIXES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"), (1.0, ""))


def command(*words: str | Path) -> str:
    """A command line that can be pasted into a shell as it stands."""
    return shlex.join(["cx-impact", *map(str, words)])


def money(amount: float | None) -> str:
    """An amount with three significant digits and k, m or bn; `n/a` where there is none."""
    if amount is None or not math.isfinite(amount):
        return "n/a"
    rounded = float(f"{amount:.3g}")
    for scale, suffix in SUFFIXES:
        if abs(rounded) >= scale:
            return f"{rounded / scale:.3g}{suffix}"
    return f"{rounded:.3g}"


def in_futures(share: float) -> str:
    """A probability as a count of twenty futures, never all and never none of them."""
    if not math.isfinite(share):
        return "n/a"
    count = round(share * FUTURES)
    if count >= FUTURES:
        return f"more than {FUTURES - 1} of {FUTURES}"
    return f"{count} of {FUTURES}" if count else f"fewer than 1 of {FUTURES}"


def decision_grid(decision: pd.DataFrame) -> Grid:
    """The ranked table for a person: rounded money, the range low and high, at most `ROWS_SHOWN` rows."""
    shown = [column for column in DECISION_HEADINGS if column in decision.columns]
    rows = decision[shown].head(ROWS_SHOWN).itertuples(index=False, name=None)
    return Grid(
        columns=tuple(DECISION_HEADINGS[column] for column in shown),
        rows=tuple(tuple(_human(column, cell) for column, cell in zip(shown, row, strict=True)) for row in rows),
        numbers=frozenset(DECISION_HEADINGS[column] for column in ("rank", *MONEY_COLUMNS)),
    )


def whole_grid(table: pd.DataFrame) -> Grid:
    """A table as it is, for a program: the contract's names, every row, numbers unrounded."""
    rows = tuple(tuple(_exact(cell) for cell in row) for row in table.itertuples(index=False, name=None))
    return Grid(columns=tuple(map(str, table.columns)), rows=rows)


def rules_grid(outcome: CheckOutcome) -> Grid:
    """The broken rules of the tables by what they put at stake, errors first."""
    from impact.check_outcome import STAKES, stake_texts
    from impact.contract_results import by_stake

    rows = tuple(
        (
            *(result.level, result.code, f"{result.table} {result.column}"),
            *(f"{result.rows:,}", f"{result.share:.1%}", *stake_texts(result, outcome)),
        )
        for result in by_stake(outcome.results)
    )
    heads = ("level", "code", "where", "rows", "share", *STAKES)
    return Grid(columns=heads, rows=rows, numbers=frozenset({"rows", "share"}))


def rule_records(outcome: CheckOutcome) -> list[dict[str, Any]]:
    """Every rule by field name, the broken ones by what they put at stake and without groups under five persons."""
    from impact.check_outcome import shown_stake
    from impact.contract_results import by_stake

    kept = [result for result in outcome.results if result.level == "pass"]
    return [{**asdict(result), "stake": shown_stake(result, outcome)} for result in (*by_stake(outcome.results), *kept)]


def check_lines(checks: Sequence[Check]) -> list[str]:
    """The count of the checks by status, then the first that failed or want a review, in words."""
    open_lines = open_check_lines(checks)
    hidden = len(open_lines) - CHECKS_SHOWN
    more = [f"  and {hidden} more in tables/checks.csv"] if hidden > 0 else []
    return [f"Checks: {counted_checks(checks)}", *(f"  {line}" for line in open_lines[:CHECKS_SHOWN]), *more]


def open_check_lines(checks: Sequence[Check]) -> list[str]:
    """A line a check that failed or wants a review, those that failed first."""
    ordered = [check for status in ("fail", "review") for check in checks if check.status == status]
    return [f"{check.status:<6} {check.code} {check.check}: {_said(check)}" for check in ordered]


def counted_checks(checks: Sequence[Check]) -> str:
    """How many checks failed, want a review and passed."""
    count = Counter(check.status for check in checks)
    return f"{counted(count['fail'], 'fail')}, {counted(count['review'], 'review')}, {count['pass']} passed"


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """A line a finding, those of one code together; for faults of the input, their count and where to read more."""
    codes = list(dict.fromkeys(finding.code for finding in findings))
    lines = [finding.line() for code in codes for finding in findings if finding.code == code]
    if all(code.startswith("U") for code in codes):
        return lines
    return [*lines, f"{counted(len(findings), 'fault')}. About a code: {command('explain', codes[0])}"]


def file_lines(files: Sequence[Path], out: Path) -> list[str]:
    """The files written, by their path in `out`, with their sizes; the files of a folder in one line."""
    folders: dict[str, list[Path]] = {}
    for file in files:
        inside = file.relative_to(out) if file.is_relative_to(out) else file
        name = str(inside) if len(inside.parts) == 1 else f"{inside.parent}/"
        folders.setdefault(name, []).append(file)
    return [f"  {name:<24} {_sizes(name, members)}" for name, members in folders.items()]


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural unless it is one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _said(check: Check) -> str:
    beside = f" (found {check.found}, limit {check.limit})" if check.found and check.limit else ""
    return f"{check.text}{beside} {check.remedy}".strip()


def _sizes(name: str, files: Sequence[Path]) -> str:
    size = sum(file.stat().st_size for file in files if file.exists())
    weight = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size / 1e3, 0.1):.1f} kB"
    return f"{weight}, {counted(len(files), 'file')}" if name.endswith("/") else weight


def _human(column: str, cell: object) -> str:
    if column in MONEY_COLUMNS and isinstance(cell, int | float):
        return money(cell)
    if column == "p_npv_positive" and isinstance(cell, float):
        return in_futures(cell)
    return _exact(cell)


def _exact(cell: object) -> str:
    if cell is None or cell != cell:
        return "n/a"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(float(cell))
    return str(cell)
