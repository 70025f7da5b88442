"""What is live or done: what is still to come of it, and what it takes from what is still to be decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impact.checks import Check, make_check
from impact.initiative import Initiative, Plan
from scenarios.effect import Ongoing
from scenarios.limits import Limits
from scenarios.worth import Case, joint_value, one_off_by_period


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCome:
    """One initiative that has begun.

    `live_now` is the share of its fix at work today, and in the baseline. `value` `(draw,)` is the present value of
    what changes from today: the ramp still to come, less what wears off. `one_off` and `running` are cash still to be
    paid in the horizon, undiscounted means.
    """

    item: Initiative
    live_now: float
    value: np.ndarray
    one_off: float
    running: float


def find_to_come(case: Case) -> tuple[ToCome, ...]:
    """What is still to come of every initiative that has begun, each by itself, in plan order."""
    return tuple(
        ToCome(
            item=one.offer.item,
            live_now=float(one.live_now.mean()),
            value=joint_value(replace(case, ongoing=(one,)), ()).discounted(case.base.discount),
            one_off=float(one_off_by_period(one.offer).mean(axis=0).sum()),
            running=float(one.offer.schedule.opex.mean(axis=0).sum()),
        )
        for one in case.ongoing
    )


def team_use(ongoing: Sequence[Ongoing], team: str) -> np.ndarray | float:
    """What the building of ongoing initiatives takes of a team in each quarter `(quarter,)`; 0 where nothing is."""
    return sum(one.offer.item.capacity.get(team, 0.0) * one.offer.schedule.building for one in ongoing)


def left_for_new(limits: Limits, ongoing: Sequence[Ongoing]) -> Limits:
    """The limits with what ongoing initiatives take of each team taken off, never below nil."""
    left = {team: np.maximum(there - team_use(ongoing, team), 0.0) for team, there in limits.capacity.items()}
    return replace(limits, capacity=left)


def ongoing_checks(plan: Plan, case: Case, limits: Limits, money: str) -> tuple[Check, ...]:
    """What is committed beside the budget, and what is live since nobody knows when.

    Args:
        plan: every initiative.
        case: what is ongoing.
        limits: of the study, nothing taken off yet.
        money: the currency.
    """
    begun = [item for item in plan.initiatives if item.status in ("live", "done")]
    known = {one.offer.item.initiative for one in case.ongoing}
    unknown = [item.initiative for item in begun if item.initiative not in known]
    checks = []
    if case.ongoing:
        checks.append(_committed(case, limits, money))
    if begun:
        checks.append(
            make_check(
                "C644",
                "When what is live went live",
                "review" if unknown else "pass",
                found=", ".join(unknown) or "known of each",
                limit="actual_start of every initiative that is live or done",
                text="Without it an initiative is taken to be fully at work, with nothing to come."
                if unknown
                else "What it does today is in the baseline; only what changes from today is valued.",
                remedy="Give actual_start." if unknown else "",
            )
        )
    return tuple(checks)


def _committed(case: Case, limits: Limits, money: str) -> Check:
    to_come = sum(float(one_off_by_period(one.offer).mean(axis=0).sum()) for one in case.ongoing)
    limited = limits.budget is not None or bool(limits.years)
    short = [
        team
        for team, there in limits.capacity.items()
        if (np.asarray(team_use(case.ongoing, team)) > np.asarray(there) * (1 + 1e-9)).any()
    ]
    amiss = bool(short) or (limited and to_come > 0)
    return make_check(
        "C642",
        "What is committed beside what is to be decided",
        "review" if amiss else "pass",
        found=f"{to_come:,.0f} {money} one-off still to be paid" + (f"; {', '.join(short)} short" if short else ""),
        limit="teams enough for what is being built; the budget is for new initiatives only",
        text="Committed one-off spending is outside the budget; teams that still build what is live are not free.",
        remedy="Lower [portfolio].budget if it was meant to hold what is committed." if amiss else "",
    )
