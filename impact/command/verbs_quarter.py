"""The verbs of a planner: scenarios ahead, a signature, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impact.approval import What
from impact.command import words
from impact.command.answer import DONE
from impact.command.options import Engine, Json, Seed, Settings, Study
from impact.command.outcomes import (
    code_of,
)
from impact.command.plans import plan_answer, say_plan
from impact.command.rates import approve_answer, say_approve
from impact.command.terminal import Terminal
from impact.command.tracks import say_track, track_answer, track_code


def plan(
    context: typer.Context,
    *,
    study: Study,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            metavar="NAME",
            help='Show this scenario; "downside + late" is both at once; may be repeated; default: all of the plan.',
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Output folder; default: out/planning/ beside the study."),
    ] = None,
    engine: Engine = "quick",
    seed: Seed = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Plan by quarter alone: base and scenarios.

    Reads, estimates and decides; follows what is chosen by quarter and fiscal year in base and in every scenario.
    """
    from impact.plan_study import plan_study
    from impact.run import RunOptions

    terminal: Terminal = context.obj
    options = RunOptions(out=out, engine=engine, seed=seed, overrides=tuple(settings or ()))
    outcome = plan_study(study, options, tuple(scenario or ()), terminal.progress(silent=as_json))
    if as_json:
        terminal.say(plan_answer(outcome, study).to_json())
    else:
        say_plan(terminal, outcome)
        terminal.note(f"Next: {words.command('run', study)}")
    return code_of(outcome)


def approve(
    context: typer.Context,
    *,
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The output folder of a run.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who signs.")],
    what: Annotated[What, typer.Option("--what", help="What is signed.")],
    valid_until: Annotated[
        str | None,
        typer.Option("--valid-until", metavar="PERIOD", help="Last period it holds for; default: a year on."),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Kept with the signature.")] = "",
    as_json: Json = False,
) -> int:
    """Sign the rate or the portfolio of a run.

    Records who, when and what, with hashes, in the run's folder. A signed rate is the planning rate until it expires.
    """
    from impact.approve import Signature, approve_run

    terminal: Terminal = context.obj
    signed = approve_run(run, Signature(by=by, what=what, valid_until=valid_until, note=note))
    if as_json:
        terminal.say(approve_answer(signed).to_json())
    else:
        say_approve(terminal, signed)
    return DONE


def track(
    context: typer.Context,
    *,
    study: Study,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="The run's output folder, with its record; default: out/ there."),
    ] = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Hold the approved forecast against what happened.

    Scores every figure, splits the misses, keeps score of our own claims; writes track/ in the output folder.
    """
    from impact.track_study import track_study

    terminal: Terminal = context.obj
    outcome = track_study(study, out, tuple(settings or ()), terminal.progress(silent=as_json))
    if as_json:
        terminal.say(track_answer(outcome, study).to_json())
    else:
        say_track(terminal, outcome)
    return track_code(outcome)
