"""How the outcomes of `check` and `run` are said: for a person in lines, for a program as an answer."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impact.command import words
from impact.command.answer import DONE, NOT_FIT, Answer, check_records, file_records, records
from impact.command.terminal import Terminal
from impact.fingerprint import input_hashes

if TYPE_CHECKING:
    from impact.run import CheckOutcome, RunOutcome

UNITS = {
    "cost": "money, one-off, undiscounted",
    "npv": "money, discounted, mean",
    "npv_p05": "money, discounted",
    "npv_p95": "money, discounted",
    "p_npv_positive": "share 0..1",
    "seconds": "s",
}


def code_of(outcome: RunOutcome) -> int:
    """The exit code of a run: 0, or 1 where its money figures are not fit for use."""
    return DONE if outcome.fitness == "fit" else NOT_FIT


def run_result(outcome: RunOutcome) -> dict[str, Any]:
    """What a run gives to a program; `units` names the unit of every number."""
    return {
        "out": str(outcome.out),
        "fitness": outcome.fitness,
        "headline": outcome.headline,
        "notices": outcome.notices,
        "currency": outcome.currency,
        "units": UNITS,
        "decision": records(outcome.decision),
        "checks": check_records(outcome.checks),
        "files": file_records(outcome.files),
        "seconds": outcome.seconds,
    }


def run_answer(outcome: RunOutcome, study: Path) -> Answer:
    """A run's answer for a program."""
    return Answer(code=code_of(outcome), result=run_result(outcome), inputs=input_hashes(study))


def say_run(terminal: Terminal, outcome: RunOutcome) -> None:
    """Nothing; says the decision, what to mind, and where the files are."""
    if outcome.fitness != "fit":
        terminal.say("NOT FIT FOR USE: a check failed; no money figure of this run may be used.")
    terminal.say(outcome.headline)
    for notice in outcome.notices:
        terminal.say(f"Note: {notice}")
    if len(outcome.decision):
        _show_decision(terminal, outcome)
    terminal.say("\n".join(words.check_lines(outcome.checks)))
    terminal.say("\n".join([f"Files in {outcome.out}:", *words.file_lines(outcome.files, outcome.out)]))
    terminal.note(f"Done in {outcome.seconds:.1f} s.")


def _show_decision(terminal: Terminal, outcome: RunOutcome) -> None:
    if not terminal.watched:
        terminal.show(words.whole_grid(outcome.decision))
        return
    terminal.say(f"\nIn {outcome.currency}; cost undiscounted, the rest discounted; low to high holds 90%:")
    terminal.show(words.decision_grid(outcome.decision))
    hidden = len(outcome.decision) - words.ROWS_SHOWN
    if hidden > 0:
        terminal.say(f"and {hidden} more in tables/initiatives.csv")


def after_run(outcome: RunOutcome, study: Path) -> str:
    """The one command that helps most after a run: what its first open check means, else `check`."""
    from impact.command.codes import all_codes

    known = all_codes()
    for status in ("fail", "review"):
        for check in outcome.checks:
            if check.status == status and check.code in known:
                return words.command("explain", check.code)
    return words.command("check", study)


def check_answer(outcome: CheckOutcome, study: Path) -> Answer:
    """The answer of `check` for a program."""
    failed = any(check.status == "fail" for check in outcome.checks)
    result = {"summary": outcome.summary, "rows": records(outcome.rows), "checks": check_records(outcome.checks)}
    return Answer(code=NOT_FIT if failed else DONE, result=result, inputs=input_hashes(study))


def say_check(terminal: Terminal, outcome: CheckOutcome, study: Path, *, seconds: float) -> None:
    """Nothing; says what was read, every open check, and the count and verdict last."""
    terminal.say(outcome.summary)
    terminal.show(words.whole_grid(outcome.rows))
    for line in words.open_check_lines(outcome.checks):
        terminal.say(line)
    ready = not any(check.status == "fail" for check in outcome.checks)
    verdict = "ready to run" if ready else "not to be run on as it is"
    terminal.say(f"{words.counted_checks(outcome.checks)} ({seconds:.1f} s): {verdict}. Nothing was valued.")
    terminal.note(f"Next: {words.command('run', study)}")


def write_answer(path: Path, answer: Answer) -> None:
    """Nothing; the answer as a JSON file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(answer.to_json() + "\n")
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
