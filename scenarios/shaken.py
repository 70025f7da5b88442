"""A plan by period as the ledger will show it: what is expected, and what strays from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.shocks import Shocks
from models.value import ValueBase
from scenarios.quarters import QuarterPlan

ROUNDS = 3  # of holding the mean of what is cut off where nobody leaves: then right to a thousandth


def shaken(plan: QuarterPlan, base: ValueBase, shocks: Shocks | None) -> QuarterPlan:
    """The plan with what strays in it; every scenario of a study strays alike.

    The mean of customers, money and scores stays, period by period: of finitely many draws what strays and what it
    moves go a little together, which is taken off, so that scenarios differ by what they are worth.

    Args:
        plan: metrics as expected.
        base: whose plan it is.
        shocks: what strays; None for nothing.
    """
    if shocks is None:
        return plan
    was, start = plan.metrics, sum(float(persona.customers.sum()) for persona in base.personas)
    stay = np.clip(was["retention"], 1e-9, 1.0)
    there = np.concatenate([np.full((len(stay), 1), start), was["customers"][:, :-1]], axis=1)
    leaving = -np.log(stay)
    # who leaves is chance: of n with a chance to stay of s, log(stayers / n) has a variance of (1 - s) / (s n)
    chance = np.sqrt((1 - stay) / (stay * np.maximum(there, 1.0)))
    kept = np.exp(-leaving * (shocks.leaving - 1) + chance * shocks.chance)
    for _ in range(ROUNDS):
        kept = np.minimum(kept, 1 / stay)
        kept /= kept.mean(axis=0)
    lasting = _lasting(np.minimum(kept, 1 / stay), _there_before(was["customers"], stay * there))
    money = lasting * shocks.money
    margin = _about(was["margin"], was["margin"] * money)
    cash = was["cash"] + margin - was["margin"]
    moved = {
        "customers": _about(was["customers"], was["customers"] * lasting),
        "retention": np.minimum(stay * kept, 1.0),
        "revenue": _about(was["revenue"], was["revenue"] * money),
        "margin": margin,
        "cash": cash,
        "cumulative_npv": (cash * base.discount).cumsum(axis=1),
        **{
            name: _about(points, points + shocks.stages.get(name.partition(":")[2], shocks.score))
            for name, points in was.items()
            if name.startswith("csat")
        },
    }
    return replace(plan, metrics=was | moved)


def _there_before(customers: np.ndarray, stayed: np.ndarray) -> np.ndarray:
    """The share of a period's customers who were there in the one before `(draw, period)`; the others have joined."""
    share = np.divide(stayed, customers, out=np.ones_like(stayed), where=customers > 0)
    return np.asarray(np.minimum(share, 1.0))


def _lasting(kept: np.ndarray, before: np.ndarray) -> np.ndarray:
    """By how much more or fewer are there in each period `(draw, period)`, in the mean 1.

    What strayed before somebody joined moves only those who were there.
    """
    out, ratio = np.empty_like(kept), np.ones(len(kept))
    for period in range(kept.shape[1]):
        ratio = 1 + before[:, period] * (ratio * kept[:, period] - 1)
        ratio /= ratio.mean()
        out[:, period] = ratio
    return out


def _about(was: np.ndarray, strayed: np.ndarray) -> np.ndarray:
    """What strayed, moved by one amount a period so that its mean is what it was."""
    return np.asarray(strayed + (was.mean(axis=0) - strayed.mean(axis=0)))
