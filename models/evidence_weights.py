"""How much a row of evidence may weigh, by its kind."""

from __future__ import annotations

import re

import numpy as np

from impact.evidence import EvidenceKind
from impact.initiative import Fix
from impact.periods import PERIODS_A_YEAR, PeriodKind, parse_period

# What is said in an interview, or seen on a walk through the journey, counts for at most so many customers, and to
# this power: those asked are few, chosen, and asked by somebody with a case to make.
WORTH = 30
POWER = 0.3
# Error beyond the stated one, in standard deviations of what the prior expects of the same target. Before and after
# moves with everything else that moved, and a pilot's customers were at their worst when it began: half a prior's
# spread caps a past initiative at four times the prior's weight. Another company's effect is not one's own: a whole
# spread for all benchmarks of a target together, so that they never outweigh the prior.
OMEGA: dict[EvidenceKind, float] = {"experiment": 0.0, "past_initiative": 0.5, "benchmark": 1.0}
OPINION: frozenset[EvidenceKind] = frozenset({"interview", "walkthrough"})
# What was measured after a change to one's own customers tells how much of observation is real; the others do not.
TEACHES: frozenset[EvidenceKind] = frozenset({"experiment", "past_initiative"})
# What was measured counts for a fifth less with every year: customers, prices and journeys have moved on.
KEPT_A_YEAR = 0.8
_YEAR = re.compile(r"^\d{4}$")


def years_since(period: str, as_of: int, kind: PeriodKind) -> float:
    """Years from the period that a row names to `as_of`, 0 where it names none that can be read, or a later one.

    A year is read as its last period, so that nothing is taken for older than it says.
    """
    text = period.strip()
    try:
        ordinal = parse_period(f"{text}-12" if _YEAR.match(text) else text, kind)
    except ValueError:
        return 0.0
    return max(0, as_of - ordinal) / PERIODS_A_YEAR[kind]


def aged(years: float) -> float:
    """What the error of a row is multiplied by at an age: its likelihood counts to the power .8 a year.

    Source: Ibrahim & Chen (2000), the power prior, with a0 = .8 ^ years.
    """
    return float(KEPT_A_YEAR ** (-years / 2))


def share_removed(fix: Fix) -> tuple[float, float]:
    """The share of occurrences that a fix removes and its standard deviation: as stated, and as measured where it was.

    Normal times Normals: the stated 90% range is 3.29 standard deviations wide.
    """
    if fix.high <= fix.low or not fix.measured:
        return fix.likely, (fix.high - fix.low) / 3.29
    told = [(fix.likely, (fix.high - fix.low) / 3.29), *((one.share, one.se) for one in fix.measured)]
    precision = sum(sd**-2 for _, sd in told)
    return float(np.clip(sum(at / sd**2 for at, sd in told) / precision, 0.0, 1.0)), float(precision**-0.5)


def error_of(kind: EvidenceKind, se: float, *, expected: float, one_customer: float, alike: int, n: float) -> float:
    """The standard error that a row is given.

    Experiment: its own. Past initiative: sqrt(se^2 + (expected / 2)^2). Benchmark: sqrt(se^2 + alike expected^2).
    Interview and walkthrough: max(se, one_customer sqrt(alike / min(n, 30))) / sqrt(.3).

    Args:
        kind: of the row.
        se: as stated, in any unit; the rest in the same.
        expected: the prior's spread of what the row measures.
        one_customer: the standard deviation of what one customer tells of it.
        alike: rows of this kind on this target and outcome, which share the weight of one.
        n: customers behind the row, infinite where not stated.
    """
    if kind in OPINION:
        return float(max(se, one_customer * np.sqrt(alike / min(max(n, 1.0), WORTH))) / np.sqrt(POWER))
    share = alike if kind == "benchmark" else 1
    return float(np.sqrt(se**2 + share * (OMEGA[kind] * expected) ** 2))


def is_capped(kind: EvidenceKind) -> bool:
    """Whether the weight of a row is held below what its own error says."""
    return kind != "experiment"
