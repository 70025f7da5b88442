"""The plan by period: every metric written out by hand, and exactly the sums that valuing a set gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Fix
from models.trend import Trend
from models.value import ValueBase, base_path, discount_factors, look_at_today
from scenarios.cashflow import Clock
from scenarios.effect import make_offers
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.quarters import QuarterPlan, plan_quarters
from scenarios.scenario import World
from scenarios.service import ServiceRate
from scenarios.worth import Case, joint_value, npv_draws, set_value
from tests.scenarios.small_case import DRAWS, PAINS, PERIODS, one_plan, random_case, small_base, small_posterior

# Two ways of summing a few thousand terms in double precision.
SUMMED = 1e-9
# The same terms in another order.
SAME = 1e-12
REVENUE_PER_MARGIN = 2.5
SCORE = 3.8
METRICS = {"customers", "retention", "revenue", "margin", "csat", "cash", "cumulative_npv"}


def world_of(case: Case, name: str = "base") -> World:
    return World(name=name, case=case, limits=Limits(), revenue_per_margin=REVENUE_PER_MARGIN)


def _plan(case: Case, members: Sequence[int]) -> QuarterPlan:
    return plan_quarters(world_of(case), members, {"overall": SCORE})


def _chosen(case: Case) -> list[int]:
    members = [int(i) for i in np.flatnonzero(choose_portfolio(case, Limits()).chosen)]
    assert members
    return members


def _plans(case: Case) -> tuple[QuarterPlan, QuarterPlan, list[int]]:
    members = _chosen(case)
    return _plan(case, members), _plan(case, ()), members


def _by_hand() -> tuple[World, dict[str, np.ndarray]]:
    """Two periods, one persona, one pain point: a case whose metrics are put in directly, at one draw."""
    periods, clock = 2, Clock(first=8104, periods=2, periods_a_year=4)
    trend = Trend(
        heads=np.array([1.0, 1.5]),
        leaving=np.array([1.0, 2.0]),
        margin=np.array([1.1, 1.2]),
        revenue=np.array([1.0, 1.3]),
        joining=np.array([5.0, 7.0]),
    )
    whole = small_base(1).personas[0]
    persona = replace(
        whole,
        customers=np.array([100.0]),
        rate=np.array([0.1]),
        money=np.array([10.0]),
        patterns=np.array([[0.0], [1.0]]),
        weights=np.array([0.7, 0.3]),
        **{name: np.zeros(1) for name in ("alone", "level")},
        exposure=np.array([0.3]),
        prevalence=np.array([0.3]),
        trend=trend,
    )
    base = ValueBase(personas=(persona,), discount=discount_factors(0.1, periods, 4), lag=1, frailty=np.ones(1))
    posterior = replace(
        small_posterior(1).at(np.zeros(1, dtype=int)),
        pain_points=("late",),
        personas=("firm",),
        score=np.full((1, 1, 1), -0.2),
        leaving=np.full((1, 1, 1), 0.4),
        spend=np.full((1, 1, 1), -0.05),
        credibility=np.ones((1, 1)),
    )
    fix = Fix(initiative="only", pain_point="late", low=0.5, likely=0.5, high=0.5)
    plan = one_plan(fix, cost=50.0, run_cost=3.0, other_benefit=2.0)
    offers = make_offers(plan, ("late",), ("firm",), clock, 1, 1)
    case = Case(base=base, posterior=posterior, today=look_at_today(base, posterior), offers=offers, clock=clock)

    # nine of ten stay a period at intensity 1/9 and unit variance: survival is 1 / (1 + x)
    now, met = 1 / 9, 0.3 * np.exp(0.4)
    ratio = (0.7 + met * (0.5 / np.exp(0.4) + 0.5)) / (0.7 + met)
    lift = 0.3 * 0.5 * 0.05
    second = 100 / (1 + now * (1 + 2 * ratio)) + 5 / (1 + now * 2 * ratio) + 7
    money = 10 * second * (1 + lift)
    margin = np.array([950 * 1.1, money * 1.5 * 1.2])
    cash = margin - [50 + 3 - 2, 3 - 2]
    discount = [1.1 ** (-0.5 / 4), 1.1 ** (-1.5 / 4)]
    return world_of(case), {
        "customers": np.array([95.0, second * 1.5]),
        "retention": np.array([0.9, (second - 7) / 95]),
        "revenue": REVENUE_PER_MARGIN * np.array([950.0, money * 1.5 * 1.3]),
        "margin": margin,
        "csat": np.array([4.03, 4.03]),
        "csat:paying": np.array([3.075, 3.075]),
        "cash": cash,
        "cumulative_npv": np.array([cash[0] * discount[0], cash @ discount]),
    }


def test_two_periods_of_one_persona_are_as_written_out_by_hand() -> None:
    world, expected = _by_hand()
    scores = {"overall": 4.0, "paying": 3.0, "asked nothing": np.nan}
    moves = {"paying": np.array([[-0.5]]), "asked nothing": np.array([[-0.5]])}
    found = plan_quarters(world, [0], scores, moves).metrics
    assert set(found) == set(expected)
    for metric, values in expected.items():
        assert found[metric][0] == pytest.approx(values, rel=SAME), metric


def test_every_metric_is_there_by_draw_and_period() -> None:
    funded, idle, _ = _plans(random_case(3, 4))
    for plan in (funded, idle):
        assert set(plan.metrics) == METRICS
        assert {values.shape for values in plan.metrics.values()} == {(DRAWS, PERIODS)}


def _cases() -> list[Case]:
    plain = random_case(3, 4)
    saving = ServiceRate(saved=np.linspace(0.5, 2.0, DRAWS), checks=())
    return [plain, replace(plain, service=saving), random_case(11, 5)]


@pytest.mark.parametrize("case", _cases(), ids=["plain", "with service", "another"])
def test_margin_and_cash_are_those_of_the_base_and_of_the_value_of_the_set(case: Case) -> None:
    members = _chosen(case)
    found, gain = _plan(case, members).metrics, joint_value(case, members)
    margin = base_path(case.base)["margin"] + gain.retention + gain.spend
    assert found["margin"] == pytest.approx(margin, rel=SAME)
    npv = npv_draws(case, members, set_value(case, members))
    idle = _plan(case, ()).metrics
    difference = found["cumulative_npv"][:, -1] - idle["cumulative_npv"][:, -1]
    assert difference == pytest.approx(npv, rel=SUMMED, abs=1e-6)


def test_where_nothing_is_done_it_is_the_base_path_at_todays_score() -> None:
    case = random_case(3, 4)
    idle, path = _plan(case, ()), base_path(case.base)
    assert np.array_equal(idle.metrics["customers"], path["customers"])
    assert np.array_equal(idle.metrics["margin"], path["margin"])
    assert set(idle.metrics["csat"].ravel()) == {SCORE}


def test_customers_fall_by_the_leaving_rate_and_nobody_joins() -> None:
    case = random_case(3, 4)
    idle = _plan(case, ())
    customers, retention = idle.metrics["customers"], idle.metrics["retention"]
    start = sum(persona.customers.sum() for persona in case.base.personas)
    assert start * retention.cumprod(axis=1) == pytest.approx(customers, rel=SUMMED)
    assert (np.diff(customers, axis=1) < 0).all()
    rate = sum(persona.customers @ persona.rate for persona in case.base.personas) / start
    assert retention[:, 0] == pytest.approx(1 - rate, rel=SUMMED)


def test_customers_kept_are_counted_as_heads_and_not_by_their_money() -> None:
    case = random_case(3, 4)
    rich = replace(case.base.personas[0], money=case.base.personas[0].money * [1.0, 50.0])
    members = _chosen(case)
    richer = replace(case, base=replace(case.base, personas=(rich, *case.base.personas[1:])))
    same = [_plan(one, members).metrics["customers"] for one in (case, richer)]
    assert np.array_equal(*same)


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


def test_a_score_that_nobody_has_is_left_out() -> None:
    case = random_case(3, 2)
    assert "csat" not in plan_quarters(world_of(case), (), {"overall": np.nan}).metrics
