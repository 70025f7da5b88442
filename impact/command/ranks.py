"""How the outcome of `rank` is said: for a person in lines, for a program as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from impact.command import words
from impact.command.answer import Answer, records
from impact.command.outcomes import UNITS, answer_of, say_outcome
from impact.command.terminal import Grid, Terminal

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from impact.rank_study import RankOutcome

HEADS = ("rank", "initiative", "cost", "low", "NPV", "high", "pays back", "verdict")
# Beside the decision, each under its own name where it has rows.
TOLD = ("portfolio", "frontier", "prices", "delay", "information", "naive", "ongoing")


def rank_answer(outcome: RankOutcome, study: Path) -> Answer:
    """A ranking's answer for a program; `units` names the unit of every number."""
    told = {name: records(outcome.tables[name]) for name in TOLD if name in outcome.tables}
    return answer_of(outcome, {"units": UNITS, "decision": records(outcome.decision), **told}, study)


def say_rank(terminal: Terminal, outcome: RankOutcome) -> None:
    """Nothing; says the choice, what to mind, the ranked list with its line, and where the files are."""
    say_outcome(terminal, outcome, "ranking", lambda: _show_ranked(terminal, outcome))


def _show_ranked(terminal: Terminal, outcome: RankOutcome) -> None:
    if not len(outcome.decision):
        return
    if not terminal.watched:
        terminal.show(words.whole_grid(outcome.decision))
        return
    groups = tie_groups(outcome.tables["initiatives"])
    terminal.say(f"\nIn {outcome.currency}; cost undiscounted, the rest discounted; low to high holds 90%:")
    terminal.show(ranked_grid(outcome.decision, groups))
    hidden = len(outcome.decision) - words.ROWS_SHOWN
    if hidden > 0:
        terminal.say(f"and {hidden} more in tables/initiatives.csv")
    for names in groups:
        terminal.say(f"One decision, because the data cannot tell their order: {', '.join(names.values())}.")


def tie_groups(initiatives: pd.DataFrame) -> list[dict[str, str]]:
    """The initiatives that are one decision, by id with their names, a group at a time."""
    if "tie_group" not in initiatives.columns:
        return []
    ranked = initiatives.dropna(subset=["tie_group"]).sort_values("rank")
    groups = [
        {str(row.initiative): str(row.name or row.initiative) for row in mine.itertuples(index=False)}
        for _, mine in ranked.groupby("tie_group", sort=False)
    ]
    return [names for names in groups if len(names) > 1]


def ranked_grid(decision: pd.DataFrame, groups: list[dict[str, str]]) -> Grid:
    """The ranked list for a person: the funded first, then a line, then the rest; `=` at ranks that are a tie."""
    tied = {initiative for names in groups for initiative in names}
    rows = records(decision)
    funded = [row for row in rows if row["chosen"] == 1]
    rest = [row for row in rows if row["chosen"] != 1]
    shown = [*funded, *rest][: words.ROWS_SHOWN]
    cells = [_cells(row, "=" if str(row["initiative"]) in tied else "") for row in shown]
    if funded and len(funded) < len(shown):
        cells.insert(len(funded), ("", "-- not funded --", *[""] * (len(HEADS) - 2)))
    return Grid(columns=HEADS, rows=tuple(cells), numbers=frozenset({"rank", "cost", "low", "NPV", "high"}))


def _cells(row: dict[str, object], mark: str) -> tuple[str, ...]:
    figures = (words.money(_number(row[name])) for name in ("cost", "npv_p05", "npv", "npv_p95"))
    chance = _number(row["p_npv_positive"])
    return (
        f"{_number(row['rank']) or 0:.0f}{mark}",
        str(row["name"] or row["initiative"]),
        *figures,
        "n/a" if chance is None else words.in_futures(chance),
        str(row["verdict"]),
    )


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None
