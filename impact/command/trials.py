"""How the outcomes of `selftest` and `verify-engine` are said: for a person in lines, for a program as an answer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from impact.command import words
from impact.command.answer import DONE, NOT_FIT, Answer, check_records
from impact.command.terminal import Grid, Terminal
from impact.fingerprint import input_hashes

if TYPE_CHECKING:
    from impact.selftest import SelftestOutcome
    from impact.verify_engine import ChoicePair, VerifyOutcome

SELFTEST_HEADS = ("range of", "held", "of", "chance allows")
VERIFY_HEADS = ("effect", "number", "max |z|", "shift, sd", "sd ratio", "agree")
VALUE_HEADS = ("value of", "quick", "full", "shift, sd")
WHAT = {
    "score": "an effect on the score",
    "leaving": "an effect on leaving",
    "spend": "an effect on spend",
    "value of a pain point": "the value of a pain point",
    "value of all together": "the value of all together",
}
VERIFY_UNITS = {
    "z_max": "differences of means over their Monte-Carlo error",
    "shift_max": "posterior standard deviations",
    "ratio": "sd by the quick engine over sd by the full one",
    "quick": "money, discounted, mean",
    "full": "money, discounted, mean",
    "sd": "money",
    "difference": "money, discounted, mean NPV by the full engine's draws",
    "seconds": "s",
}


def selftest_answer(outcome: SelftestOutcome, study: Path) -> Answer:
    """A self-test's answer for a program."""
    result = {
        "companies": outcome.companies,
        "held": [asdict(one) | {"share": one.held / one.asked, "below": one.below} for one in outcome.held],
        "drawn": "cell by cell" if outcome.from_cells else "by reduced form",
        "fell_back": outcome.fell_back,
        "checks": check_records(outcome.checks),
        "seconds": outcome.seconds,
    }
    return Answer(code=DONE if outcome.passed else NOT_FIT, result=result, inputs=input_hashes(study))


def say_selftest(terminal: Terminal, outcome: SelftestOutcome) -> None:
    """Nothing; says how many of the ranges held the truth, by kind, and whether that is enough."""
    held, asked = (sum(getattr(one, name) for one in outcome.held) for name in ("held", "asked"))
    companies = words.counted(outcome.companies, "company").replace("companys", "companies")
    terminal.say(f"Our 90% ranges held {held:,} of {asked:,} truths on {companies} like this study.")
    rows = tuple(
        (WHAT[one.what], f"{one.held:,}", f"{one.asked:,}", f"{one.least:,} to {one.most:,}") for one in outcome.held
    )
    terminal.show(Grid(columns=SELFTEST_HEADS, rows=rows, numbers=frozenset({"held", "of", "chance allows"})))
    terminal.say(
        "Who met what, how many they are and how long they stay are the study's own; leavers, scores and spend are "
        "drawn anew under effects that are known. What no simulation of this kind can show is a hidden cause."
    )
    if outcome.fell_back:
        terminal.say(f"{words.counted(outcome.fell_back, 'posterior')} needed the full engine.")
    terminal.say("\n".join(words.check_lines(outcome.checks)))
    terminal.note(f"Done in {outcome.seconds:.1f} s.")


def verify_answer(outcome: VerifyOutcome, study: Path) -> Answer:
    """The answer for a program of two engines compared."""
    choice = outcome.choice
    result = {
        "agree": outcome.agree,
        "units": VERIFY_UNITS,
        "effects": [asdict(one) for one in outcome.agreements],
        "values": [asdict(one) | {"shift": one.shift} for one in outcome.values],
        "portfolio": asdict(choice) | {"unchanged": choice.quick == choice.full, "agrees": choice.agrees},
        "engines": {
            name: {
                "engine": fit.engine,
                "fell_back": fit.fell_back,
                "rhat": fit.rhat_max,
                "ess": fit.ess_min,
                "divergences": fit.divergences,
                "khat": fit.tails(),
                "seconds": fit.seconds,
            }
            for name, fit in outcome.fits.items()
        },
        "time_ratio": outcome.time_ratio,
        "checks": check_records(outcome.checks),
        "seconds": outcome.seconds,
    }
    return Answer(code=DONE if outcome.agree else NOT_FIT, result=result, inputs=input_hashes(study))


def say_verify(terminal: Terminal, outcome: VerifyOutcome) -> None:
    """Nothing; says how far the engines are apart, in effects, in values and in what is chosen."""
    rows = tuple(
        (
            *(one.block, str(one.effects), f"{one.z_max:.1f}", f"{one.shift_max:.3f}"),
            *(f"{one.ratio_min:.2f} to {one.ratio_max:.2f}", "yes" if one.agrees else "no"),
        )
        for one in outcome.agreements
    )
    terminal.show(Grid(columns=VERIFY_HEADS, rows=rows, numbers=frozenset(VERIFY_HEADS[1:5])))
    terminal.say(f"In {outcome.currency}, never met again:")
    values = tuple(
        (one.item, words.money(one.quick), words.money(one.full), f"{one.shift:.3f}") for one in outcome.values
    )
    terminal.show(Grid(columns=VALUE_HEADS, rows=values, numbers=frozenset(VALUE_HEADS[1:])))
    terminal.say(_portfolio_said(outcome.choice, outcome.currency))
    quick, full = (outcome.fits[name].seconds for name in ("quick", "full"))
    terminal.say(f"Sampling took {quick:.1f} s and {full:.1f} s: {outcome.time_ratio:.0f} times as long with full.")
    terminal.say("\n".join(words.check_lines(outcome.checks)))
    terminal.note(f"Done in {outcome.seconds:.1f} s.")


def _portfolio_said(choice: ChoicePair, currency: str) -> str:
    if choice.quick is None or choice.full is None:
        return "Portfolio: none can be chosen without costs and a margin."
    if choice.quick == choice.full:
        return "Portfolio: unchanged."
    sets = [", ".join(one) or "nothing" for one in (choice.quick, choice.full)]
    return (
        f"Portfolio: {sets[0]} by quick, {sets[1]} by full; the second is worth {currency} "
        f"{words.money(choice.difference)} more (Monte-Carlo error {words.money(choice.error)})."
    )
