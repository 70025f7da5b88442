"""How the outcome of `design` is said: for a person by initiative and outcome, for a program as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from impact.command import words
from impact.command.answer import Answer, records
from impact.command.outcomes import answer_of, say_outcome
from impact.command.terminal import Grid, Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from impact.design_study import DesignOutcome

TOLD = ("design", "registration")
HEADS = ("initiative", "outcome", "an arm", "power", "assurance")


def read_effects(texts: Sequence[str]) -> dict[str, float]:
    """Effects by outcome from `OUTCOME=NUMBER`.

    Raises:
        BadParameter: a text is not of that form.
    """
    found = {}
    for text in texts:
        name, _, value = text.rpartition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise typer.BadParameter(f"{text!r} is not OUTCOME=NUMBER, for example leaving=-0.005") from None
    return found


def design_answer(outcome: DesignOutcome, study: Path) -> Answer:
    """A design's answer for a program; the column `effect_unit` names the unit of effects."""
    told = {name: records(outcome.tables[name]) for name in TOLD}
    return answer_of(outcome, told, study)


def say_design(terminal: Terminal, outcome: DesignOutcome) -> None:
    """Nothing; says what pilots can tell about, then every outcome with what it takes."""
    say_outcome(terminal, outcome, "design", lambda: _show(terminal, outcome))


def _show(terminal: Terminal, outcome: DesignOutcome) -> None:
    table = outcome.tables["design"]
    if not len(table):
        return
    if not terminal.watched:
        terminal.show(words.whole_grid(table))
        return
    terminal.say("")
    terminal.show(design_grid(table))
    for row in records(table[table["registered"] == 1]):
        terminal.say(f"{row['initiative']}, {row['outcome']}: {row['suggestion']}")


def design_grid(table: pd.DataFrame) -> Grid:
    """The outcomes for a person: `*` at what is to be registered."""
    rows = tuple(
        (
            str(row["initiative"]),
            f"{row['outcome']}{'*' * (row['registered'] == 1)}",
            "-" if row["n_per_arm_needed"] is None else f"{row['n_per_arm_needed']:,.0f}",
            f"{row['power']:.0%}",
            f"{row['assurance']:.0%}",
        )
        for row in records(table)
    )
    return Grid(columns=HEADS, rows=rows, numbers=frozenset(HEADS[2:]))
