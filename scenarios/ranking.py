"""How the initiatives compare, one by one: worth, chance, rank and the regret of each choice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from models.value import ValueDraws
from scenarios.worth import Case, costs_by_period, npv_draws, other_benefit, set_value

PILOT_COST_SHARE = 0.1  # of the one-off cost, where the plan prices no pilot


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Stand-alone results, initiatives in plan order.

    `value` per initiative, `npv` `(initiative, draw)` joint; `rank` 1 = highest mean NPV, ties by plan
    order; `rank_low`, `rank_high` 90% of draws; `regret` the mean shortfall to the draw's best;
    `evpi` of deciding this one alone; `pilot_gain` the net value of the assumed pilot; `max_cost` the
    one-off cost at which mean NPV is nil; `payback_quarters` NaN where it does not pay back.
    """

    value: tuple[ValueDraws, ...]
    npv: np.ndarray
    rank: np.ndarray
    rank_low: np.ndarray
    rank_high: np.ndarray
    p_top3: np.ndarray
    regret: np.ndarray
    evpi: np.ndarray
    pilot_gain: np.ndarray
    max_cost: np.ndarray
    roi: np.ndarray
    payback_quarters: np.ndarray


def rank_initiatives(case: Case, periods_a_year: int) -> Ranking:
    """Every initiative on its own, on common draws."""
    value = tuple(set_value(case, [i]) for i in range(len(case.offers)))
    npv = np.zeros((len(value), case.posterior.draws))
    for i, one in enumerate(value):
        npv[i] = npv_draws(case, [i], one)
    mean = npv.mean(axis=1)
    # pilots and surveys have no rank among initiatives: they come last
    among = np.where(np.array([offer.kind == "initiative" for offer in case.offers], dtype=bool)[:, None], npv, -np.inf)
    order = np.argsort(-among.mean(axis=1), kind="stable")
    rank = np.empty(len(mean), dtype=int)
    rank[order] = np.arange(1, len(mean) + 1)
    ranks = (-among).argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") + 1
    paid = np.array([(costs_by_period(offer) @ case.base.discount).mean() for offer in case.offers])
    pilot_cost = np.array([PILOT_COST_SHARE * offer.plan_cost for offer in case.offers])
    return Ranking(
        value=value,
        npv=npv,
        rank=rank,
        rank_low=np.percentile(ranks, 5, axis=1),
        rank_high=np.percentile(ranks, 95, axis=1),
        p_top3=(ranks <= 3).mean(axis=1),
        regret=(among.max(axis=0, initial=-np.inf) - npv).mean(axis=1),
        evpi=np.maximum(npv, 0).mean(axis=1) - np.maximum(mean, 0),
        pilot_gain=np.array([pilot_value(draws) for draws in npv]) - pilot_cost,
        max_cost=np.array([_max_cost(case, i, mean[i]) for i in range(len(mean))]),
        roi=np.divide(mean, paid, out=np.full(len(mean), np.nan), where=paid > 0),
        payback_quarters=np.array([payback(case, i, value[i], periods_a_year) for i in range(len(mean))]),
    )


def pilot_value(npv: np.ndarray) -> float:
    """Expected value of a pilot whose error is as large as today's doubt, for fund-or-not on its own.

    s0 [phi(u) - u (1 - Phi(u))], u = |mean| / s0, s0 = s^2 / sqrt(s^2 + se^2) with se = s.
    Source: Ades, Lu & Claxton (2004), conjugate Normal case.
    """
    s0 = float(npv.std()) / np.sqrt(2)
    if s0 <= 0:
        return 0.0
    u = abs(float(npv.mean())) / s0
    return float(s0 * (norm.pdf(u) - u * norm.sf(u)))


def _max_cost(case: Case, i: int, mean: float) -> float:
    """The plan's cost at which the mean NPV is nil, its spread and overrun unchanged."""
    offer = case.offers[i]
    weight = float(offer.schedule.cost_share @ case.base.discount)
    # a pilot after which it is never done pays nothing whatever the price
    if weight <= 0 or offer.overrun <= 0:
        return float("nan")
    return max((offer.item.cost or 0.0) + mean / (weight * offer.overrun), 0.0)


def payback(case: Case, i: int, value: ValueDraws, periods_a_year: int) -> float:
    """Quarters from first spend to the first with cumulative undiscounted mean cash of nil or more."""
    offer = case.offers[i]
    spent = costs_by_period(offer).mean(axis=0)
    net = (value.retention + value.spend).mean(axis=0) + other_benefit(offer).mean(axis=0) - spent
    paying = np.flatnonzero(spent > 0)
    if not len(paying):
        return 0.0
    back = np.flatnonzero((net.cumsum() >= 0) & (np.arange(len(net)) >= paying[0]))
    return float((back[0] - paying[0] + 1) * 4 / periods_a_year) if len(back) else float("nan")
