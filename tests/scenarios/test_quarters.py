"""The plan by period: the base as it goes, and with the chosen portfolio."""

from __future__ import annotations

import numpy as np
import pytest

from models.value import base_path
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.quarters import QuarterPlan, plan_quarters
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import DRAWS, PAINS, PERIODS, random_case

SUMMED = 1e-9
REVENUE_PER_MARGIN = 2.5
SCORE = 3.8
METRICS = {"customers", "retention", "revenue", "margin", "csat", "cash"}


def _plans(case: Case) -> tuple[QuarterPlan, QuarterPlan, list[int]]:
    chosen = choose_portfolio(case, Limits())
    members = [int(i) for i in np.flatnonzero(chosen.chosen)]
    assert members
    return (*plan_quarters(case, chosen, REVENUE_PER_MARGIN, SCORE), members)


def test_both_scenarios_hold_every_metric_by_draw_and_period() -> None:
    funded, idle, _ = _plans(random_case(3, 4))
    assert (funded.scenario, idle.scenario) == ("base", "base, nothing funded")
    for plan in (funded, idle):
        assert set(plan.metrics) == METRICS
        assert {values.shape for values in plan.metrics.values()} == {(DRAWS, PERIODS)}


def test_the_difference_in_cash_discounted_is_the_npv_of_the_portfolio() -> None:
    case = random_case(3, 4)
    funded, idle, members = _plans(case)
    difference = (funded.metrics["cash"] - idle.metrics["cash"]) @ case.base.discount
    assert difference == pytest.approx(npv_draws(case, members, set_value(case, members)), rel=SUMMED, abs=1e-6)


def test_the_idle_scenario_is_the_base_path_at_todays_score() -> None:
    case = random_case(3, 4)
    _, idle, _ = _plans(case)
    path = base_path(case.base)
    assert np.array_equal(idle.metrics["customers"], path["customers"])
    assert np.array_equal(idle.metrics["margin"], path["margin"])
    assert set(idle.metrics["csat"].ravel()) == {SCORE}


def test_customers_fall_by_the_leaving_rate_and_nobody_joins() -> None:
    case = random_case(3, 4)
    _, idle, _ = _plans(case)
    customers, retention = idle.metrics["customers"], idle.metrics["retention"]
    start = sum(persona.customers.sum() for persona in case.base.personas)
    assert start * retention.cumprod(axis=1) == pytest.approx(customers, rel=SUMMED)
    assert (np.diff(customers, axis=1) < 0).all()
    rate = sum(persona.customers @ persona.rate for persona in case.base.personas) / start
    assert retention[:, 0] == pytest.approx(1 - rate, rel=SUMMED)


def test_revenue_is_margin_at_the_stated_rate() -> None:
    for plan in _plans(random_case(3, 4))[:2]:
        assert plan.metrics["revenue"] == pytest.approx(REVENUE_PER_MARGIN * plan.metrics["margin"], rel=SUMMED)


def test_the_score_rises_with_the_experience_itself_before_money_does() -> None:
    case = random_case(3, 4)
    funded, idle, members = _plans(case)
    live = next(h for h in range(PERIODS) if any(case.offers[i].schedule.live[0, h] > 0 for i in members))
    rise = funded.metrics["csat"].mean(axis=0) - SCORE
    gain = (funded.metrics["margin"] - idle.metrics["margin"]).mean(axis=0)
    assert not rise[:live].any()
    assert rise[live] > 0
    assert np.abs(gain[: live + 1]).max() == 0
    assert gain[live + 1] != 0


def test_the_score_gained_is_the_share_fixed_of_what_the_pain_points_take() -> None:
    case = random_case(3, 4)
    funded, _, members = _plans(case)
    weight = np.array([persona.customers.sum() for persona in case.base.personas])
    expected = np.zeros(DRAWS)
    for g, persona in enumerate(case.base.personas):
        left = np.ones((DRAWS, len(PAINS)))
        for i in members:
            share = case.offers[i].effectiveness
            left *= 1 - case.offers[i].schedule.live[0, -1] * share[g if len(share) > 1 else 0]
        taken = case.posterior.score[:, g] * persona.exposure
        expected -= weight[g] / weight.sum() * ((1 - left) * taken).sum(axis=1)
    assert funded.metrics["csat"][:, -1] - SCORE == pytest.approx(expected, abs=SUMMED)


def test_with_nothing_chosen_both_scenarios_are_one() -> None:
    case = random_case(3, 4)
    funded, idle = plan_quarters(case, choose_portfolio(case, Limits(budget=0.0)), REVENUE_PER_MARGIN, SCORE)
    for metric in METRICS:
        assert funded.metrics[metric] == pytest.approx(idle.metrics[metric], rel=SUMMED)
