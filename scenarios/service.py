"""What a fix saves in service: customers who are better served ask for less.

    saving = - slope x points of overall gained x share kept x customers there

The slope is money of service per customer, period and point of overall, measured on each customer's own ledger; the
points are those of the joint posterior after the haircut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.cells import Cells, SitePanel
from impact.checks import Check, make_check
from impact.study import Study
from models.base import margin_rate
from models.calibration.slopes import Calibration, Slope
from models.haircut import PLACEBO
from models.points import SERVICE, draw_slope
from models.uplift import UpliftPosterior
from models.value import (
    Course,
    PersonaBase,
    Today,
    ValueBase,
    ValueDraws,
    as_heads,
    changed_draws,
    leaving_ratios,
    spend_lifts,
)
from scenarios.effect import Offer, removed_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Whose points save service cost, and how much each: `saved` `(draw,)` per customer and period.

    `cashable` and `rest`, shaped as `Course.levels`, part what a course removes by whether the saving is cash.
    """

    saved: np.ndarray
    cashable: np.ndarray
    rest: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRate:
    """What one point of overall saves per customer and period.

    `saved` `(draw,)` in money, None where nothing is counted; `checks` say why, and are empty where the ledger
    holds no cost to serve.
    """

    saved: np.ndarray | None
    checks: tuple[Check, ...]

    def on_draws(self, at: np.ndarray) -> ServiceRate:
        """The same on some of the draws only."""
        return self if self.saved is None else replace(self, saved=self.saved[at])


NO_SERVICE = ServiceRate(saved=None, checks=())


def rate_service(
    calibration: Calibration, cells: Cells, study: Study, draws: int, *, booked: bool, blocked: str = ""
) -> ServiceRate:
    """The saving of a point, or why none is counted.

    Args:
        calibration: the slopes.
        cells: whether the ledger has its own margin.
        study: its margin rate and seed.
        draws: how many.
        booked: whether the ledger holds a cost to serve.
        blocked: why the certificate of the rate carries no grade, empty where it does.
    """
    slope = calibration.headline(SERVICE)
    if not booked:
        return NO_SERVICE
    why = _in_the_money(cells, study) or _not_fit(cells, slope) or blocked
    check = _check(why, slope, nothing_amiss=not why or margin_rate(cells, study) is None)
    if why or slope is None:
        return ServiceRate(saved=None, checks=(check,))
    return ServiceRate(saved=-draw_slope(slope, draws, study.study.seed), checks=(check,))


def _in_the_money(cells: Cells, study: Study) -> str:
    if margin_rate(cells, study) is None:
        return "The ledger's own margin is after the cost to serve, so that the saving is in it already."
    if study.study.margin_rate is None:
        return "Money is revenue here, and a saved cost is none."
    return ""


def _not_fit(cells: Cells, slope: Slope | None) -> str:
    if isinstance(cells, SitePanel):
        return "What a point saves is measured of customers, not of sites."
    if slope is None or not np.isfinite(slope.se) or slope.se <= 0:
        return "What a point saves could not be told from the rows."
    if slope.grade == PLACEBO:
        return "Scores given after the money find as much, so that the slope is not told apart from its placebo."
    return ""


def _check(why: str, slope: Slope | None, *, nothing_amiss: bool) -> Check:
    found = "no slope"
    if slope is not None:
        low, high = slope.range90()
        found = f"{slope.estimate:+.3g} a point ({low:+.3g} to {high:+.3g}), per customer and period"
    return make_check(
        "C640",
        "Service cost that better scores save",
        "pass" if nothing_amiss else "review",
        found=found,
        limit="a slope that its placebo does not find, beside a margin that does not hold it already",
        text=f"No saving in service is counted. {why}" if why else "Counted after the haircut, by period.",
        remedy="" if nothing_amiss else "Count contacts in a pilot, or give the ledger its own margin.",
    )


def cashable_part(course: Course, members: Sequence[Offer], ongoing: Course, begun: Sequence[Offer]) -> np.ndarray:
    """Of the shares that a course removes, what saves cash, shaped as its levels.

    Where several initiatives remove occurrences of one pain point, what they remove together is theirs in proportion
    to what each removes alone. What is ongoing comes first; members share what they add to it.

    Args:
        course: of members and what is ongoing together.
        members: the set.
        ongoing: the course of what is ongoing alone.
        begun: what is ongoing.
    """
    out = np.zeros_like(course.levels)
    for u in range(course.levels.shape[1]):
        held = np.flatnonzero(course.at == u)
        if not len(held):
            continue
        period = int(held[0])
        there = ongoing.levels[:, ongoing.at[period]] if ongoing.at[period] >= 0 else np.zeros(1)
        added = course.levels[:, u] - there
        out[:, u] = _cashable(members, period) * added + _cashable(begun, period) * there
    return out


def _cashable(offers: Sequence[Offer], period: int) -> np.ndarray | float:
    """The cashable share of what offers remove together in a period `(persona, draw, pain_point)`, or of all alike."""
    stated = {offer.item.cashable for offer in offers}
    if len(stated) < 2:
        return stated.pop() if stated else 1.0
    alone = [(offer.item.cashable, removed_in(offer, period)) for offer in offers]
    whole = np.asarray(sum(removed for _, removed in alone))
    cash = np.asarray(sum(share * removed for share, removed in alone))
    return np.asarray(np.divide(cash, whole, out=np.zeros_like(whole), where=whole > 0))


def value_with_service(
    base: ValueBase, today: Today, posterior: UpliftPosterior, course: Course, counted: Counted
) -> ValueDraws:
    """What a course is worth by period, draw by draw, saved service cost included.

    Args:
        base: the base.
        today: what no plan changes.
        posterior: points per exposed unit, and the share kept.
        course: what is removed, so who stays and spends.
        counted: what a point saves, and whose points count.
    """
    ratios: dict[int, np.ndarray] = {}

    def in_money(g: int) -> tuple[np.ndarray, np.ndarray]:
        fixed, persona = of_persona(course.levels, g), base.personas[g]
        ratios[g] = leaving_ratios(persona, today.hazard[g], today.together[g], fixed)
        return ratios[g], spend_lifts(persona, today.spend[g], fixed)

    def in_points(levels: np.ndarray) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
        return lambda g: (ratios[g], points_gained(base.personas[g], kept[:, g], of_persona(levels, g)))

    value = changed_draws(base, today, course.at, in_money)
    kept = posterior.score * posterior.credibility[:, None]
    people = replace(base, personas=tuple(as_heads(one) for one in base.personas))
    cash, rest = (
        counted.saved[:, None] * changed_draws(people, today, course.at, in_points(levels)).spend
        for levels in (counted.cashable, counted.rest)
    )
    return replace(value, service=cash, non_cashable=rest)


def of_persona(levels: np.ndarray, g: int) -> np.ndarray:
    """The shares `(level, draw, pain_point)` of one persona of `(persona, level, draw, pain_point)`."""
    return np.asarray(levels[g if len(levels) > 1 else 0])


def points_gained(persona: PersonaBase, score: np.ndarray, removed: np.ndarray) -> np.ndarray:
    """Points gained per customer with the shares `removed` `(level, draw, pain_point)`, `(level, age, draw)`."""
    return np.asarray(-persona.met.exposure @ (removed * score).transpose(0, 2, 1))
