"""The walk from the signed rate to NPV: what each step of the method adds or takes away, to the cent.

    signed rate x points moved x base      what the rate of the certificate alone would claim
    + pooling                              points moved as personas and prior together have them
    + slope across pain points             what satisfaction carries across pain points, not among those who answered
    + direct effect                        what a pain point does past satisfaction
    + haircut                              the share of an observed effect that is not counted
    + overlap                              two fixes of one occurrence count once
    + start and ramp                       nothing is fixed before it is built
    + service saved and other benefits     what serving costs less, and what the plan states beside it
    - cost                                 as the plan states it
    = NPV

Each step replaces one thing in the value of all steps before it, so the lines add up by construction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.calibration.slopes import Calibration
from models.points import MONEY
from models.reduced import ReducedForms
from models.value import ValueBase, look_at_today, uniform_value
from scenarios.effect import Offer
from scenarios.service import NO_SERVICE
from scenarios.worth import Case, npv_draws, other_benefit, set_value

LINES = (
    "Rate of a point (signed where it is) x points moved x base",
    "Pooling of personas and prior",
    "Slope across pain points instead of that rate",
    "Direct effect of pain points",
    "Haircut",
    "Overlap",
    "Start and ramp",
    "Service saved and other benefits",
    "Cost",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The lines from the signed rate to one NPV, in money, whole cents, in the order of `LINES`.

    `members` are the initiatives it is of, places in plan order; `points_moved` is what their fixes together add
    to the mean overall score of all customers, by their own answers, overlap not taken off. `npv` is the sum of
    `amounts` and the mean NPV to the cent.
    """

    members: tuple[int, ...]
    points_moved: float
    amounts: tuple[float, ...]
    npv: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The signed rates: log hazard and relative money per point of overall, nil where there is none."""

    leaving: float
    spend: float


def signed_rates(calibration: Calibration, base: ValueBase) -> Rates:
    """The headline rates of overall; money told as a level is taken over the base's mean money per customer."""
    leaving = calibration.headline("retention")
    money = next((slope for name in MONEY if (slope := calibration.headline(name)) is not None), None)
    spend = 0.0 if money is None else money.estimate
    if money is not None and money.outcome == "margin":
        customers = sum(float(persona.customers.sum()) for persona in base.personas)
        whole = sum(float(persona.customers @ persona.money) for persona in base.personas)
        spend = spend * customers / whole if whole else 0.0
    return Rates(leaving=leaving.estimate if leaving else 0.0, spend=spend)


def walk_to_npv(case: Case, forms: ReducedForms, rates: Rates, sets: Sequence[Sequence[int]]) -> tuple[Walk, ...]:
    """A walk for each set of initiatives `(places in plan order)`."""
    kept, alone = _alone(case, forms, rates, sorted({i for members in sets for i in members}))
    return tuple(_walk(case, kept, alone, tuple(members)) for members in sets)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alone:
    """One initiative by itself: points its fix adds, and its worth after each step up to the haircut."""

    points: float
    worth: tuple[float, ...]


def _alone(case: Case, forms: ReducedForms, rates: Rates, members: Sequence[int]) -> tuple[Case, dict[int, _Alone]]:
    """The case with the haircut and every fix live at once, and each initiative by itself."""
    raw, pooled = _raw_points(forms), case.posterior.score.mean(axis=0)
    worth = {i: [_by_rate(case, case.offers[i], points, rates) for points in (raw, pooled)] for i in members}
    stage = case
    for stage in _stages(case, forms.score_sd):
        for i in members:
            worth[i].append(_present(stage, [i]))
    points = {i: _mean_points(case, case.offers[i], raw) for i in members}
    return stage, {i: _Alone(points=points[i], worth=tuple(worth[i])) for i in members}


def _walk(case: Case, kept: Case, alone: Mapping[int, _Alone], members: tuple[int, ...]) -> Walk:
    apart = np.sum([alone[i].worth for i in members], axis=0) if members else np.zeros(len(LINES) - 4)
    whole = _present(kept, members) if len(members) > 1 else float(apart[-1])
    stated = sum(float(other_benefit(case.offers[i]).mean(axis=0) @ case.base.discount) for i in members)
    journey, npv = 0.0, 0.0
    if members:
        value = set_value(case, members)
        journey = float(((value.retention + value.spend) @ case.base.discount).mean())
        stated += float(value.discounted(case.base.discount).mean()) - journey
        npv = float(npv_draws(case, members, value).mean())
    running = np.round([*apart, whole, journey, journey + stated, npv], 2)
    amounts = np.round(np.diff(running, prepend=0.0), 2)
    return Walk(
        members=members,
        points_moved=sum(alone[i].points for i in members),
        amounts=tuple(float(one) for one in amounts),
        npv=float(running[-1]),
    )


def _stages(case: Case, sd: float) -> Iterator[Case]:
    """The case with every fix live at once and the effect as each step has it: satisfaction alone, total, haircut."""
    posterior = case.posterior
    path = replace(
        posterior,
        leaving=posterior.theta[:, None, None] * posterior.score / sd * bool(posterior.leaving.any()),
        spend=posterior.psi[:, None, None] * posterior.score / sd * (np.abs(posterior.spend).max(axis=(0, 1)) > 0),
        credibility=np.ones_like(posterior.credibility),
    )
    total = replace(posterior, credibility=path.credibility)
    at_once = tuple(_at_once(offer) for offer in case.offers)
    for one in (path, total, posterior):
        today = look_at_today(case.base, one)
        yield replace(case, posterior=one, today=today, offers=at_once, service=NO_SERVICE)


def _at_once(offer: Offer) -> Offer:
    """The offer as if its fix were fully live from the first future period."""
    return replace(offer, schedule=replace(offer.schedule, live=np.ones_like(offer.schedule.live)))


def _present(case: Case, members: Sequence[int]) -> float:
    """Mean present value of what a set gains on the journey, costs not taken off."""
    return float(set_value(case, members).discounted(case.base.discount).mean())


def _raw_points(forms: ReducedForms) -> np.ndarray:
    """Points of overall per exposed unit as each persona's own answers have them `(persona, pain_point)`."""
    told = np.array([np.where(np.diag(part.precision) > 0, part.mean, 0.0) for part in forms.score])
    return np.asarray(told * forms.score_sd)


def _by_rate(case: Case, offer: Offer, points: np.ndarray, rates: Rates) -> float:
    """Present value of the points an offer moves, each worth the signed rate, on every persona's base.

    Args:
        case: the base.
        offer: what it removes when fully live, on average.
        points: of overall per exposed unit `(persona, pain_point)`.
        rates: per point.
    """
    one = np.ones(len(case.base.frailty))
    total = 0.0
    for persona, moved in zip(case.base.personas, _points_moved(case, offer, points), strict=True):
        base = replace(case.base, personas=(persona,))
        total += float(uniform_value(base, rates.leaving * moved * one, rates.spend * moved * one).mean())
    return total


def _points_moved(case: Case, offer: Offer, points: np.ndarray) -> np.ndarray:
    """Points of overall that an offer, fully live, adds per customer `(persona,)`."""
    removed = offer.effectiveness.mean(axis=1)
    exposure = np.array([persona.exposure for persona in case.base.personas])
    return np.asarray(-(points * exposure * removed).sum(axis=1))


def _mean_points(case: Case, offer: Offer, points: np.ndarray) -> float:
    customers = np.array([persona.customers.sum() for persona in case.base.personas])
    return float(_points_moved(case, offer, points) @ customers / max(float(customers.sum()), 1.0))
