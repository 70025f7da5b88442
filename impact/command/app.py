"""The verbs of `cx-impact`: each asks a room for its outcome and says it. Heavy rooms load inside the verbs."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from impact.approval import What
from impact.command import words
from impact.command.answer import DONE, NOT_FIT, Answer, file_records
from impact.command.designs import design_answer, read_effects, say_design
from impact.command.outcomes import (
    after_run,
    check_answer,
    code_of,
    run_answer,
    run_result,
    say_check,
    say_run,
    write_check,
)
from impact.command.plans import plan_answer, say_plan
from impact.command.ranks import rank_answer, say_rank
from impact.command.rates import approve_answer, calibrate_answer, say_approve, say_calibrate
from impact.command.terminal import Terminal
from impact.command.trials import say_selftest, say_verify, selftest_answer, verify_answer
from impact.errors import Finding, InputError

if TYPE_CHECKING:
    from impact.run import RunOutcome

app = typer.Typer(
    name="cx-impact",
    help="What customer experience is worth: from survey, ledger and plan to a funded portfolio.",
    epilog="Exit codes: 0 done, 1 not fit for use or too thin, 2 bad input, 101 internal error, 130 interrupted.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)

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


@app.command()
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


@app.command()
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


@app.command()
def run(
    context: typer.Context,
    *,
    study: Study,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Output folder; default: out/ beside the study.")
    ] = None,
    engine: Engine = "quick",
    seed: Seed = None,
    settings: Settings = None,
    as_json: Json = False,
) -> int:
    """Run the whole study, from the tables to the report.

    Calibrate, estimate, rank, choose, plan and report; ends with the decision and where the files are.
    """
    from impact.run import RunOptions, run_study

    terminal: Terminal = context.obj
    options = RunOptions(out=out, engine=engine, seed=seed, overrides=tuple(settings or ()))
    outcome = run_study(study, options, terminal.progress(silent=as_json))
    if as_json:
        terminal.say(run_answer(outcome, study).to_json())
    else:
        say_run(terminal, outcome)
        terminal.note(f"Next: {after_run(outcome, study)}")
    return code_of(outcome)


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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
        int | None, typer.Option("--periods", metavar="N", help="Periods a pilot lasts; default: two quarters.")
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
    """Design pilots and rollouts: how many, how long, what effect could be seen.

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


@app.command()
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


@app.command(name="verify-engine")
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


@app.command()
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


@app.command()
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


@app.command()
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
