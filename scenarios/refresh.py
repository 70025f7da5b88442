"""What changed since an earlier ranking: every initiative's net value then and now, and what moved it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from impact.checks import Check, make_check
from impact.plan_changes import PlanChange
from models.calibration.slopes import Z90
from models.value import look_at_today
from scenarios.decision import Decision
from scenarios.worth import Case, npv_draws, set_value

Part = Literal["version", "evidence", "plan", "rolled", "learnt"]
LEAST_MONEY = 0.5  # rounds to nothing
PARTS: tuple[Part, ...] = ("version", "evidence", "plan", "rolled", "learnt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Initiatives as one ranking has them: mean NPV in money, rank and verdict, each by id."""

    npv: Mapping[str, float]
    rank: Mapping[str, int] = field(default_factory=dict)
    verdict: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Mean NPV by initiative, in money, with one thing after another brought up to date.

    `then` as recorded; `version` the same question asked again by this version, of today's tables and settings;
    `evidence` with today's evidence; `plan` with today's plan; `rolled` with the customers and the horizon of today,
    nothing learnt; `now`. `allowed` is how far new periods may move each, see `allowed_change`.
    """

    then: Mapping[str, float]
    version: Mapping[str, float]
    evidence: Mapping[str, float]
    plan: Mapping[str, float]
    rolled: Mapping[str, float]
    now: Mapping[str, float]
    allowed: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One initiative then and now. `npv_then` is nan where the record has none of it, `npv_now` where the plan has not.

    `parts` of the change, in money: what is not in a plan is worth nothing there, so that they sum to now less then.
    `allowed` is the half of the 90% range of what new periods teach.
    """

    initiative: str
    name: str
    npv_then: float
    npv_now: float
    parts: Mapping[Part, float]
    rank_then: int | None
    rank_now: int | None
    verdict_then: str
    verdict_now: str
    allowed: float

    @property
    def change(self) -> float:
        """NPV now less then, in money; what was or is not in the plan counts nothing."""
        return float(np.nan_to_num(self.npv_now) - np.nan_to_num(self.npv_then))

    @property
    def data(self) -> float:
        """What the new periods changed: customers and horizon of today, and what was learnt."""
        return self.parts["rolled"] + self.parts["learnt"]

    @property
    def alarm(self) -> bool:
        """Whether the new periods taught more than the range before them allows."""
        return bool(np.isfinite(self.allowed) and abs(self.parts["learnt"]) > self.allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """What changed since a record. `periods` lie between, `cause` says what the part `version` holds.

    `plan` are the differences of the plans. `why_not` says why the change could not be told apart; `moved` is empty
    then.
    """

    run_id: str
    as_of_then: str
    as_of_now: str
    periods: int
    cause: str
    moved: tuple[Moved, ...] = ()
    plan: tuple[PlanChange, ...] = ()
    why_not: str = ""


def move(names: Mapping[str, str], then: Placed, now: Placed, steps: Steps) -> tuple[Moved, ...]:
    """Every initiative of either plan, today's rank first, then those that are gone in their earlier order."""
    ids = sorted(now.npv, key=lambda one: now.rank.get(one, len(now.npv) + 1))
    gone = sorted(set(then.npv) - set(now.npv), key=lambda one: then.rank.get(one, 0))
    line = (steps.then, steps.version, steps.evidence, steps.plan, steps.rolled, steps.now)
    return tuple(
        Moved(
            initiative=one,
            name=names.get(one, one),
            npv_then=then.npv.get(one, np.nan),
            npv_now=now.npv.get(one, np.nan),
            parts={part: _worth(line[k + 1], one) - _worth(line[k], one) for k, part in enumerate(PARTS)},
            rank_then=then.rank.get(one),
            rank_now=now.rank.get(one),
            verdict_then=then.verdict.get(one, ""),
            verdict_now=now.verdict.get(one, ""),
            allowed=steps.allowed.get(one, np.nan),
        )
        for one in (*ids, *gone)
    )


def _worth(step: Mapping[str, float], initiative: str) -> float:
    """The NPV of an initiative at a step; what is not in its plan is worth nothing there."""
    return float(np.nan_to_num(step.get(initiative, 0.0)))


def placed(decision: Decision) -> Placed:
    """The initiatives of a decision, pilots and surveys left out."""
    verdicts = decision.verdicts()
    at = {offer.item.initiative: i for i, offer in enumerate(decision.case.offers) if offer.kind == "initiative"}
    return Placed(
        npv={one: float(decision.ranking.npv[i].mean()) for one, i in at.items()},
        rank={one: int(decision.ranking.rank[i]) for one, i in at.items()},
        verdict={one: verdicts[i] for one, i in at.items()},
    )


def with_beliefs_of(case: Case, before: Case) -> Case | None:
    """Today's customers, horizon and offers under what was known before; None where it was asked of other things."""
    ours, theirs = case.posterior, before.posterior
    same = (ours.pain_points, ours.personas, ours.draws) == (theirs.pain_points, theirs.personas, theirs.draws)
    if not same:
        return None
    today = look_at_today(case.base, before.posterior)
    return replace(case, posterior=before.posterior, today=today, service=before.service)


def npv_of(case: Case) -> dict[str, np.ndarray]:
    """NPV `(draw,)` of every initiative of a case alone, by id."""
    return {
        offer.item.initiative: npv_draws(case, [i], set_value(case, [i]))
        for i, offer in enumerate(case.offers)
        if offer.kind == "initiative"
    }


def allowed_change(before: np.ndarray, after: np.ndarray, seen: int, added: int) -> float:
    """How far `added` new periods may move the mean of a value: half its 90% range, in the unit of the draws.

    A mean under all that is known is a fair bet (a martingale): what is learnt moves it by nothing on average, and
    Var(m2 | D1) = Var(v | D1) - E[Var(v | D1, D2) | D1]. The second term is known only as it came out, and it may have
    come out above the first. Were all that is not known learnt from periods alike, the share of the variance that goes
    is added / (seen + added) (precision grows with the periods; what is not learnt from data makes it less), so the
    larger of both stands. The chance of the draws is added.

    Args:
        before: draws of the value under what was known, of today's customers and horizon.
        after: the same under what is known now.
        seen: periods behind what was known.
        added: periods since.

    Source: Var(E[v | D]) = Var(v) - E[Var(v | D)], the law of total variance; Raiffa & Schlaifer (1961), ch. 5.
    """
    was, now = float(before.var()), float(after.var())
    learnt = max(was - now, was * added / max(seen + added, 1))
    chance = was / len(before) + now / len(after)
    return float(Z90 * np.sqrt(learnt + chance))


def refresh_checks(refresh: Refresh, currency: str) -> tuple[Check, ...]:
    """Whether a refresh moved an initiative further than its range allows."""
    if refresh.why_not:
        found, amiss = refresh.why_not, True
    else:
        loud = [one for one in refresh.moved if one.alarm]
        told = [f"{one.name} {one.parts['learnt']:+,.0f} {currency} (allowed {one.allowed:,.0f})" for one in loud]
        found, amiss = "; ".join(told) or f"all of {len(refresh.moved)} within", bool(loud)
    return (
        make_check(
            "C705",
            f"What changed since {refresh.as_of_then}",
            "review" if amiss else "pass",
            found=found,
            limit="what new periods teach, within the 90% range that was stated before them",
            text=_said(refresh, amiss=amiss),
            remedy="Look for what the model does not know of: a new price, another survey, a restated ledger."
            if amiss
            else "",
        ),
    )


def _said(refresh: Refresh, *, amiss: bool) -> str:
    if refresh.why_not:
        return "The change could not be split into its causes."
    told = f" The horizon rolls on with as_of. Asked again as of {refresh.as_of_then}: {refresh.cause}."
    if amiss:
        return "An initiative moved further than its range allowed: it was too narrow, or something changed." + told
    return "New periods moved no initiative further than its own range allowed." + told


def why_moved(one: Moved, currency: str) -> str:
    """A sentence on an initiative that changed its place or its verdict, came or went; empty where it did none."""
    if np.isnan(one.npv_then):
        return f"{one.name} is new in the plan" + (f", ranked {ordinal(one.rank_now)}." if one.rank_now else ".")
    if np.isnan(one.npv_now):
        return f"{one.name}, {ordinal(one.rank_then)} then, is no longer to be decided."
    parts = []
    if one.rank_then and one.rank_now and one.rank_then != one.rank_now:
        parts.append(f"moved from {ordinal(one.rank_then)} to {ordinal(one.rank_now)}")
    if one.verdict_then and one.verdict_then != one.verdict_now:
        parts.append(f"went from {one.verdict_then} to {one.verdict_now}")
    return f"{one.name} {' and '.join(parts)} because {_because(one, currency)}." if parts else ""


def _because(one: Moved, currency: str) -> str:
    if one.rank_now == one.rank_then and abs(one.change) < LEAST_MONEY:
        return "something else in the choice changed"
    up = one.rank_now is not None and one.rank_then is not None and one.rank_now < one.rank_then
    same_way = one.rank_now == one.rank_then or (one.change > 0) == up
    if not same_way or abs(one.change) < LEAST_MONEY:
        return "others fell behind it" if up else "others moved past it"
    main = max(PARTS, key=lambda part: one.parts[part] * np.sign(one.change))
    return f"{WORDS[main]} moved its net value by {one.parts[main]:+,.0f} {currency} (in all {one.change:+,.0f})"


WORDS: Mapping[Part, str] = {
    "version": "this version, or tables and settings restated since,",
    "evidence": "changed evidence",
    "plan": "the changed plan",
    "rolled": "today's customers and a horizon that rolls on",
    "learnt": "what the new periods taught",
}


def ordinal(place: int | None) -> str:
    """A place in words: 1st, 2nd, 3rd, 4th, 11th."""
    if place is None:
        return "no place"
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
