"""A plan as the ledger will show it: means stay, and customers, joiners and retention hang together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.shocks import Shocks
from scenarios.quarters import QuarterPlan
from scenarios.shaken import shaken
from tests.scenarios.small_case import small_base

DRAWS, PERIODS = 4_000, 6
# Means are held by a factor a period; what it moves of one draw is within a thousandth.
HELD = 2e-3
# The mean of what is cut off where nobody leaves, in a group of fifty: a thousandth.
CUT = 1e-3


def strays(leaving: float = 0.3) -> Shocks:
    rng = np.random.default_rng(3)
    factor = np.exp(leaving * rng.standard_normal((DRAWS, PERIODS)))
    return Shocks(
        leaving=factor / factor.mean(axis=0),
        money=np.ones((DRAWS, PERIODS)),
        score=np.zeros((DRAWS, PERIODS)),
        chance=rng.standard_normal((DRAWS, PERIODS)),
    )


def plan(start: float, stay: float, joined: np.ndarray) -> QuarterPlan:
    """Everybody of a start stays at one rate, and so do those who join in each period."""
    customers, held = [], start
    for new in joined:
        held = held * stay + new
        customers.append(held)
    count = np.broadcast_to(customers, (DRAWS, PERIODS))
    flat = {name: 10 * count for name in ("revenue", "margin", "cash", "cumulative_npv")}
    rates = np.full((DRAWS, PERIODS), stay)
    return QuarterPlan(scenario="base", metrics={"customers": count, "retention": rates, **flat})


def shake(start: float, stay: float, joined: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    base = small_base(1)
    scale = start / sum(float(one.customers.sum()) for one in base.personas)
    personas = tuple(replace(one, customers=one.customers * scale) for one in base.personas)
    base = replace(base, personas=personas, discount=np.ones(PERIODS))
    found = shaken(plan(start, stay, joined), base, strays()).metrics
    return found["customers"], found["retention"]


def test_who_joins_has_no_part_in_what_strayed_before() -> None:
    joined = np.array([0.0, 0.0, 4_000.0, 0.0, 0.0, 0.0])
    customers, retention = shake(1_000.0, 0.9, joined)
    before = np.concatenate([np.full((DRAWS, 1), 1_000.0), customers[:, :-1]], axis=1)
    assert customers - retention * before == pytest.approx(np.broadcast_to(joined, customers.shape), abs=HELD * 4_000)


@pytest.mark.parametrize(("start", "stay"), [(50.0, 0.98), (300.0, 0.9), (5_000.0, 0.95)])
def test_the_means_of_customers_and_of_retention_stay(start: float, stay: float) -> None:
    customers, retention = shake(start, stay, np.zeros(PERIODS))
    assert customers.mean(axis=0) == pytest.approx(start * stay ** np.arange(1, PERIODS + 1), rel=CUT)
    assert retention.mean(axis=0) == pytest.approx(np.full(PERIODS, stay), rel=CUT)
"""What strays from a plan: it widens ranges, and moves no mean and no worth."""

from __future__ import annotations

import numpy as np
import pytest

from models.shocks import History, Shocks, draw_shocks
from scenarios.limits import Limits
from scenarios.quarters import plan_quarters
from scenarios.scenario import World
from scenarios.shaken import shaken
from scenarios.simulate import simulate
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import DRAWS, PERIODS, random_case

MEMBERS = (0, 2)
NOW = {"overall": 3.8}
CENT = 0.01
# Two ways of summing the same few thousand terms in double precision.
SUMMED = 1e-9


def strays() -> Shocks:
    """A short and restless ledger: 20% of a leaving rate, 5% of money, a tenth of a point."""
    rng = np.random.default_rng(8)
    history = History(
        leaving=np.log(0.05) + 0.2 * rng.standard_normal(5),
        leavers=np.full(5, 60.0),
        money=0.05 * rng.standard_normal(5),
        score=3.8 + 0.1 * rng.standard_normal(6),
        answers=np.full(6, 200.0),
        score_sd=1.0,
    )
    return draw_shocks(history, PERIODS, DRAWS, 5)


def world(case: Case) -> World:
    return World(name="base", case=case, limits=Limits(), revenue_per_margin=2.0)


def test_the_plan_ends_above_nothing_funded_by_the_npv_of_what_is_funded_to_the_cent() -> None:
    case = random_case(3, 4)
    _, idle = simulate([world(case)], MEMBERS, NOW, shocks=strays())
    npv = npv_draws(case, MEMBERS, set_value(case, MEMBERS)).mean()
    assert -idle.differences["cumulative_npv"].mean[-1] == pytest.approx(npv, abs=CENT)


def test_means_stay_and_ranges_widen() -> None:
    case = random_case(3, 4)
    plan = plan_quarters(world(case), MEMBERS, NOW)
    found = shaken(plan, case.base, strays())
    for metric in ("customers", "revenue", "margin", "cash", "cumulative_npv", "csat"):
        was, now = plan.metrics[metric], found.metrics[metric]
        assert now.mean(axis=0) == pytest.approx(was.mean(axis=0), rel=SUMMED), metric
        assert (now.std(axis=0) > was.std(axis=0)).all(), metric
    assert shaken(plan, case.base, None) is plan
