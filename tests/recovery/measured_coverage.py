"""How often measured effects hold the truth, and how often nothing is taken for something.

`python tests/recovery/measured_coverage.py 1000` prints the table of `docs/accuracy.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from models.measure.effect_of import measure_effect
from models.measure.interrupted import compare_before
from models.measure.panel import Effect, Panel, Refusal
from models.measure.placebo import compare_synthetic
from models.measure.randomised import compare_randomised
from models.measure.staggered import compare_staggered
from tests.models.measure.rollout_design import Rollout, draw_rollout

EFFECT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Shares of repetitions: truth inside the 90% range, with an effect and without; "found" without and with one."""

    with_effect: float
    without: float
    false: float
    power: float
    bias: float
    width: float


def headline(panel: Panel) -> Effect:
    """The first of all methods."""
    return measure_effect(panel)[0]


SERIES = Rollout(groups=1, treated=1, starts=1, common=0.0, drift=0.2, first=12, periods=16)
ONE = Rollout(groups=12, treated=1, starts=1, first=12, periods=20)
CASES: dict[str, tuple[Callable[[Panel], Effect | Refusal], Rollout]] = {
    "randomised, 40 groups": (compare_randomised, Rollout(groups=40, treated=20, starts=1, randomised=True)),
    "randomised, 8 groups": (compare_randomised, Rollout(groups=8, treated=4, starts=1, randomised=True)),
    "staggered, 40 groups": (compare_staggered, Rollout(groups=40, treated=20)),
    "staggered, 8 groups": (compare_staggered, Rollout(groups=8, treated=4)),
    "staggered, 8 groups, carry .8": (compare_staggered, Rollout(groups=8, treated=4, carry=0.8)),
    "synthetic, 12 groups, 1 treated": (compare_synthetic, ONE),
    "synthetic, 16 groups, 3 treated": (compare_synthetic, replace(ONE, groups=16, treated=3, starts=3)),
    "interrupted, 8 periods before": (compare_before, replace(SERIES, first=8, periods=12)),
    "interrupted, 12 periods before": (compare_before, SERIES),
    "interrupted, 24 periods before": (compare_before, replace(SERIES, first=24, periods=30)),
    "interrupted, 9 before, season of 4": (partial(compare_before, season=4), replace(SERIES, first=9, periods=13)),
    "interrupted, 12 before, carry .8": (compare_before, replace(SERIES, carry=0.8)),
    "interrupted, 12 before, no trend holds": (compare_before, replace(SERIES, common=1.0)),
    "headline, 40 groups": (headline, Rollout(groups=44, treated=22)),
    "headline, 12 groups": (headline, replace(ONE, treated=2)),
}


def cover(name: str, repetitions: int) -> Covered:
    """The shares of one case, the same seeds with and without an effect."""
    method, plan = CASES[name]
    nil = [_one(method, *draw_rollout(seed, plan)) for seed in range(repetitions)]
    some = [_one(method, *draw_rollout(seed, replace(plan, effect=EFFECT))) for seed in range(repetitions)]
    without, effect = np.array(nil).mean(axis=0), np.array(some).mean(axis=0)
    return Covered(
        with_effect=effect[0], without=without[0], false=without[1], power=effect[1], bias=effect[2], width=effect[3]
    )


def _one(method: Callable[[Panel], Effect | Refusal], panel: Panel, truth: float) -> tuple[float, float, float, float]:
    found = method(panel)
    assert isinstance(found, Effect)
    return found.low <= truth <= found.high, found.found, found.estimate - truth, found.high - found.low


def coverage_rows(repetitions: int) -> list[str]:
    """A row a case, as markdown."""
    rows = [
        "| case | inside 90% | inside 90%, no effect | found, no effect | found | bias | width |",
        "|" + " --- |" * 7,
    ]
    for name in CASES:
        one = cover(name, repetitions)
        shares = f"{one.with_effect:.3f} | {one.without:.3f} | {one.false:.3f} | {one.power:.3f}"
        rows.append(f"| {name} | {shares} | {one.bias:+.2f} | {one.width:.2f} |")
    return rows


if __name__ == "__main__":
    sys.stdout.write("\n".join(coverage_rows(int(sys.argv[1]))) + "\n")
