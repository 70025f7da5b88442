"""The tables of pilot design: what could be seen of every outcome, and what is registered before a pilot begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from impact.periods import PeriodKind, period_label
from reports.figures import plain, signed_percent
from scenarios.pilot_design import MET, SCORE, Sight
from scenarios.pilots import LEAVING

DESIGN = (
    "initiative",
    "outcome",
    "unit",
    "n_available",
    "n_per_arm_needed",
    "periods",
    "effect",
    "effect_p05",
    "effect_p95",
    "effect_unit",
    "mde",
    "power",
    "assurance",
    "design_effect",
    "registered",
    "cost",
    "suggestion",
)
STOP = (
    "Fixed: the result is read once, when the last period is complete. Nobody compares the arms before, nothing is "
    "stopped or lengthened because of what is seen, except for harm to customers."
)
ANALYSES = {
    "at once": "randomised difference: mean after the start of those drawn less that of those not drawn, beside the "
    "mean before; everyone as drawn, whatever they got; two-sided 5%, range 90% (cx-impact track)",
    "stepped": "difference in differences of staggered starts: each drawn site against those not drawn yet and those "
    "never drawn, before and after; two-sided 5%, range 90% (cx-impact track)",
}
_SHARES = "share of customers in a period"


def design_table(
    pilots: Sequence[Sequence[Sight]], costs: Mapping[str, float], registered: Sequence[Sight]
) -> pd.DataFrame:
    """A row an initiative and outcome that can be measured; a need beyond all numbers is blank."""
    chosen = {(one.initiative, one.outcome) for one in registered}
    rows = [_row(one, costs, chosen) for sights in pilots for one in sights if one.told]
    return pd.DataFrame(rows, columns=list(DESIGN))


def registration_table(
    registered: Sequence[Sight], drawn: Mapping[str, int], way: str, begins: tuple[int, PeriodKind]
) -> pd.DataFrame:
    """A row an initiative: what is written down before its pilot begins in a period, by ordinal and kind.

    `drawn` is how many an arm were drawn by lot, where lists are; least effect and power are with so many.
    """
    return pd.DataFrame([_registered(one, drawn.get(one.initiative, one.each), way, begins) for one in registered])


def _registered(one: Sight, each: int, way: str, begins: tuple[int, PeriodKind]) -> dict[str, object]:
    first, kind = begins
    share = 2 * each / one.ask.there
    return {
        "initiative": one.initiative,
        "metric": one.outcome,
        "metric_unit": effect_unit(one),
        "improvement": "falls" if one.better < 0 else "rises",
        "unit": one.ask.unit,
        "n_per_arm": each,
        "begins": period_label(first, kind),
        "ends": period_label(first + one.ask.periods - 1, kind),
        "periods": one.ask.periods,
        "expected": one.expected,
        "mde": one.least(share),
        "mde_power": one.ask.power,
        "assurance": one.assurance(one.ask.periods, share),
        "analysis": ANALYSES[way],
        "stop_rule": STOP,
    }


def effect_unit(sight: Sight) -> str:
    """The unit of an outcome's effect."""
    if sight.outcome == SCORE:
        return "points of overall"
    if sight.outcome == LEAVING or sight.outcome.startswith(MET):
        return _SHARES if sight.ask.unit == "customers" else "of a site in a period"
    return "share of money in a period"


def said_effect(sight: Sight, value: float, *, signed: bool = True) -> str:
    """An effect in words: points of a share or of a score, or per cent of money."""
    if sight.outcome == LEAVING or sight.outcome.startswith(MET):
        number, end = 100 * value, " points"
    elif sight.outcome == SCORE:
        number, end = value, " score points"
    else:
        return signed_percent(value) if signed else signed_percent(value).lstrip("+")
    return f"{'+' if signed and number > 0 else ''}{plain(number, 2)}{end}"


def said_range(sight: Sight) -> str:
    """The range of an effect, its unit once."""
    low, high = (said_effect(sight, value) for value in sight.range)
    return f"{low.split(' ')[0]} to {high}"


def said_outcome(sight: Sight) -> str:
    """An outcome by the name that a reader meets."""
    if sight.outcome.startswith(MET):
        return f"meeting {sight.outcome.removeprefix(MET)}"
    return {LEAVING: "leaving rate", SCORE: "overall score"}.get(sight.outcome, "money")


def suggestion(sight: Sight) -> str:
    """What to do about an outcome: register it, wait longer, or do without."""
    ask, name = sight.ask, said_outcome(sight)
    if sight.expected == 0:
        return f"Nothing is expected to move in {name}."
    span = f"{ask.periods} period" + "s" * (ask.periods != 1)
    expected = said_effect(sight, sight.expected)
    if sight.enough is None:
        longest = ask.spans[-1]
        all_there = f"all {ask.there:,} {ask.unit}"
        error = said_effect(sight, sight.margin_of_error, signed=False)
        if 2 * sight.needed(ask.periods) <= ask.there or not np.isfinite(sight.error(longest)):
            longest = ask.periods
        return (
            f"Cannot be seen with {all_there} in {longest} periods or fewer: {expected} is expected, and in {span} "
            f"a result is within +/-{error} by chance alone."
        )
    fewest = _whole(sight.needed(ask.periods))
    if fewest is not None and 2 * fewest <= ask.there:
        return f"Can be seen in {span} with {fewest:,} {ask.unit} an arm: {expected} is expected."
    later = _whole(sight.needed(sight.enough))
    return f"Not in {span}; in {sight.enough} periods with {later or 0:,} {ask.unit} an arm: {expected} is expected."


def _row(one: Sight, costs: Mapping[str, float], chosen: set[tuple[str, str]]) -> dict[str, object]:
    low, high = one.range
    return {
        "initiative": one.initiative,
        "outcome": one.outcome,
        "unit": one.ask.unit,
        "n_available": one.ask.there,
        "n_per_arm_needed": _whole(one.needed(one.ask.periods)),
        "periods": one.ask.periods,
        "effect": one.expected,
        "effect_p05": low,
        "effect_p95": high,
        "effect_unit": effect_unit(one),
        "mde": one.least(),
        "power": one.power,
        "assurance": one.assurance(one.ask.periods),
        "design_effect": one.drawn_together,
        "registered": int((one.initiative, one.outcome) in chosen),
        "cost": costs.get(one.initiative),
        "suggestion": suggestion(one),
    }


def _whole(number: float) -> int | None:
    """Rounded up; None of what no base could hold."""
    return int(np.ceil(number)) if number < 1e9 else None
