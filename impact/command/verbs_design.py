"""The verb that designs pilots before anybody decides."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impact.command import words
from impact.command.designs import design_answer, read_effects, say_design
from impact.command.options import Engine, Json, Seed, Settings, Study
from impact.command.outcomes import code_of
from impact.command.terminal import Terminal


def design(
    context: typer.Context,
    *,
    study: Study,
    initiative: Annotated[
        list[str] | None,
        typer.Option(
            "--initiative", metavar="ID", help="Design its pilot; may be repeated; default: all that are open."
        ),
    ] = None,
    periods: Annotated[
        int | None, typer.Option("--periods", metavar="N", help="Periods a pilot lasts; default: half a year.")
    ] = None,
    power: Annotated[float, typer.Option("--power", help="Chance that an effect is to be found with.")] = 0.8,
    effect: Annotated[
        list[str] | None,
        typer.Option(
            "--effect",
            metavar="OUTCOME=NUMBER",
            help="See this effect instead of the expected one: leaving, margin, score or met:PAIN_POINT.",
        ),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="COLUMN", help="Draw whole groups of customers, as by region.")
    ] = "",
    stepped: Annotated[bool, typer.Option("--stepped", help="Sites that are drawn start a period apart.")] = False,
    lists: Annotated[
        bool, typer.Option("--lists", help="Draw who takes part and write the lists, which name customers.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Output folder; default: out/design/ beside the study."),
    ] = None,
    engine: Engine = "quick",
    seed: Seed = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Design pilots: how many, how long, what could be seen.

    Reads and estimates; says for every open initiative which outcome could be seen, writes a sheet to register, and
    draws by lot who takes part.
    """
    from impact.design_study import design_study
    from impact.designing import Asked
    from impact.run import RunOptions

    terminal: Terminal = context.obj
    options = RunOptions(out=out, engine=engine, seed=seed, overrides=tuple(settings or ()))
    asked = Asked(
        initiatives=tuple(dict.fromkeys(initiative or ())),
        periods=periods,
        power=power,
        wanted=read_effects(effect or ()),
        by=by,
        way="stepped" if stepped else "at once",
    )
    outcome = design_study(study, options, asked, "lists" if lists else "none", terminal.progress(silent=as_json))
    if as_json:
        terminal.say(design_answer(outcome, study).to_json())
    else:
        say_design(terminal, outcome)
        terminal.note(f"Next: {words.command('run', study)}")
    return code_of(outcome)
