"""How the outcome of `plan` is said: for a person by quarter and year, for a program as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from impact.command import words
from impact.command.answer import Answer, records
from impact.command.outcomes import answer_of, say_outcome
from impact.command.terminal import Grid, Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from impact.plan_study import PlanOutcome

TOLD = ("scenarios", "scenario_differences", "outlook_gap", "portfolio")
SHOWN = ("margin", "cash", "customers")
# Without a margin there is neither margin nor cash.
INSTEAD = ("revenue", "customers")
BASE = "base"
YEAR = "FY"


def plan_answer(outcome: PlanOutcome, study: Path) -> Answer:
    """A plan's answer for a program; the column `unit` names the unit of every row."""
    told = {name: records(outcome.tables[name]) for name in TOLD if name in outcome.tables}
    return answer_of(outcome, {"asked": outcome.asked, **told}, study)


def say_plan(terminal: Terminal, outcome: PlanOutcome) -> None:
    """Nothing; says the choice, then every quarter of base and of each scenario, then what differs by year."""
    say_outcome(terminal, outcome, "plan", lambda: _show(terminal, outcome))


def _show(terminal: Terminal, outcome: PlanOutcome) -> None:
    levels, differences = outcome.tables["scenarios"], outcome.tables["scenario_differences"]
    if not len(levels):
        return
    levels = levels[levels["scenario"].isin((BASE, *outcome.asked))]
    differences = differences[differences["scenario"].isin(outcome.asked)]
    if not terminal.watched:
        terminal.show(words.whole_grid(levels))
        terminal.say("")
        terminal.show(words.whole_grid(differences))
        return
    terminal.say(f"\nMoney in {outcome.currency}, not discounted; in brackets 9 of 10 futures:")
    for name in (BASE, *outcome.asked):
        terminal.say(f"\n{name}")
        terminal.show(period_grid(levels[levels["scenario"] == name]))
    if len(differences):
        terminal.say("\nAgainst base, by fiscal year, each future less the same future of base:")
        terminal.show(difference_grid(differences))


def period_grid(levels: pd.DataFrame) -> Grid:
    """One scenario for a person: a row a period of the horizon, then a row a fiscal year."""
    shown = _metrics(levels)
    return Grid(columns=("period", *shown), rows=tuple((place, *cells) for (_, place), cells in _cells(levels, shown)))


def difference_grid(differences: pd.DataFrame) -> Grid:
    """What scenarios differ by, for a person: a row a scenario and fiscal year."""
    years = differences[differences["period"].str.startswith(YEAR)]
    shown = _metrics(years)
    return Grid(
        columns=("scenario", "year", *shown),
        rows=tuple((name, place, *cells) for (name, place), cells in _cells(years, shown)),
    )


def _metrics(table: pd.DataFrame) -> tuple[str, ...]:
    there = set(table["metric"])
    return SHOWN if set(SHOWN) <= there else tuple(name for name in INSTEAD if name in there)


def _cells(table: pd.DataFrame, shown: Sequence[str]) -> list[tuple[tuple[str, str], tuple[str, ...]]]:
    """By scenario and place, a text a metric: `1.2m (1.1m to 1.3m)`."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in records(table):
        cells = found.setdefault((str(row["scenario"]), str(row["period"])), {})
        cells[str(row["metric"])] = _ranged(row)
    return [(place, tuple(cells.get(name, "") for name in shown)) for place, cells in found.items()]


def _ranged(row: dict[str, Any]) -> str:
    middle, low, high = (words.money(row[name]) for name in ("value", "p05", "p95"))
    return f"{middle} ({low} to {high})"
