"""The plan by period: the base as it goes, and with the chosen portfolio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.value import base_path
from scenarios.effect import joint_course
from scenarios.portfolio import Portfolio
from scenarios.worth import Case, costs_by_period, other_benefit, set_value


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterPlan:
    """One scenario by metric, `(draw, period)` each.

    Customers are counts, retention a share, money in the study's currency, csat in points of overall,
    cash net of costs.
    """

    scenario: str
    metrics: dict[str, np.ndarray]


def plan_quarters(
    case: Case, portfolio: Portfolio | None, revenue_per_margin: float, score_now: float
) -> tuple[QuarterPlan, QuarterPlan]:
    """The base scenario with the chosen portfolio (nothing, where none could be chosen), and the same without it."""
    path = base_path(case.base)
    members = [] if portfolio is None else [int(i) for i in np.flatnonzero(portfolio.chosen)]
    value = set_value(case, members)
    draws = case.posterior.draws
    stated = sum((other_benefit(case.offers[i]) for i in members), np.zeros((1, case.periods)))
    spent = sum((costs_by_period(case.offers[i]) for i in members), np.zeros((1, case.periods)))
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(path["margin"] != 0, value.retention / path["margin"], 0.0)
    customers = path["customers"] * (1 + kept)
    with_it = {
        "customers": customers,
        "retention": _retention(case, customers),
        "revenue": (path["margin"] + value.retention + value.spend) * revenue_per_margin,
        "margin": path["margin"] + value.retention + value.spend,
        "csat": score_now + _score_change(case, members),
        "cash": path["margin"] + value.retention + value.spend + stated - spent,
    }
    without = {
        "customers": path["customers"],
        "retention": _retention(case, path["customers"]),
        "revenue": path["margin"] * revenue_per_margin,
        "margin": path["margin"],
        "csat": np.full((draws, case.periods), score_now),
        "cash": path["margin"],
    }
    return QuarterPlan(scenario="base", metrics=with_it), QuarterPlan(scenario="base, nothing funded", metrics=without)


def _retention(case: Case, customers: np.ndarray) -> np.ndarray:
    start = sum(float(persona.customers.sum()) for persona in case.base.personas)
    before = np.concatenate([np.full((len(customers), 1), start), customers[:, :-1]], axis=1)
    return np.asarray(customers / before)


def _score_change(case: Case, members: list[int]) -> np.ndarray:
    """Points of overall gained in each period's experience, averaged over customers `(draw, period)`."""
    posterior = case.posterior
    offers = [case.offers[i] for i in members]
    course = joint_course(offers, posterior.draws, len(posterior.pain_points), case.periods, case.ongoing)
    weight = np.array([persona.customers.sum() for persona in case.base.personas])
    total = np.zeros((posterior.draws, case.periods))
    for g, persona in enumerate(case.base.personas):
        fixed = course.levels[g if len(course.levels) > 1 else 0]
        gain = -np.einsum("ldk,dk,k->ld", fixed, posterior.score[:, g], persona.exposure)
        padded = np.concatenate([gain, np.zeros((1, posterior.draws))])
        total += padded[course.at].T * weight[g] / weight.sum()
    return total
