"""The verbs of `cx-impact`: each asks a room for its outcome and says it. Heavy rooms load inside the verbs."""

from __future__ import annotations

from typing import Annotated

import typer

from impact.command.verbs_design import design
from impact.command.verbs_quarter import approve, plan, track
from impact.command.verbs_study import calibrate, check, init, rank, run
from impact.command.verbs_trial import demo, explain, selftest, verify_engine

app = typer.Typer(
    name="cx-impact",
    help="What customer experience is worth: from survey, ledger and plan to a funded portfolio.",
    epilog="Exit codes: 0 done, 1 not fit for use or too thin, 2 bad input, 101 internal error, 130 interrupted.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - the shape of an option's callback
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"cx-impact {version('cx-impact')}")
        except PackageNotFoundError:
            typer.echo("cx-impact, not installed")
        raise typer.Exit


@app.callback()
def every_verb(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version, and nothing else.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error arose; anywhere in the line.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colour; anywhere in the line.")] = False,
) -> None:
    """What customer experience is worth: from survey, ledger and plan to a funded portfolio."""


for verb in (init, check, run, calibrate, rank, plan, approve, track, design, selftest, verify_engine, demo, explain):
    app.command(name=verb.__name__.replace("_", "-"))(verb)
