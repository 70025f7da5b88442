"""Invented rollouts whose truth is known: groups with lasting levels, shocks that go on, and effects of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.measure.panel import NEVER, Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """How a rollout is drawn.

    `starts` dates two periods apart from `first` on; `effect` per customer, reached in three periods, that of a
    group being `effect` by 1 + `differing` standard Normal; `carry` of a shock into the next period; `drift` of
    the treated a period whatever they get; `common` standard deviation of what befalls everybody in a period and
    lasts. A group has about 200 customers; its shocks have standard deviation 1, an answer has 10.
    """

    groups: int
    treated: int
    periods: int = 16
    first: int = 8
    starts: int = 3
    effect: float = 0.0
    differing: float = 0.3
    carry: float = 0.5
    drift: float = 0.0
    common: float = 1.0
    randomised: bool = False


def shocks(rng: np.random.Generator, shape: tuple[int, int], carry: float) -> np.ndarray:
    """Stationary AR(1) shocks `(group, period)` with innovations of standard deviation 1."""
    out = np.empty(shape)
    out[:, 0] = rng.normal(size=shape[0]) / np.sqrt(1 - carry**2)
    for t in range(1, shape[1]):
        out[:, t] = carry * out[:, t - 1] + rng.normal(size=shape[0])
    return out


def draw_rollout(seed: int, plan: Rollout) -> tuple[Panel, float]:
    """A panel, and the true mean effect in its treated cells by customers."""
    rng = np.random.default_rng(seed)
    shape = (plan.groups, plan.periods)
    customers = np.maximum(rng.lognormal(np.log(200), 0.5, plan.groups), 20)
    level = rng.normal(0, 3, plan.groups)[:, None] + rng.normal(0, plan.common, plan.periods).cumsum()
    noise = shocks(rng, shape, plan.carry) + rng.normal(size=shape) * 10 / np.sqrt(customers)[:, None]
    start = np.full(plan.groups, NEVER)
    start[: plan.treated] = plan.first + np.arange(plan.treated) % plan.starts * 2
    rng.shuffle(start)
    t = np.arange(plan.periods)
    since = t[None, :] - start[:, None].astype(np.int64)
    own = plan.effect * (1 + plan.differing * rng.normal(size=plan.groups))
    effect = own[:, None] * np.clip((since + 1) / 3, 0, 1)
    drift = plan.drift * t * (start < NEVER)[:, None]
    weight = np.repeat(customers[:, None], plan.periods, axis=1)
    panel = Panel(
        unit=np.array([f"group {i}" for i in range(plan.groups)]),
        t=t,
        outcome=level + noise + effect + drift,
        weight=weight,
        treated_from=start,
        cluster=np.arange(plan.groups),
        randomised=plan.randomised,
    )
    under = since >= 0
    return panel, float((effect * weight)[under].sum() / weight[under].sum()) if under.any() else 0.0


def small_panel(outcome: np.ndarray, treated_from: list[int], *, randomised: bool = False) -> Panel:
    """A panel of these outcomes, a hundred customers a cell, from period 0."""
    units, periods = outcome.shape
    return Panel(
        unit=np.array([f"group {i}" for i in range(units)]),
        t=np.arange(periods),
        outcome=outcome,
        weight=np.full(outcome.shape, 100.0),
        treated_from=np.array(treated_from),
        cluster=np.arange(units),
        randomised=randomised,
    )
