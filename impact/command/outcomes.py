"""How outcomes are said: for a person in lines, for a program as an answer; those of `check` and `run` in full."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impact.columns import TABLES
from impact.command import words
from impact.command.answer import BAD_INPUT, DONE, NOT_FIT, Answer, check_records, file_records, records
from impact.command.terminal import Terminal
from impact.fingerprint import input_hashes

if TYPE_CHECKING:
    from impact.calibrate_study import CalibrateOutcome
    from impact.check_outcome import CheckOutcome
    from impact.design_study import DesignOutcome
    from impact.plan_study import PlanOutcome
    from impact.rank_study import RankOutcome
    from impact.run import RunOutcome
    from impact.track_study import TrackOutcome

    # What verbs leave that decide.
    Outcome = RunOutcome | RankOutcome | PlanOutcome | DesignOutcome

UNITS = {
    "cost": "money, one-off, undiscounted",
    "npv": "money, discounted, mean",
    "npv_p05": "money, discounted",
    "npv_p95": "money, discounted",
    "p_npv_positive": "share 0..1",
    "seconds": "s",
}


def code_of(outcome: Outcome) -> int:
    """The exit code: 0, or 1 where the money figures are not fit for use."""
    return DONE if outcome.fitness == "fit" else NOT_FIT


def result_of(outcome: Outcome, told: Mapping[str, object]) -> dict[str, Any]:
    """What an outcome gives to a program, with what its verb tells beside what all do."""
    return {
        "out": str(outcome.out),
        "fitness": outcome.fitness,
        "headline": outcome.headline,
        "notices": outcome.notices,
        "currency": outcome.currency,
        **told,
        "checks": check_records(outcome.checks),
        "files": file_records(outcome.files),
        "seconds": outcome.seconds,
    }


def answer_of(outcome: Outcome, told: Mapping[str, object], study: Path) -> Answer:
    """An outcome's answer for a program."""
    return Answer(code=code_of(outcome), result=result_of(outcome, told), inputs=input_hashes(study))


def say_outcome(terminal: Terminal, outcome: Outcome, called: str, show: Callable[[], None]) -> None:
    """Nothing; says the headline, what to mind, what `show` says of its figures, and where the files are."""
    if outcome.fitness != "fit":
        terminal.say(f"NOT FIT FOR USE: a check failed; no money figure of this {called} may be used.")
    terminal.say(outcome.headline)
    for notice in outcome.notices:
        terminal.say(f"Note: {notice}")
    show()
    say_end(terminal, outcome)


def run_result(outcome: RunOutcome) -> dict[str, Any]:
    """What a run gives to a program; `units` names the unit of every number."""
    return result_of(outcome, {"units": UNITS, "decision": records(outcome.decision)})


def run_answer(outcome: RunOutcome, study: Path) -> Answer:
    """A run's answer for a program."""
    return Answer(code=code_of(outcome), result=run_result(outcome), inputs=input_hashes(study))


def say_run(terminal: Terminal, outcome: RunOutcome) -> None:
    """Nothing; says the decision, what to mind, and where the files are."""
    say_outcome(terminal, outcome, "run", lambda: _show_decision(terminal, outcome))


def say_end(terminal: Terminal, outcome: Outcome | CalibrateOutcome | TrackOutcome) -> None:
    """Nothing; says what was checked, where the files are, and how long it took."""
    terminal.say("\n".join(words.check_lines(outcome.checks)))
    terminal.say("\n".join([f"Files in {outcome.out}:", *words.file_lines(outcome.files, outcome.out)]))
    terminal.note(f"Done in {outcome.seconds:.1f} s.")


def _show_decision(terminal: Terminal, outcome: RunOutcome) -> None:
    if not len(outcome.decision):
        return
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
    """The answer of `check` for a program: faults as findings, and the whole report beside them."""
    failed = any(check.status == "fail" for check in outcome.checks)
    code = BAD_INPUT if outcome.findings else NOT_FIT if failed else DONE
    result = {
        "summary": outcome.summary,
        "verdict": outcome.verdict,
        "rows": records(outcome.rows),
        "checks": check_records(outcome.checks),
        "rules": words.rule_records(outcome),
        "sections": {title: records(table) for title, table in outcome.sections},
    }
    return Answer(code=code, findings=outcome.findings, result=result, inputs=input_hashes(study))


def say_check(terminal: Terminal, outcome: CheckOutcome, study: Path, *, seconds: float) -> None:
    """Nothing; says what was read, what is broken by what it puts at stake, every open check, the verdict last."""
    terminal.say(outcome.summary)
    if len(outcome.rows):
        terminal.show(words.whole_grid(outcome.rows))
    grid = words.rules_grid(outcome)
    if grid.rows:
        terminal.say("Rules broken, most revenue at stake first:" if terminal.watched else "")
        terminal.show(grid)
    for line in words.open_check_lines(outcome.checks):
        terminal.say(line)
    if outcome.findings:
        terminal.note("\n".join(words.finding_lines(outcome.findings)))
    counts = words.counted_checks(outcome.checks)
    terminal.say(f"{counts} ({seconds:.1f} s): {outcome.verdict[0].lower()}{outcome.verdict[1:]} Nothing was valued.")
    terminal.note(f"Next: {words.command('check' if outcome.findings else 'run', study)}")


def write_check(out: Path, outcome: CheckOutcome, answer: Answer) -> tuple[Path, ...]:
    """The paths of what `check` writes: its answer, its page, and the rows at fault, a file a table."""
    from reports.check_page import write_check_page
    from reports.tables_out import write_tables

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".check-") as folder:
        draft = Path(folder)
        (draft / "check.json").write_text(answer.to_json() + "\n", encoding="utf-8")
        write_check_page(outcome, draft / "check.html")
        write_tables(outcome.rejects, draft / "rejects")
        return tuple(_replaced(draft, out))


def _replaced(draft: Path, out: Path) -> Iterator[Path]:
    """The files of a draft after each took its place, those of tables without a row at fault removed."""
    # A run's own rejects belong to its numbers and stay as they are.
    rejects = out / ("check-rejects" if (out / "run.json").is_file() else "rejects")
    rejects.mkdir(exist_ok=True)
    for name in TABLES:
        (rejects / f"{name}.csv").unlink(missing_ok=True)
    for file in sorted(draft.rglob("*")):
        if file.is_file():
            place = (rejects if file.parent != draft else out) / file.name
            file.replace(place)
            yield place
    if not any(rejects.iterdir()):
        rejects.rmdir()
