"""Arguments and options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Study = Annotated[Path, typer.Argument(metavar="STUDY", help="A folder that holds study.toml, or that file.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, also for errors.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of every random draw; default: the study's.")]
Engine = Annotated[
    Literal["quick", "full"],
    typer.Option("--engine", help="How the uplift is estimated: by its structure in seconds, or by NUTS."),
]


def _assignment(texts: list[str] | None) -> list[str] | None:
    for text in texts or ():
        if not text.partition("=")[0].strip() or "=" not in text:
            raise typer.BadParameter(f"{text!r} is not KEY=VALUE, for example portfolio.budget=250000")
    return texts


Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        callback=_assignment,
        help="A setting of the study file for this run only, as section.key=value; may be repeated.",
    ),
]
