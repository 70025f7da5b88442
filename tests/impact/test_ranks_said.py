"""What a person and a program see of a ranking: the funded first, ties marked, numbers with their units."""

from __future__ import annotations

import json
import types
from pathlib import Path

import pandas as pd
import pytest

from impact.command.ranks import rank_answer, ranked_grid, say_rank, tie_groups
from impact.command.terminal import Terminal

ROWS = (
    (1, "bill", "Bill on time", 90.0, 1, 120.0, "fund", 1),
    (2, "call", "[red]Call back[/red]", 60.0, 0, 70.0, "pilot", 2),
    (3, "app", "", float("nan"), 1, 60.0, "park", 2),
)


def outcome(fitness: str = "fit") -> types.SimpleNamespace:
    columns = ["rank", "initiative", "name", "cost", "chosen", "npv", "verdict", "tie_group"]
    table = pd.DataFrame(ROWS, columns=columns).assign(npv_p05=-10.0, npv_p95=2_000.0, p_npv_positive=0.9)
    return types.SimpleNamespace(
        out=Path("out"),
        fitness=fitness,
        headline="Fund Bill on time.",
        notices=("Not asked here.",),
        decision=table.drop(columns="tie_group"),
        tables={"initiatives": table, "frontier": pd.DataFrame({"budget": [0.0], "value": [float("nan")]})},
        currency="EUR",
        checks=(),
        files=(),
        seconds=1.0,
    )


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    """A terminal of eighty columns that a person looks at."""
    monkeypatch.setattr(Terminal, "watched", property(lambda self: True))
    monkeypatch.setenv("COLUMNS", "80")
    return capsys


def test_the_funded_come_first_then_a_line_and_ties_are_marked() -> None:
    found = outcome()
    grid = ranked_grid(found.decision, tie_groups(found.tables["initiatives"]))
    assert [row[:2] for row in grid.rows] == [
        ("1", "Bill on time"),
        ("3=", "app"),
        ("", "-- not funded --"),
        ("2=", "[red]Call back[/red]"),
    ]
    assert grid.rows[0][2:] == ("90", "-10", "120", "2k", "18 of 20", "fund") and grid.rows[1][2] == "n/a"


def test_without_ties_or_funded_there_is_no_line_and_no_mark() -> None:
    decision = outcome().decision.assign(chosen=0)
    assert tie_groups(outcome().tables["frontier"]) == []
    assert [row[0] for row in ranked_grid(decision, []).rows] == ["1", "2", "3"]


def test_a_person_reads_names_as_they_are_and_which_are_one_decision(
    watched: pytest.CaptureFixture[str],
) -> None:
    say_rank(Terminal(colour=False), outcome())  # type: ignore[arg-type]
    said = watched.readouterr().out
    assert said.startswith("Fund Bill on time.\nNote: Not asked here.")
    assert "One decision, because the data cannot tell their order: [red]Call back[/red], app." in said
    table = [line for line in said.splitlines() if "of 20" in line or "pays back" in line]
    assert len(table) == 4 and max(map(len, table)) <= 80


def test_a_pipe_gets_every_column_and_no_line_of_words(capsys: pytest.CaptureFixture[str]) -> None:
    say_rank(Terminal(colour=False), outcome("not fit for use"))  # type: ignore[arg-type]
    said = capsys.readouterr().out
    assert said.startswith("NOT FIT FOR USE") and "\t[red]Call back[/red]\t" in said and "-- not funded" not in said


def test_a_program_gets_one_object_with_blanks_as_null(tmp_path: Path) -> None:
    answer = rank_answer(outcome("not fit for use"), tmp_path)  # type: ignore[arg-type]
    told = json.loads(answer.to_json())
    assert (told["exit_code"], told["status"]) == (1, "not fit for use")
    assert told["result"]["frontier"] == [{"budget": 0.0, "value": None}] and "prices" not in told["result"]
