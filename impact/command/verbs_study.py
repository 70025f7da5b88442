"""The verbs that read, estimate and decide a study."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from impact.command import words
from impact.command.answer import DONE, NOT_FIT, Answer, file_records
from impact.command.options import Engine, Json, Seed, Settings, Study
from impact.command.outcomes import (
    after_run,
    check_answer,
    code_of,
    run_answer,
    say_check,
    say_run,
    write_check,
)
from impact.command.ranks import rank_answer, say_rank
from impact.command.rates import calibrate_answer, say_calibrate
from impact.command.terminal import Terminal


def init(
    context: typer.Context,
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder for the new study.")],
    as_json: Json = False,
) -> int:
    """Write a study that runs as it is, to make your own.

    study.toml with every setting, plan.xlsx to fill in, and small synthetic tables. Nothing is overwritten.
    """
    from impact.starter import write_starter

    terminal: Terminal = context.obj
    files = write_starter(folder)
    if as_json:
        terminal.say(Answer(code=DONE, result={"files": file_records(files)}).to_json())
        return DONE
    terminal.say(f"A study that runs as it is, on synthetic data, in {folder}:")
    terminal.say("  study.toml   what is asked: every setting with its meaning; edit this first")
    terminal.say("  plan.xlsx    journey, pain points and initiatives, to fill in")
    terminal.say("  data/        synthetic tables in the form yours will have; README.md says how to replace them")
    terminal.note(f"Next: {words.command('check', folder)}")
    return DONE


def check(
    context: typer.Context,
    *,
    study: Study,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Also write check.html, check.json and rejects/ there.")
    ] = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Read and validate everything, and fit nothing.

    The data-quality report: what was read, what was set aside, what is wrong and what to do about it.
    """
    from impact.run import check_study

    terminal: Terminal = context.obj
    started = time.monotonic()
    outcome = check_study(study, tuple(settings or ()))
    answer = check_answer(outcome, study)
    files = () if out is None else write_check(out, outcome, answer)
    if as_json:
        terminal.say(answer.to_json())
    else:
        if out is not None:
            terminal.say("\n".join([f"Files in {out}:", *words.file_lines(files, out)]))
        say_check(terminal, outcome, study, seconds=time.monotonic() - started)
    return answer.code


def run(
    context: typer.Context,
    *,
    study: Study,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Output folder; default: out/ beside the study.")
    ] = None,
    engine: Engine = "quick",
    seed: Seed = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="RUN",
            help="Also explain what changed since an earlier forecast: its file, run id or period, or last.",
        ),
    ] = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Run the whole study, from the tables to the report.

    Calibrate, estimate, rank, choose, plan and report; ends with the decision and where the files are.
    """
    from impact.run import RunOptions, run_study

    terminal: Terminal = context.obj
    options = RunOptions(out=out, engine=engine, seed=seed, overrides=tuple(settings or ()), since=since)
    outcome = run_study(study, options, terminal.progress(silent=as_json))
    if as_json:
        terminal.say(run_answer(outcome, study).to_json())
    else:
        say_run(terminal, outcome)
        terminal.note(f"Next: {after_run(outcome, study)}")
    return code_of(outcome)


def calibrate(
    context: typer.Context,
    *,
    study: Study,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Output folder; default: out/calibration/ beside the study."),
    ] = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Calibrate alone: the rate of a point and its certificate.

    Reads, summarises and certifies the rates; estimates no pain point and chooses nothing.
    """
    from impact.calibrate_study import calibrate_study

    terminal: Terminal = context.obj
    outcome = calibrate_study(study, out, tuple(settings or ()), terminal.progress(silent=as_json))
    if as_json:
        terminal.say(calibrate_answer(outcome, study).to_json())
    else:
        say_calibrate(terminal, outcome)
    return DONE if outcome.fit else NOT_FIT


def rank(
    context: typer.Context,
    *,
    study: Study,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Output folder; default: out/ranking/ beside the study."),
    ] = None,
    engine: Engine = "quick",
    seed: Seed = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Rank and choose alone: what to fund, in what order.

    Reads, estimates and decides; asks nothing of what the choice rests on, follows no customer, writes no workbook.
    """
    from impact.rank_study import rank_study
    from impact.run import RunOptions

    terminal: Terminal = context.obj
    options = RunOptions(out=out, engine=engine, seed=seed, overrides=tuple(settings or ()))
    outcome = rank_study(study, options, terminal.progress(silent=as_json))
    if as_json:
        terminal.say(rank_answer(outcome, study).to_json())
    else:
        say_rank(terminal, outcome)
        terminal.note(f"Next: {words.command('run', study)}")
    return code_of(outcome)
