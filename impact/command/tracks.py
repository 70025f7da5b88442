"""How the outcome of `track` is said: for a person in lines, for a program as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from impact.command import words
from impact.command.answer import DONE, NOT_FIT, Answer, check_records, file_records, records
from impact.command.outcomes import say_end
from impact.command.terminal import Grid, Terminal
from impact.fingerprint import input_hashes

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from impact.track_study import TrackOutcome

UNITS = {
    "forecast": "mean, in the unit of the row",
    "p05": "5% of the claim, in the unit of the row",
    "p95": "95% of the claim, in the unit of the row",
    "actual": "in the unit of the row",
    "inside": "1 within the 90% range, else 0",
    "crps": "track: in the unit of the row; scores: as a share of what was forecast",
    "pit": "share 0..1",
    "coverage": "share 0..1",
    "bias": "actual over forecast",
    "width_needed": "times the claimed range",
    "value": "money",
    "seconds": "s",
}
TOLD = ("track", "scores", "misses", "calibration_curve", "cohort")
SCORES = {"group": "figures", "n": "number", "coverage": "within 90%", "bias": "came / forecast", "width": "width"}
MISSES = {"period": "period", "part": "part", "value": "money", "low": "low", "high": "high"}


def track_code(outcome: TrackOutcome) -> int:
    """The exit code of a tracking: 0, or 1 where nothing could be scored."""
    return DONE if outcome.scored else NOT_FIT


def track_answer(outcome: TrackOutcome, study: Path) -> Answer:
    """A tracking's answer for a program; `units` names the unit of every number."""
    result = {
        "out": str(outcome.out),
        "headline": outcome.headline,
        "units": UNITS,
        **{name: records(outcome.tables[name]) for name in TOLD},
        "checks": check_records(outcome.checks),
        "files": file_records(outcome.files),
        "seconds": outcome.seconds,
    }
    return Answer(code=track_code(outcome), result=result, inputs=input_hashes(study))


def say_track(terminal: Terminal, outcome: TrackOutcome) -> None:
    """Nothing; says what became of the forecast, its scores and misses, and where the files are."""
    terminal.say(outcome.headline)
    if not terminal.watched:
        terminal.show(words.whole_grid(outcome.tables["scores"]))
    elif outcome.scored:
        terminal.show(scores_grid(outcome.tables["scores"]))
        if len(outcome.tables["misses"]):
            terminal.say("Margin from forecast to actual; the parts of a period add up; low to high holds 90%:")
            terminal.show(misses_grid(outcome.tables["misses"]))
    say_end(terminal, outcome)


def scores_grid(scores: pd.DataFrame) -> Grid:
    """The scores for a person: coverage, bias, and by which factor ranges should have been wider."""
    rows = tuple(
        (
            str(row["group"]),
            str(row["n"]),
            _share(row["coverage"]),
            _times(row["bias"]),
            f"{_times(row['width_needed'])} ({_times(row['width_low'])} to {_times(row['width_high'])})",
        )
        for row in records(scores)
    )
    return Grid(columns=tuple(SCORES.values()), rows=rows, numbers=frozenset({"number", "within 90%"}))


def misses_grid(misses: pd.DataFrame) -> Grid:
    """The misses of the latest period for a person."""
    latest = misses[misses["period"] == misses["period"].max()]
    rows = tuple(
        (str(row["period"]), str(row["part"]), *(words.money(row[name]) for name in ("value", "low", "high")))
        for row in records(latest)
    )
    return Grid(columns=tuple(MISSES.values()), rows=rows, numbers=frozenset({"money", "low", "high"}))


def _share(value: float) -> str:
    return f"{value:.0%}" if value == value else "n/a"


def _times(value: float) -> str:
    return f"{value:.2f}" if value == value else "n/a"
