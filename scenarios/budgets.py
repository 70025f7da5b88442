"""Two kinds of budget: an amount within which as much as possible is gained, and a target reached by spending least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

REACHED = 1e-9  # of the target: sums of money in another order


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedBudget:
    """So much may be spent once, None where nothing limits it; what counts is the money gained within it."""

    amount: float | None

    def short_of_best(self, money: np.ndarray, cost: np.ndarray) -> np.ndarray:
        """What each choice `(choice,)` gains less than the best of them, never negative.

        Args:
            money: what each aims at, in money.
            cost: one-off cash of each; within the amount it does not count.
        """
        return np.asarray(money.max(initial=-np.inf) - money) if len(cost) else np.zeros(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlexibleBudget:
    """As little is spent once as reaches a mean net value of `target`."""

    target: float

    def reached(self, money: float) -> bool:
        """Whether a mean net value is the target or above."""
        return bool(money >= self.target - REACHED * abs(self.target))

    def short_of_best(self, money: np.ndarray, cost: np.ndarray) -> np.ndarray:
        """What each choice `(choice,)` falls short of the target or spends beyond need, less the same of the best.

        Beyond need is what it costs above the cheapest that reaches the target. Never negative.

        Args:
            money: mean net value of each.
            cost: one-off cash of each.
        """
        if not len(money):
            return np.zeros(0)
        there = np.array([self.reached(one) for one in money])
        short = np.where(there, 0.0, self.target - money)
        spare = np.maximum(cost - cost[there].min(), 0.0) if there.any() else np.zeros(len(cost))
        loss = short + spare
        return np.asarray(loss - loss.min())


Budget = FixedBudget | FlexibleBudget


def budget_of(amount: float | None, target: float | None) -> Budget:
    """The kind of budget that is meant: with a target it is flexible."""
    return FixedBudget(amount=amount) if target is None else FlexibleBudget(target=target)
