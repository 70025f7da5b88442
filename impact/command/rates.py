"""How the outcomes of `calibrate` and `approve` are said: for a person in lines, for a program as an answer."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from impact.command import words
from impact.command.answer import DONE, NOT_FIT, Answer, check_records, file_records, records
from impact.command.outcomes import say_end
from impact.command.terminal import Grid, Terminal
from impact.fingerprint import input_hashes

if TYPE_CHECKING:
    from impact.approve import Signed
    from impact.calibrate_study import CalibrateOutcome

ASKED = {
    "time_order": "time order",
    "own_history": "own history",
    "placebo_clean": "placebo",
    "stable": "stable",
    "enough_data": "enough data",
}
HEADS = ("rate of", "a point", "low", "high", "grade", "answers")
MARKS = {"yes": "✓", "no": "✗", "cannot tell": "?"}
PLAIN_MARKS = {"yes": "y", "no": "n", "cannot tell": "?"}
UNITS = {
    "rate": "a point, in the unit of its outcome: log leaving rate, log money, or money a customer and period",
    "kept": "share 0..1",
    "money_between": "money, discounted",
    "seconds": "s",
}


def calibrate_answer(outcome: CalibrateOutcome, study: Path) -> Answer:
    """A calibration's answer for a program; `units` names the unit of every number."""
    result = {
        "out": str(outcome.out),
        "fitness": "fit" if outcome.fit else "not fit for use",
        "units": UNITS,
        "certificates": records(outcome.certificates),
        "notes": outcome.notes,
        "checks": check_records(outcome.checks),
        "files": file_records(outcome.files),
        "seconds": outcome.seconds,
    }
    return Answer(code=DONE if outcome.fit else NOT_FIT, result=result, inputs=input_hashes(study))


def say_calibrate(terminal: Terminal, outcome: CalibrateOutcome) -> None:
    """Nothing; says every rate with its range, grade and five answers, what to mind, and where the files are."""
    if not outcome.fit:
        terminal.say("NOT FIT FOR USE: a check failed; no rate of this calibration may be used.")
    if len(outcome.certificates):
        _show_rates(terminal, outcome)
    for blocked in outcome.certificates["blocked"]:
        if blocked:
            terminal.say(f"Note: {blocked}")
    for note in outcome.notes:
        terminal.say(f"Note: {note}")
    say_end(terminal, outcome)


def _show_rates(terminal: Terminal, outcome: CalibrateOutcome) -> None:
    if not terminal.watched:
        terminal.show(words.whole_grid(outcome.certificates))
        return
    points = ", ".join(dict.fromkeys(outcome.certificates["point"]))
    terminal.say(f"For {points} more of overall satisfaction; low to high holds 90%:")
    marks = marks_on(sys.stdout.encoding)
    terminal.show(rate_grid(outcome, marks))
    legend = ", ".join(f"{mark} {verdict}" for verdict, mark in marks.items())
    terminal.say(f"Answers: {', '.join(ASKED.values())}; {legend}.")
    for row in records(outcome.certificates):
        terminal.say(f"{str(row['outcome']).replace('_', ' ')}: {row['approval']}.")


def marks_on(encoding: str | None) -> dict[str, str]:
    """A mark an answer that a stream of this encoding can carry."""
    try:
        "".join(MARKS.values()).encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return PLAIN_MARKS
    return MARKS


def rate_grid(outcome: CalibrateOutcome, marks: dict[str, str]) -> Grid:
    """A row a rate for a person: the rate and its range, the grade, and the five answers as marks in one cell."""
    rows = tuple(
        (
            str(row["outcome"]).replace("_", " "),
            *(f"{row[name]:+.3g}" for name in ("rate", "low", "high")),
            str(row["grade"]) or "none given",
            " ".join(marks[str(row[name])] for name in ASKED),
        )
        for row in records(outcome.certificates)
    )
    return Grid(columns=HEADS, rows=rows, numbers=frozenset({"a point", "low", "high"}))


def approve_answer(signed: Signed) -> Answer:
    """An approval's answer for a program."""
    record = None if signed.record is None else str(signed.record)
    result = {
        **{"approval": asdict(signed.approval), "file": str(signed.file), "left_out": signed.left_out},
        **{"record": record, "on_record_before": signed.added},
    }
    return Answer(code=DONE, result=result, inputs=signed.approval.inputs)


def say_approve(terminal: Terminal, signed: Signed) -> None:
    """Nothing; says what was signed, by whom, until when, and what was left out."""
    one = signed.approval
    terminal.say(f"{one.by} approved the {one.what} of run {one.run_id}, valid until {one.valid_until}.")
    for rate in one.rates:
        terminal.say(
            f"  {rate.outcome.replace('_', ' ')}: {rate.rate:+.4g} for {rate.point} "
            f"(range {rate.low:+.4g} to {rate.high:+.4g}), grade: {rate.grade}"
        )
    for outcome in signed.left_out:
        terminal.say(f"  {outcome.replace('_', ' ')}: not signed, because no grade is given to it")
    if signed.record is not None:
        kept = (
            "It was on record already; your signature was added to it" if signed.added else "Its forecast is on record"
        )
        terminal.say(f"  {kept}: {signed.record}")
    terminal.say(f"Recorded in {signed.file}. Any later change of inputs reads: not approved.")
