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
