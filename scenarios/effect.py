"""What an initiative does to the pain points it fixes, with its own uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.optimize import minimize
from scipy.stats import beta, norm

from impact.initiative import CostRow, Fix, Initiative, Plan
from impact.rng import stream
from models.value import Course
from scenarios.cashflow import Clock, Fate, Schedule, schedule

Z90 = float(norm.ppf(0.9))
SHARES = 4_000  # of the grid between 0 and 1
LEAST_LEFT = 1e-3  # of occurrences: what removed nearly all of them leaves nothing that could come back at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One initiative ready to be valued.

    `effectiveness` `(persona, draw, pain_point)` is the share of occurrences removed when fully live
    (one persona where all are alike); `cost` `(draw,)` the one-off cost, `plan_cost` as the plan
    states it; None where the plan gives none. `piloted`: an experiment measured what it removes.
    `rows` are its rows of the costs table and `fate` what becomes of it: with them it can start elsewhere. `kind` tells
    what is learnt first (see `scenarios.learning`) from what is done at once.
    """

    item: Initiative
    schedule: Schedule
    effectiveness: np.ndarray
    cost: np.ndarray | None
    piloted: bool = False
    fate: Fate = field(default_factory=Fate)
    rows: tuple[CostRow, ...] = ()
    kind: Literal["initiative", "pilot", "survey"] = "initiative"

    @property
    def overruns(self) -> np.ndarray:
        """One-off cost over the plan's `(1 or draw,)`; rows of the costs table overrun alike."""
        return np.ones(1) if self.cost is None or not self.item.cost else self.cost / self.item.cost

    @property
    def overrun(self) -> float:
        """Mean one-off cost over the plan's."""
        return float(self.overruns.mean())

    @property
    def plan_cost(self) -> float:
        """One-off cash over the horizon as the plan states it, undiscounted."""
        return float((self.item.cost or 0.0) * self.schedule.cost_share.sum() + self.schedule.capex.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ongoing:
    """What has begun: its offer from its actual start, and the share of its fix at work today `live_now` `(1,)`."""

    offer: Offer
    live_now: np.ndarray


def make_offers(
    plan: Plan, pain_points: Sequence[str], personas: Sequence[str], clock: Clock, draws: int, seed: int
) -> tuple[Offer, ...]:
    """Every initiative that is still to be decided, in plan order."""
    out = []
    for item in plan.initiatives:
        if item.status in ("proposed", "approved"):
            effect = _effectiveness(_fixes(plan, item), pain_points, personas, draws, seed)
            out.append(_offer(plan, item, effect, clock, draw_fate(item, draws, seed), _cost(item, draws, seed)))
    return tuple(out)


def make_ongoing(
    plan: Plan, pain_points: Sequence[str], personas: Sequence[str], clock: Clock, draws: int, seed: int
) -> tuple[Ongoing, ...]:
    """What is live or done, from its actual start, in plan order.

    What it does today is in the baseline. Without a start it is taken to be fully at work, with nothing to come. What
    is not at work yet may still be late or fail; what is done has nothing left to build or to pay for once.
    """
    out = []
    for item in plan.initiatives:
        begun = item.actual_start or item.start
        if item.status in ("live", "done") and begun is not None:
            before = Clock(first=clock.first - 1, periods=1, periods_a_year=clock.periods_a_year)
            live_now = schedule(item, (), before, begun - before.first).live[:, 0]
            fate = Fate() if live_now.any() else draw_fate(item, draws, seed)
            effect = _effectiveness(_fixes(plan, item), pain_points, personas, draws, seed)
            offer = moved(_offer(plan, item, effect, clock, fate, _cost(item, draws, seed)), begun - clock.first, clock)
            out.append(Ongoing(offer=paid_up(offer) if item.status == "done" else offer, live_now=live_now))
    return tuple(out)


def paid_up(offer: Offer) -> Offer:
    """The same offer with nothing left to build or to pay for once."""
    plan = offer.schedule
    nothing_left = replace(plan, cost_share=np.zeros_like(plan.cost_share), building=np.zeros_like(plan.building))
    return replace(offer, schedule=nothing_left)


def _fixes(plan: Plan, item: Initiative) -> list[Fix]:
    return [fix for fix in plan.fixes if fix.initiative == item.initiative]


def _offer(
    plan: Plan, item: Initiative, effect: np.ndarray, clock: Clock, fate: Fate, cost: np.ndarray | None
) -> Offer:
    rows = tuple(row for row in plan.costs if row.initiative == item.initiative)
    return Offer(
        item=item,
        schedule=schedule(item, rows, clock, fate=fate),
        effectiveness=effect,
        cost=cost,
        piloted=any(one.pilot for fix in _fixes(plan, item) for one in fix.measured),
        fate=fate,
        rows=rows,
    )


def moved(offer: Offer, start: int, clock: Clock) -> Offer:
    """The same offer, started in the period at place `start`; a pilot or a survey is for now or never."""
    if start == offer.schedule.start or offer.kind != "initiative":
        return offer
    return replace(offer, schedule=schedule(offer.item, offer.rows, clock, start, offer.fate))


def on_draws(offer: Offer, at: np.ndarray) -> Offer:
    """The same offer on some of its joint draws."""
    plan, fate = offer.schedule, offer.fate

    def some(rows: np.ndarray) -> np.ndarray:
        return rows if len(rows) == 1 else rows[at]

    return replace(
        offer,
        effectiveness=offer.effectiveness[:, at],
        cost=None if offer.cost is None else offer.cost[at],
        schedule=replace(plan, live=some(plan.live), quarters=some(plan.quarters), opex=some(plan.opex)),
        fate=Fate(
            late=None if fate.late is None else fate.late[at],
            delivered=None if fate.delivered is None else fate.delivered[at],
        ),
    )


def draw_fate(item: Initiative, draws: int, seed: int) -> Fate:
    """Whether it is delivered and how late it goes live, draw by draw: Normal through P10 and P90, never early.

    One draw from each of as many equally likely parts, so that shares and percentiles are the stated ones.
    Source: stratified sampling, McKay, Beckman & Conover (1979).
    """
    late = delivered = None
    if item.delay_low is not None and item.delay_high is not None and item.delay_high > 0:
        spread = (item.delay_high - item.delay_low) / (2 * Z90)
        middle = (item.delay_high + item.delay_low) / 2
        late = np.maximum(middle + spread * norm.ppf(_places(draws, seed, f"delay/{item.initiative}")), 0.0)
    if item.delivery < 1:
        delivered = (_places(draws, seed, f"delivery/{item.initiative}") < item.delivery).astype(float)
    return Fate(late=late, delivered=delivered)


def _places(draws: int, seed: int, name: str) -> np.ndarray:
    """The middles of equally likely parts of 0..1, in random order `(draw,)`."""
    return np.asarray((stream(seed, name).permutation(draws) + 0.5) / draws)


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


def removed_in(offer: Offer, period: int) -> np.ndarray:
    """The share of occurrences an initiative removes in a period `(persona, draw, pain_point)`, never above 1."""
    live = offer.schedule.live[:, period, None]
    share = live * offer.effectiveness
    return np.minimum(share, 1.0) if live.max() > 1 else np.asarray(share)


def joint_course(
    members: Sequence[Offer], draws: int, pains: int, periods: int, ongoing: Sequence[Ongoing] = ()
) -> Course:
    """What a set of initiatives removes together, by independent action: 1 - prod(1 - live x effectiveness).

    Of what is `ongoing` only the change from today counts: (1 - live x effectiveness) over the same as of today.
    """
    if not members and not ongoing:
        return Course(levels=np.zeros((1, 1, draws, pains)), at=np.full(periods, -1))
    everybody = [*members, *(one.offer for one in ongoing)]
    first, at = _alike([offer.schedule.live for offer in everybody], periods)
    personas = max(len(offer.effectiveness) for offer in everybody)
    levels = np.empty((personas, len(first), draws, pains))
    for u, period in enumerate(first):
        left = np.ones((personas, draws, pains))
        for offer in members:
            left = left * (1 - removed_in(offer, period))
        for one in ongoing:
            left = left * _left_of_today(one, period)
        levels[:, u] = 1 - left
    return Course(levels=levels, at=at)


def _alike(live: Sequence[np.ndarray], periods: int) -> tuple[list[int], np.ndarray]:
    """The first of each kind of period in which all are live alike, and the kind of each period `(period,)`."""
    seen: dict[bytes, int] = {}
    first: list[int] = []
    at = np.zeros(periods, dtype=int)
    for period in range(periods):
        key = b"".join(one[:, period].tobytes() for one in live)
        if key not in seen:
            seen[key] = len(first)
            first.append(period)
        at[period] = seen[key]
    return first, at


def _left_of_today(one: Ongoing, period: int) -> np.ndarray:
    """Occurrences in a period over those of today, by what is ongoing `(persona, draw, pain_point)`."""
    effect, then = one.offer.effectiveness, one.offer.schedule.live[:, period, None]
    left = 1 - one.live_now[:, None] * effect
    least = np.where(left < LEAST_LEFT, LEAST_LEFT, 0.0)
    return np.asarray(np.maximum(1 - then * effect, least) / np.maximum(left, least))
