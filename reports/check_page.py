"""The page of `check`: what was read, what is wrong, what it puts at stake, and who mends it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from impact.check_outcome import CheckOutcome, stake_texts
from impact.contract_results import RuleResult, by_stake
from reports import style
from reports.page import environment
from reports.sections import Table

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 3  # what a reader of a page can use
MOST_SHOWN = 200  # rows of a further table on the page; a file holds them all


def write_check_page(outcome: CheckOutcome, path: Path) -> None:
    """Write the page of `check` as one self-contained HTML file."""
    path.write_text(check_html(outcome), encoding="utf-8")


def check_html(outcome: CheckOutcome) -> str:
    """The page of `check` as HTML, script-free, every text escaped."""
    broken = by_stake(outcome.results)
    return (
        environment()
        .get_template("check.html.j2")
        .render(
            outcome=outcome,
            style=style,
            rows=rows_table(outcome.rows),
            broken=[(result, stake_texts(result, outcome)) for result in broken],
            kept=kept_table(result for result in outcome.results if result.level == "pass"),
            reviews=[check for check in outcome.checks if check.status != "pass"],
            sections=[(title, plain_table(frame)) for title, frame in outcome.sections],
        )
    )


def rows_table(rows: pd.DataFrame) -> Table:
    """Rows in, used and set aside by reason, a line a table and reason; a table's own counts stand once."""
    lines = []
    names = [None, *rows.table]
    for (before, table), row in zip(pairwise(names), rows.itertuples(), strict=True):
        own = ("", "", "") if before == table else (table, f"{row.rows_in:,}", f"{row.rows_used:,}")
        lines.append((own[0], str(row.reason) or "none set aside", *own[1:], f"{row.set_aside:,}"))
    return Table(headings=("Table", "Set aside because", "Rows in", "Used", "Set aside"), rows=tuple(lines), words=2)


def kept_table(results: Iterable[RuleResult]) -> Table:
    """The rules kept by every row that is used."""
    rows = tuple((result.table, result.column, result.said, result.code) for result in results)
    return Table(headings=("Table", "Column", "Rule", "Code"), rows=rows, words=4)


def plain_table(frame: pd.DataFrame) -> Table:
    """A table as it is but for columns that are blank throughout and digits that say nothing; check.json has all."""
    blank = [column for column in frame.columns if (frame[column].isna() | (frame[column].astype(str) == "")).all()]
    frame = frame.drop(columns=blank)
    rows = tuple(
        tuple(_cell(cell) for cell in row) for row in frame.head(MOST_SHOWN).itertuples(index=False, name=None)
    )
    numeric = [frame[column].dtype.kind in "iuf" for column in frame.columns]
    words = next((place for place, number in enumerate(numeric) if number), len(numeric))
    return Table(headings=tuple(str(column).replace("_", " ") for column in frame.columns), rows=rows, words=words)


def _cell(cell: object) -> str:
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float):
        whole = abs(cell) >= 1_000 or cell.is_integer()
        return f"{cell:,.0f}" if whole else f"{cell:.{DIGITS}g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
