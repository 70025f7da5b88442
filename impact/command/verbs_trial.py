"""The verbs that try the engine, run an example, or explain a finding."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impact.command import words
from impact.command.answer import DONE, NOT_FIT, Answer
from impact.command.options import Json, Seed, Settings, Study
from impact.command.outcomes import (
    code_of,
    run_result,
    say_run,
)
from impact.command.terminal import Terminal
from impact.command.trials import say_selftest, say_verify, selftest_answer, verify_answer
from impact.errors import Finding, InputError

if TYPE_CHECKING:
    from impact.run import RunOutcome


def selftest(
    context: typer.Context,
    *,
    study: Study,
    companies: Annotated[
        int, typer.Option("--companies", metavar="N", min=2, max=1_000, help="How many companies to simulate.")
    ] = 20,
    seed: Seed = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Test our ranges on simulated companies like this one.

    Journey, personas, sizes and prevalence are the study's own; the truth is known. Some two seconds a company.
    """
    from impact.selftest import selftest_study

    terminal: Terminal = context.obj
    progress = terminal.progress(silent=as_json)
    outcome = selftest_study(study, companies, tuple(settings or ()), seed, progress)
    if as_json:
        terminal.say(selftest_answer(outcome, study).to_json())
    else:
        say_selftest(terminal, outcome)
    return DONE if outcome.passed else NOT_FIT


def verify_engine(
    context: typer.Context,
    *,
    study: Study,
    seed: Seed = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Run both engines on a study and compare them.

    Effects, values and choice; ends with 1 where they differ beyond a tenth of a standard deviation and the
    chance of their draws.
    """
    from impact.verify_engine import verify_engine as compare

    terminal: Terminal = context.obj
    outcome = compare(study, tuple(settings or ()), seed, terminal.progress(silent=as_json))
    if as_json:
        terminal.say(verify_answer(outcome, study).to_json())
    else:
        say_verify(terminal, outcome)
    return DONE if outcome.agree else NOT_FIT


def demo(
    context: typer.Context,
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One example; default: hospitals and subscription.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Each example gets its own folder in DIR.")] = Path(
        "out"
    ),
    only_list: Annotated[bool, typer.Option("--list", help="Name the examples and run none.")] = False,
    as_json: Json = False,
) -> int:
    """Run a bundled example, or two of them, from end to end."""
    from impact.examples_path import example_folder, example_names, first_examples

    terminal: Terminal = context.obj
    if only_list:
        names = tuple(example_names())
        terminal.say(Answer(code=DONE, result={"examples": names}).to_json() if as_json else "\n".join(names))
        return DONE
    folders = {example: example_folder(example) for example in ((name,) if name else first_examples())}
    outcomes = _run_examples(folders, out, terminal, silent=as_json)
    code = max(map(code_of, outcomes.values()))
    if as_json:
        result = {example: run_result(outcome) for example, outcome in outcomes.items()}
        terminal.say(Answer(code=code, result=result).to_json())
        return code
    terminal.say("Results:")
    for example, outcome in outcomes.items():
        terminal.say(f"  {example:<14} {outcome.out / 'report.html'}")
    terminal.note(f"Next, a study of your own: {words.command('init', 'my-study')}")
    return code


def _run_examples(folders: Mapping[str, Path], out: Path, terminal: Terminal, *, silent: bool) -> dict[str, RunOutcome]:
    from impact.run import RunOptions, run_study

    outcomes = {}
    for name, folder in folders.items():
        if not silent:
            terminal.note(f"{name}:")
        outcomes[name] = run_study(folder, RunOptions(out=out / name), terminal.progress(silent=silent))
        if not silent:
            say_run(terminal, outcomes[name])
    return outcomes


def explain(
    context: typer.Context,
    *,
    code: Annotated[str, typer.Argument(metavar="CODE", help="As printed at the start of a finding, such as U001.")],
    as_json: Json = False,
) -> int:
    """Explain a finding or a check in full, offline."""
    from impact.command.codes import all_codes

    terminal: Terminal = context.obj
    pages = all_codes()
    page = pages.get(code.strip().upper())
    if page is None:
        raise InputError([_no_page(code.strip().upper(), pages)])
    if as_json:
        result = {"code": page.code, "title": page.title, "why": page.why, "remedy": page.remedy}
        terminal.say(Answer(code=DONE, result=result).to_json())
    else:
        terminal.say(f"{page.code}  {page.title}\n\nWhy it matters\n  {page.why}\n\nWhat to do\n  {page.remedy}")
    return DONE


def _no_page(code: str, known: Iterable[str]) -> Finding:
    near = difflib.get_close_matches(code, sorted(known), n=3, cutoff=0.5)
    return Finding(
        code="U005",
        place="cx-impact explain",
        found=f"no code is called {code!r}",
        allowed="the code at the start of a finding's line, such as U001",
        remedy=f"the nearest: {', '.join(near)}" if near else "copy it from there",
    )
