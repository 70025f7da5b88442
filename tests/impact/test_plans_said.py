"""What a person and a program see of a plan by quarter: base and what was asked for, each row with its unit."""

from __future__ import annotations

import json
import types
from pathlib import Path

import pandas as pd
import pytest

from impact.command.plans import difference_grid, period_grid, plan_answer, say_plan
from impact.command.terminal import Terminal

COLUMNS = ["scenario", "period", "metric", "value", "p05", "p50", "p95", "unit"]
LEVELS = {"margin": 610_000.0, "cash": 580_000.0, "customers": 12_000.0, "csat": 3.6}


def outcome(fitness: str = "fit", *, margin: bool = True) -> types.SimpleNamespace:
    kept = {"revenue": 1e6, "customers": 12_000.0} if not margin else LEVELS
    rows = [
        (name, period, metric, level, level * 0.9, level, level * 1.1, "unit")
        for name in ("base", "base, nothing funded", "downside", "late")
        for metric, level in kept.items()
        for period in ("2026Q4", "2027Q1", "FY2026")
    ]
    levels = pd.DataFrame(rows, columns=COLUMNS)
    apart = levels[levels["scenario"] != "base"].assign(against="base")
    return types.SimpleNamespace(
        out=Path("out"),
        fitness=fitness,
        headline="Fund Bill on time.",
        notices=("Not asked here.",),
        asked=("downside",),
        tables={"scenarios": levels, "scenario_differences": apart, "portfolio": pd.DataFrame({"chosen": [1]})},
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


def test_a_person_sees_base_and_what_was_asked_for_by_quarter_then_what_differs(
    watched: pytest.CaptureFixture[str],
) -> None:
    say_plan(Terminal(colour=False), outcome())  # type: ignore[arg-type]
    said = watched.readouterr().out
    assert said.startswith("Fund Bill on time.\nNote: Not asked here.")
    assert said.index("\nbase\n") < said.index("\ndownside\n") < said.index("Against base")
    assert "late" not in said and "nothing funded" not in said
    assert "610k (549k to 671k)" in said and max(map(len, said.splitlines())) <= 80


def test_a_grid_has_a_row_a_period_and_without_a_margin_shows_revenue() -> None:
    table = outcome().tables["scenarios"]
    grid = period_grid(table[table["scenario"] == "base"])
    assert grid.columns == ("period", "margin", "cash", "customers")
    assert [row[0] for row in grid.rows] == ["2026Q4", "2027Q1", "FY2026"]
    bare = outcome(margin=False).tables
    assert period_grid(bare["scenarios"]).columns == ("period", "revenue", "customers")
    years = difference_grid(bare["scenario_differences"])
    assert years.columns[:2] == ("scenario", "year") and {row[1] for row in years.rows} == {"FY2026"}


def test_a_pipe_gets_both_tables_whole_for_what_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    say_plan(Terminal(colour=False), outcome("not fit for use"))  # type: ignore[arg-type]
    said = capsys.readouterr().out
    assert said.startswith("NOT FIT FOR USE: a check failed; no money figure of this plan")
    assert said.count("scenario\tperiod\tmetric") == 2 and "downside\tFY2026\tcsat" in said and "late\t" not in said


def test_nothing_planned_says_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    bare = outcome()
    bare.tables = {name: table.head(0) for name, table in bare.tables.items()}
    say_plan(Terminal(colour=False), bare)  # type: ignore[arg-type]
    assert "\t" not in capsys.readouterr().out


def test_a_program_gets_every_scenario_and_which_were_asked_for(tmp_path: Path) -> None:
    told = json.loads(plan_answer(outcome(), tmp_path).to_json())["result"]  # type: ignore[arg-type]
    assert told["asked"] == ["downside"] and told["portfolio"] == [{"chosen": 1}]
    assert {row["scenario"] for row in told["scenarios"]} >= {"base", "late"}
    assert told["scenarios"][0]["unit"] == "unit" and "outlook_gap" not in told
