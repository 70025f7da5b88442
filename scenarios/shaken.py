"""A plan by period as the ledger will show it: what is expected, and what strays from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.shocks import Shocks
from models.value import ValueBase
from scenarios.quarters import QuarterPlan


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
    kept = np.minimum(np.exp(-leaving * (shocks.leaving - 1) + chance * shocks.chance), 1 / stay)
    lasting = kept.cumprod(axis=1)
    lasting /= lasting.mean(axis=0)
    money = lasting * shocks.money
    margin = _about(was["margin"], was["margin"] * money)
    cash = was["cash"] + margin - was["margin"]
    moved = {
        "customers": _about(was["customers"], was["customers"] * lasting),
        "retention": stay * kept,
        "revenue": _about(was["revenue"], was["revenue"] * money),
        "margin": margin,
        "cash": cash,
        "cumulative_npv": (cash * base.discount).cumsum(axis=1),
        **{name: _about(points, points + shocks.score) for name, points in was.items() if name.startswith("csat")},
    }
    return replace(plan, metrics=was | moved)


def _about(was: np.ndarray, strayed: np.ndarray) -> np.ndarray:
    """What strayed, moved by one amount a period so that its mean is what it was."""
    return np.asarray(strayed + (was.mean(axis=0) - strayed.mean(axis=0)))
