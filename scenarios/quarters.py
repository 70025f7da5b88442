"""The plan by period: the base as it goes, and with the chosen portfolio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.value import base_path
from scenarios.effect import joint_course
from scenarios.portfolio import Portfolio
from scenarios.worth import Case, costs_by_period, joint_value, other_benefit


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterPlan:
    """One scenario by metric, `(draw, period)` each.

    Customers are counts, retention a share, money in the study's currency, csat in points of overall,
    cash margin, saved service cost and other benefits net of costs.
    """

    scenario: str
    metrics: dict[str, np.ndarray]


def plan_quarters(
    case: Case, portfolio: Portfolio | None, revenue_per_margin: float, score_now: float
) -> tuple[QuarterPlan, QuarterPlan]:
    """The base scenario with the chosen portfolio (nothing, where none could be chosen), and the same without it.

    What is ongoing goes on in both, at what it still costs.
    """
    members = [] if portfolio is None else [int(i) for i in np.flatnonzero(portfolio.chosen)]
    funded = _metrics(case, members, revenue_per_margin, score_now)
    idle = _metrics(case, [], revenue_per_margin, score_now)
    return QuarterPlan(scenario="base", metrics=funded), QuarterPlan(scenario="base, nothing funded", metrics=idle)


def _metrics(case: Case, members: list[int], revenue_per_margin: float, score_now: float) -> dict[str, np.ndarray]:
    path, gain = base_path(case.base), joint_value(case, members)
    offers = [*(case.offers[i] for i in members), *(one.offer for one in case.ongoing)]
    spent = sum((costs_by_period(offer) - other_benefit(offer) for offer in offers), np.zeros((1, case.periods)))
    margin = path["margin"] + gain.retention + gain.spend
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(path["margin"] != 0, gain.retention / path["margin"], 0.0)
    customers = path["customers"] * (1 + kept)
    return {
        "customers": customers,
        "retention": _retention(case, customers),
        "revenue": margin * revenue_per_margin,
        "margin": margin,
        "csat": score_now + _score_change(case, members),
        "cash": margin + gain.service - spent,
    }


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
