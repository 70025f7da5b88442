"""Own methods side by side: whether two ways to one rate are within a factor of two of each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from impact.cells import Cells, CustomerCells
from impact.cells.summary import RECENT
from impact.evidence import Evidence
from models.calibration.slopes import Z90, Outcome, Slope
from models.published import Published
from models.uplift import Priors, UpliftPosterior

Way = Literal["bottom-up", "within-unit", "across customers", "experiment"]
FACTOR = 2.0
MOSTLY_PRIOR = 0.5  # variance left of the prior's: above it a leg repeats an assumption and is no second method
_GRID = np.geomspace(1 / FACTOR, FACTOR, 2_001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One way to a rate per point, in the unit of its outcome (`Slope`), with its standard error and 90% range.

    `compared` is 0 for what is shown and not compared; `note` says why, or where it comes from.
    """

    way: Way
    name: str
    estimate: float
    se: float
    low: float
    high: float
    compared: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two ways by name; the 90% range of their ratio (infinite where the second may be nil); whether they are apart."""

    first: str
    second: str
    ratio: float
    low: float
    high: float
    apart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangulation:
    """Every way to one headline rate, each pair of those compared, and the published ranges beside them."""

    outcome: Outcome
    term: str
    legs: tuple[Leg, ...]
    pairs: tuple[Pair, ...]
    published: tuple[Published, ...]

    @property
    def blocked(self) -> str:
        """Why no grade is given, in a sentence; empty where no pair is apart."""
        apart = [pair for pair in self.pairs if pair.apart]
        if not apart:
            return ""
        named = "; ".join(f"{pair.first} and {pair.second} (ratio {_range(pair)})" for pair in apart)
        return f"Own methods disagree by more than a factor of two: {named}."


def _range(pair: Pair) -> str:
    if not np.isfinite([pair.low, pair.high]).all():
        return "without bound, and not between 0.5 and 2"
    return f"{pair.low:.2g} to {pair.high:.2g}"


def ratio_range(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """The 90% range of first over second, each an estimate with its standard error, taken as independent.

    Both ends are infinite where the second is not clear of zero. Source: Fieller (1954): all r with
    |a - r b| <= z sqrt(var a + r^2 var b).
    """
    (a, var_a), (b, var_b) = ((estimate, (Z90 * se) ** 2) for estimate, se in (first, second))
    square, half, rest = b**2 - var_b, a * b, a**2 - var_a
    if square <= 0:
        return -np.inf, np.inf
    root = np.sqrt(max(half**2 - square * rest, 0.0))
    return float((half - root) / square), float((half + root) / square)


def apart(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Whether no ratio between 1/2 and 2 lies in the 90% range of first over second.

    The range is that of `ratio_range`, also where it is not one interval, and the answer is the same for second
    over first.
    """
    (a, se_a), (b, se_b) = first, second
    gap = np.abs(a - _GRID * b)
    return bool((gap > Z90 * np.sqrt(se_a**2 + _GRID**2 * se_b**2)).all())


def compare_legs(legs: tuple[Leg, ...]) -> tuple[Pair, ...]:
    """Every pair of the legs that are compared."""
    out = []
    for one, other in combinations([leg for leg in legs if leg.compared], 2):
        first, second = (one.estimate, one.se), (other.estimate, other.se)
        low, high = ratio_range(first, second)
        out.append(
            Pair(
                first=one.name,
                second=other.name,
                ratio=one.estimate / other.estimate if other.estimate else float("nan"),
                low=low,
                high=high,
                apart=apart(first, second),
            )
        )
    return tuple(out)


def slope_leg(slope: Slope) -> Leg:
    """The headline regression as a way to its rate; its se is widened where its t has few degrees of freedom."""
    low, high = slope.range90()
    within = slope.grade == "within-unit" or slope.method == "within"
    way: Way = "experiment" if slope.method == "experiment" else "within-unit" if within else "across customers"
    names = {"within-unit": "each compared with itself", "across customers": "those who answered, compared"}
    return Leg(
        way=way,
        name=f"regression ({names.get(way, way)})",
        estimate=slope.estimate,
        se=slope.se * slope.quantile90() / Z90,
        low=low,
        high=high,
        compared=True,
        note="the headline rate",
    )


def bottom_up_leg(outcome: Outcome, posterior: UpliftPosterior, score_sd: float) -> Leg | None:
    """The slope across pain points per point: what they do to money over what they do to the score; None without one.

    Compared only where the data took at least half of the prior's variance.
    """
    across = {
        "retention": (posterior.theta, posterior.leaving, Priors().theta),
        "log_revenue": (posterior.psi, posterior.spend, Priors().psi),
    }
    if outcome not in across or score_sd <= 0:
        return None
    slope, effects, prior = across[outcome]
    if not effects.any():
        return None
    draws = slope / score_sd
    low, high = np.percentile(draws, [5, 95])
    left = float(slope.var()) / prior[1] ** 2
    told = left <= MOSTLY_PRIOR
    return Leg(
        way="bottom-up",
        name="bottom-up (across pain points)",
        estimate=float(draws.mean()),
        se=float(draws.std()),
        low=float(low),
        high=float(high),
        compared=told,
        note="" if told else f"shown, not compared: {left:.0%} of the prior's variance is left",
    )


def experiment_legs(outcome: Outcome, evidence: tuple[Evidence, ...], leaving: float) -> tuple[Leg, ...]:
    """The experiments on overall that measured this outcome, in the unit of its rate.

    `leaving` is the share that leaves in a period now: points of retention and churn are set over it, and a
    relative change becomes its logarithm, the standard error by the delta method.
    """
    legs = []
    for one in evidence:
        told = _in_unit(one, outcome, leaving) if one.is_rate else None
        if told is None:
            continue
        estimate, se = told
        legs.append(
            Leg(
                way="experiment",
                name=f"experiment {one.evidence}",
                estimate=estimate,
                se=se,
                low=estimate - Z90 * se,
                high=estimate + Z90 * se,
                compared=True,
                note=one.source,
            )
        )
    return tuple(legs)


def _in_unit(one: Evidence, outcome: Outcome, leaving: float) -> tuple[float, float] | None:
    """Estimate and standard error in the unit of the rate, or None where it measures another outcome."""
    match outcome, one.outcome, one.unit:
        case ("margin", "margin", "money_per_customer_period"):
            return one.estimate, one.se
        case ("log_revenue", "revenue", "relative") | ("log_margin", "margin", "relative"):
            return _logarithm(one.estimate, one.se)
        case ("retention", "churn", "relative"):
            return _logarithm(one.estimate, one.se)
        case ("retention", "churn", "points"):
            return _logarithm(one.estimate / leaving, one.se / leaving) if leaving > 0 else None
        case ("retention", "retention", unit):
            scale = -1 / leaving if unit == "points" else -(1 - leaving) / leaving
            return _logarithm(one.estimate * scale, one.se * abs(scale)) if leaving > 0 else None
    return None


def _logarithm(change: float, se: float) -> tuple[float, float] | None:
    return (float(np.log1p(change)), se / (1 + change)) if change > -1 else None


def leaving_now(cells: Cells) -> float:
    """The share of customers that leaves in a period, over the last periods; 0 for sites."""
    if not isinstance(cells, CustomerCells):
        return 0.0
    recent = cells.money.dropna(subset=["retained"]).tail(RECENT)
    return 0.0 if recent.empty else 1 - float(np.average(recent["retained"], weights=recent["customers"]))
