"""What would have to be true for an initiative to pay its cost and no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from models.value import ValueBase, uniform_value
from scenarios.ranking import Ranking
from scenarios.worth import Case, costs_by_period, other_benefit


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """The figures at which mean NPV is nil, each alone; NaN where none does it.

    `retention_points` fewer customers leaving in a period, in points of the whole base; `spend_relative`
    more money per customer; `score_points` of overall, at face value of the headline rate;
    `effectiveness` and `credibility` as multiples of today's mean become shares 0..1 (above 1: out of reach).
    """

    retention_points: float
    spend_relative: float
    score_points: float
    effectiveness: float
    credibility: float


def break_even(case: Case, ranking: Ranking, i: int, value_of_a_point: float) -> BreakEven:
    """The break-even figures of one initiative; `value_of_a_point` is money for base and horizon."""
    offer = case.offers[i]
    discount = case.base.discount
    spent = float((costs_by_period(offer) - other_benefit(offer)).mean(axis=0) @ discount)
    gained = float(ranking.value[i].discounted(discount).mean())
    reach = offer.effectiveness.mean(axis=(0, 1))
    told = reach > 0
    likely = float(reach[told].mean()) if told.any() else np.nan
    kept = float(case.posterior.credibility.mean(axis=0)[told].mean()) if told.any() else np.nan
    multiple = spent / gained if gained > 0 else np.nan
    return BreakEven(
        retention_points=_retention(case.base, spent),
        spend_relative=_spend(case.base, spent),
        score_points=spent / value_of_a_point if value_of_a_point > 0 else np.nan,
        effectiveness=likely * multiple,
        credibility=kept * multiple,
    )


def break_even_of_cost(base: ValueBase, cost: float) -> tuple[float, float]:
    """Retention points and relative spend at which a one-off cost today is paid back, no effect known."""
    return _retention(base, cost), _spend(base, cost)


def _retention(base: ValueBase, spent: float) -> float:
    """Points of the base that must stay each period, from the mean leaving rate now."""
    rate = _mean_rate(base)
    if rate <= 0:
        return float("nan")
    draws = len(base.frailty)

    def gain(fall: float) -> float:
        change = np.full(draws, np.log1p(-fall))
        return float(uniform_value(base, change, np.zeros(draws)).mean()) - spent

    if spent <= 0:
        return 0.0
    return float(brentq(gain, 0, 0.999, xtol=1e-6)) * rate if gain(0.999) > 0 else float("nan")


def _spend(base: ValueBase, spent: float) -> float:
    draws = len(base.frailty)
    whole = float(uniform_value(base, np.zeros(draws), np.ones(draws)).mean())
    return max(spent, 0.0) / whole if whole > 0 else float("nan")


def _mean_rate(base: ValueBase) -> float:
    customers = np.concatenate([persona.customers for persona in base.personas])
    rates = np.concatenate([persona.rate for persona in base.personas])
    return float(np.average(rates, weights=customers)) if customers.sum() > 0 else 0.0
