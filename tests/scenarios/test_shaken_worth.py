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
