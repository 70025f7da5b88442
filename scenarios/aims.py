"""What a choice aims at: the mean, the worst tenth, the mean under a floor, or the least cost that reaches a target."""

from __future__ import annotations

import numpy as np

from scenarios.budgets import FixedBudget, FlexibleBudget
from scenarios.limits import Limits

WORST = 0.1  # of the futures: the tail that the objective `cvar` is the mean of


def judge(npv: np.ndarray, cost: float, limits: Limits) -> tuple[float, ...]:
    """What is to be as much as possible of joint draws of a choice `(draw,)`, the first figure first.

    Under a floor, a choice that holds it comes before any that does not; of those that do not, the nearest. What
    moves no money holds every floor. With a target, what reaches it comes first, then the least `cost`.
    """
    mean, spending = float(npv.mean()), limits.spending
    if isinstance(spending, FlexibleBudget):
        return (1.0, -cost, mean) if spending.reached(mean) else (0.0, 0.0, mean)
    if limits.objective == "cvar":
        return (float(worst_tenth(npv)), -cost)
    if limits.objective == "floor":
        return (min(chance_of_gain(npv) if npv.any() else 1.0, limits.floor), mean, -cost)
    return (mean, -cost)


def money_of(npv: np.ndarray, limits: Limits) -> float:
    """The money of what a choice aims at: the mean of all its draws, or of the worst tenth."""
    fixed = isinstance(limits.spending, FixedBudget)
    return float(worst_tenth(npv)) if fixed and limits.objective == "cvar" else float(npv.mean())


def worst_draws(npv: np.ndarray, share: float = WORST) -> np.ndarray:
    """Which draws are the worst of a choice: so large a share of them, one at least."""
    return np.argsort(npv, kind="stable")[: max(round(share * len(npv)), 1)]


def worst_tenth(npv: np.ndarray) -> np.ndarray:
    """Mean of the worst tenth of draws `(..., draw)`, one at least: CVaR at 10%.

    Source: Rockafellar & Uryasev (2000).
    """
    return np.asarray(np.sort(npv, axis=-1)[..., : max(round(WORST * npv.shape[-1]), 1)].mean(axis=-1))


def chance_of_gain(npv: np.ndarray) -> float:
    """Share of the draws above nil."""
    return float((npv > 0).mean())
