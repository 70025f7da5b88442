"""The plan by period, exactly: what becomes of customers, money and scores with a set of initiatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from models.paths import Held, Points, Walked, held_under, path_of, walk_personas
from models.value import Course, by_period
from scenarios.scenario import World
from scenarios.service import cashable_part, of_persona, points_gained
from scenarios.worth import Case, costs_by_period, course_of, other_benefit

BASE, IDLE = "base", "base, nothing funded"
OVERALL = "overall"
# By stage `(draw, pain_point)`: points of its score per unit of exposure.
StageMoves = Mapping[str, np.ndarray]
NO_STAGES: StageMoves = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterPlan:
    """One scenario by metric, `(draw, period)` each.

    Customers are counts, retention the share of those there who stay, money in the study's currency; `csat` in points
    of overall and `csat:STAGE` in points of that stage; `cash` is margin, saved service cost and other benefits net of
    costs, `cumulative_npv` its present value from the first future period on.
    """

    scenario: str
    metrics: dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a set of initiatives does in a case; `points` gained by metric, `(draw, period)` each.

    `known` are the personas as walked, None where they have yet to be.
    """

    case: Case
    members: tuple[int, ...]
    course: Course
    held: Held
    points: Mapping[str, np.ndarray]
    known: Walked | None = None

    def remembered(self) -> Walk:
        """The same with every persona walked, for cases in which some do as here."""
        base = self.case.base
        found = tuple(self.held(g) for g in range(len(base.personas)))
        known = walk_personas(base, self.case.today, found.__getitem__, _saving_points(self.case, self))
        return replace(self, held=found.__getitem__, known=known)


def plan_quarters(
    world: World, members: Sequence[int], scores: Mapping[str, float], moves: StageMoves = NO_STAGES
) -> QuarterPlan:
    """What becomes of a world by period with the initiatives at places `members`, beside what is ongoing.

    Args:
        world: the case, and revenue a unit of margin.
        members: what is funded.
        scores: today's, in points: `overall`, and by stage. What has none has no metric.
        moves: what moves the stages; one that is not in it has no metric.
    """
    return plan_along(world, walk(world.case, members, moves), scores)


def walk(case: Case, members: Sequence[int], moves: StageMoves, like: Walk | None = None) -> Walk:
    """What a set does in a case; what it does as in `like` is taken from there."""
    same = like is not None and _same_fixes(case, members, like)
    course = (
        like.course if like is not None and same else course_of(case, [case.offers[i] for i in members], case.ongoing)
    )
    if like is not None and same and _met_alike(case, like.case):
        return replace(like, case=case)
    return Walk(
        case=case,
        members=tuple(members),
        course=course,
        held=held_under(case.base, case.today, course),
        points={
            "csat": _points_by_period(case, course, case.posterior.score),
            **{f"csat:{stage}": _points_by_period(case, course, move[:, None]) for stage, move in moves.items()},
        },
    )


def plan_along(world: World, walked: Walk, scores: Mapping[str, float]) -> QuarterPlan:
    """The metrics of a world along a walk."""
    case = world.case
    path = path_of(case.base, case.today, walked.held, _saving_points(case, walked), walked.known)
    offers = [*(case.offers[i] for i in walked.members), *(one.offer for one in case.ongoing)]
    spent = sum((costs_by_period(offer) - other_benefit(offer) for offer in offers), np.zeros((1, case.periods)))
    cash = path.margin - spent
    if path.points is not None and case.service.saved is not None:
        cash += case.service.saved[:, None] * path.points
    now = {"csat" if name == OVERALL else f"csat:{name}": score for name, score in scores.items()}
    return QuarterPlan(
        scenario=world.name,
        metrics={
            "customers": path.customers,
            "retention": path.retention(),
            # without a margin money is revenue already
            "revenue": path.revenue * (1.0 if world.revenue_per_margin is None else world.revenue_per_margin),
            "margin": path.margin,
            **{name: now[name] + gain for name, gain in walked.points.items() if np.isfinite(now.get(name, np.nan))},
            "cash": cash,
            "cumulative_npv": (cash * case.base.discount).cumsum(axis=1),
        },
    )


def _points_by_period(case: Case, course: Course, effect: np.ndarray) -> np.ndarray:
    """Points of a score gained in each period's experience, averaged over the customers of today `(draw, period)`.

    `effect` `(draw, persona or 1, pain_point)` in points per unit of exposure.
    """
    heads = np.array([persona.customers.sum() for persona in case.base.personas])
    taken = np.array([persona.exposure for persona in case.base.personas]) * (heads / max(heads.sum(), 1e-12))[:, None]
    if len(course.levels) == 1:
        per_pain = np.einsum("dgk,gk->dk", np.broadcast_to(effect, (len(effect), *taken.shape)), taken)[None]
    else:
        per_pain = (effect * taken).transpose(1, 0, 2)
    gain = np.zeros((len(effect), course.levels.shape[1] + 1))
    for levels, points in zip(course.levels, per_pain, strict=True):
        told = np.flatnonzero(points.any(axis=0))
        gain[:, :-1] -= np.einsum("ldk,dk->dl", levels[:, :, told], points[:, told])
    return gain[:, course.at]


def _saving_points(case: Case, walked: Walk) -> Points | None:
    """Points that save service cost in cash, by persona; None where none is counted."""
    if case.service.saved is None:
        return None
    members, begun = [case.offers[i] for i in walked.members], [one.offer for one in case.ongoing]
    saving = cashable_part(walked.course, members, course_of(case, (), case.ongoing), begun)
    kept = case.posterior.score * case.posterior.credibility[:, None]

    def points(g: int) -> np.ndarray:
        persona = case.base.personas[g]
        gained = points_gained(persona, kept[:, g], of_persona(saving, g))
        return by_period(case.base, persona, walked.course.at, gained, 0.0)

    return points


MET = ("patterns", "weights", "alone", "level", "exposure", "ages", "customers")


def _met_alike(case: Case, other: Case) -> bool:
    """Whether customers meet the same, and it moves them alike, so that the same fixes do the same."""
    pairs = zip(case.base.personas, other.base.personas, strict=True)
    return (
        all(getattr(one, name) is getattr(two, name) for one, two in pairs for name in MET)
        and case.base.lag == other.base.lag
        and all(map(_equal, case.today.hazard, other.today.hazard))
        and all(map(_equal, case.today.spend, other.today.spend))
    )


def _same_fixes(case: Case, members: Sequence[int], like: Walk) -> bool:
    """Whether a set removes in a case what the walk's set removes in its own."""
    if tuple(members) != like.members or len(case.ongoing) != len(like.case.ongoing):
        return False
    mine = [*(case.offers[i] for i in members), *(one.offer for one in case.ongoing)]
    theirs = [*(like.case.offers[i] for i in members), *(one.offer for one in like.case.ongoing)]
    return all(
        _equal(one.effectiveness, two.effectiveness) and _equal(one.schedule.live, two.schedule.live)
        for one, two in zip(mine, theirs, strict=True)
    ) and all(_equal(one.live_now, two.live_now) for one, two in zip(case.ongoing, like.case.ongoing, strict=True))


def _equal(one: np.ndarray, two: np.ndarray) -> bool:
    return one is two or np.array_equal(one, two)
