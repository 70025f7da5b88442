"""What an initiative does to the pain points it fixes, with its own uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.stats import beta, norm

from impact.initiative import Fix, Initiative, Plan
from impact.rng import stream
from models.value import Course
from scenarios.cashflow import Clock, Schedule, schedule

Z90 = float(norm.ppf(0.9))
SHARES = 4_000  # of the grid between 0 and 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One initiative ready to be valued.

    `effectiveness` `(persona, draw, pain_point)` is the share of occurrences removed when fully live
    (one persona where all are alike); `cost` `(draw,)` the one-off cost, `plan_cost` as the plan
    states it; None where the plan gives none. `piloted`: an experiment measured what it removes.
    """

    item: Initiative
    schedule: Schedule
    effectiveness: np.ndarray
    cost: np.ndarray | None
    piloted: bool = False

    @property
    def overrun(self) -> float:
        """Mean one-off cost over the plan's."""
        return float(self.cost.mean() / self.item.cost) if self.cost is not None and self.item.cost else 1.0

    @property
    def plan_cost(self) -> float:
        """One-off cash over the horizon as the plan states it, undiscounted."""
        return float((self.item.cost or 0.0) * self.schedule.cost_share.sum() + self.schedule.capex.sum())


def make_offers(
    plan: Plan, pain_points: Sequence[str], personas: Sequence[str], clock: Clock, draws: int, seed: int
) -> tuple[Offer, ...]:
    """Every initiative that is still to be decided, in plan order."""
    open_items = [item for item in plan.initiatives if item.status in ("proposed", "approved")]
    fixes = {item.initiative: [fix for fix in plan.fixes if fix.initiative == item.initiative] for item in open_items}
    return tuple(
        Offer(
            item=item,
            schedule=schedule(item, plan.costs, clock),
            effectiveness=_effectiveness(fixes[item.initiative], pain_points, personas, draws, seed),
            cost=_cost(item, draws, seed),
            piloted=any(one.pilot for fix in fixes[item.initiative] for one in fix.measured),
        )
        for item in open_items
    )


def _effectiveness(
    fixes: list[Fix], pain_points: Sequence[str], personas: Sequence[str], draws: int, seed: int
) -> np.ndarray:
    apart = any(fix.persona for fix in fixes)
    out = np.zeros((len(personas) if apart else 1, draws, len(pain_points)))
    for fix in fixes:
        if fix.persona and fix.persona not in personas:
            continue
        place = stream(seed, f"effectiveness/{fix.initiative}/{fix.pain_point}/{fix.persona}").uniform(size=draws)
        share = effectiveness_quantile(fix, place)
        rows = [list(personas).index(fix.persona)] if fix.persona else range(len(out))
        for g in rows:
            k = list(pain_points).index(fix.pain_point)
            out[g, :, k] = 1 - (1 - out[g, :, k]) * (1 - share)
    return out


def effectiveness_quantile(fix: Fix, place: np.ndarray) -> np.ndarray:
    """The share removed at each `place` in 0..1: the Beta nearest to the three stated quantiles.

    With evidence, the quantile of that Beta x prod Normal(share, se), on a grid.
    """
    if fix.high - fix.low < 1e-6:
        return np.full(len(place), fix.likely)
    a, b = beta_from_quantiles(fix.low, fix.likely, fix.high)
    if not fix.measured:
        return np.asarray(beta.ppf(place, a, b))
    share = (np.arange(SHARES) + 0.5) / SHARES
    log_weight = beta.logpdf(share, a, b) + sum(norm.logpdf(share, one.share, one.se) for one in fix.measured)
    weight = np.exp(log_weight - log_weight.max())
    below = np.concatenate([[0.0], weight.cumsum() / weight.sum()])
    return np.asarray(np.interp(place, below, np.arange(SHARES + 1) / SHARES))


def beta_from_quantiles(low: float, likely: float, high: float) -> tuple[float, float]:
    """The Beta whose P05, P50 and P95 lie nearest to the stated ones (least squares)."""
    stated = np.clip([low, likely, high], 1e-4, 1 - 1e-4)

    def miss(p: np.ndarray) -> float:
        found = beta.ppf([0.05, 0.5, 0.95], np.exp(p[0]), np.exp(p[1]))
        return float(((found - stated) ** 2).sum() * 1e4)

    spread = max((high - low) / 3.3, 1e-3)
    size = max(likely * (1 - likely) / spread**2 - 1, 1.0)
    first = np.log([max(likely * size, 0.2), max((1 - likely) * size, 0.2)])
    a, b = np.exp(minimize(miss, first, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}).x)
    return float(a), float(b)


def _cost(item: Initiative, draws: int, seed: int) -> np.ndarray | None:
    """One-off cost draws: lognormal through P10 and P90 where stated, else the plan's figure."""
    if item.cost is None:
        return None
    if not item.cost_low or not item.cost_high or item.cost_high <= item.cost_low:
        return np.full(draws, float(item.cost))
    sigma = np.log(item.cost_high / item.cost_low) / (2 * Z90)
    middle = np.log(item.cost_high * item.cost_low) / 2
    return np.asarray(np.exp(middle + sigma * stream(seed, f"cost/{item.initiative}").standard_normal(draws)))


def joint_course(members: Sequence[Offer], draws: int, pains: int, periods: int) -> Course:
    """What a set of initiatives removes together, by independent action: 1 - prod(1 - live x effectiveness)."""
    if not members:
        return Course(levels=np.zeros((1, 1, draws, pains)), at=np.full(periods, -1))
    live = np.array([offer.schedule.live for offer in members]).T
    stages, at = np.unique(live, axis=0, return_inverse=True)
    personas = max(len(offer.effectiveness) for offer in members)
    levels = np.empty((personas, len(stages), draws, pains))
    for u, shares in enumerate(stages):
        left = np.ones((personas, draws, pains))
        for offer, share in zip(members, shares, strict=True):
            left = left * (1 - share * offer.effectiveness)
        levels[:, u] = 1 - left
    return Course(levels=levels, at=at.reshape(-1))
