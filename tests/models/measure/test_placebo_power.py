"""Placebo rollouts: nothing found where nothing was added, and an added effect as often as said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from impact.rng import stream
from models.measure.panel import NEVER, Effect, Panel, Refusal
from models.measure.placebo_power import PANELS, draw_pairs, try_placebos
from models.measure.randomised import compare_randomised
from models.measure.staggered import compare_staggered

EXACT = 1e-9
UNITS, PERIODS, AFTER = 24, 12, 4
# Three binomial errors of 200 placebo panels, and as many of 300 fresh ones.
BINOMIAL = 3 * np.sqrt(0.8 * 0.2 * (1 / PANELS + 1 / 300))


def history(seed: int) -> Panel:
    rng = stream(seed, "history")
    outcome = rng.standard_normal((UNITS, 1)) + 0.3 * rng.standard_normal((UNITS, PERIODS)) + np.arange(PERIODS) * 0.1
    return Panel(
        unit=np.arange(UNITS),
        t=np.arange(PERIODS) + 8_000,
        outcome=outcome,
        weight=np.ones((UNITS, PERIODS)),
        treated_from=np.full(UNITS, NEVER),
        cluster=np.arange(UNITS),
        randomised=True,
    )


def treated(panel: Panel, effect: float, seed: int) -> Panel:
    drawn = stream(seed, "drawn").permutation(UNITS) % 2 == 0
    starts = np.where(drawn, int(panel.t[-AFTER]), NEVER)
    under = panel.t[None, :] >= starts[:, None]
    return replace(panel, treated_from=starts, outcome=panel.outcome + effect * under)


@pytest.mark.parametrize("measure", [compare_randomised, compare_staggered])
def test_an_effect_added_to_every_treated_cell_moves_the_estimate_by_itself_and_its_error_by_nothing(
    measure: Callable[[Panel], Effect | Refusal],
) -> None:
    without, with_it = measure(treated(history(1), 0.0, 1)), measure(treated(history(1), 0.5, 1))
    assert isinstance(without, Effect) and isinstance(with_it, Effect)
    assert with_it.estimate - without.estimate == pytest.approx(0.5, abs=EXACT)
    assert with_it.se == pytest.approx(without.se, abs=EXACT)


def test_the_least_effect_is_found_in_fresh_rollouts_as_often_as_said() -> None:
    tried = try_placebos(history(2), AFTER, "at once", 2)
    assert tried is not None and tried.power(tried.least()) == pytest.approx(0.8, abs=1 / PANELS)
    assert tried.false <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / PANELS)
    fresh = [compare_randomised(treated(history(seed), tried.least(), seed)) for seed in range(100, 400)]
    found = np.mean([isinstance(one, Effect) and one.found and one.estimate > 0 for one in fresh])
    # one history stands for all: 24 units tell their own scatter to a seventh, which moves the power by a tenth
    assert found == pytest.approx(0.8, abs=BINOMIAL + 0.1)


def test_the_same_seed_tries_the_same_rollouts_and_a_short_history_none() -> None:
    one, two = (try_placebos(history(3), AFTER, "stepped", 3) for _ in range(2))
    assert one is not None and two is not None and (one.estimate == two.estimate).all()
    assert try_placebos(history(3), PERIODS - 1, "at once", 3) is None


def test_pairs_are_neighbours_within_their_group_with_one_of_each_drawn() -> None:
    level, group = np.array([5.0, 1.0, 4.0, 2.0, np.nan, 3.0, 9.0]), np.array([0, 0, 0, 0, 0, 1, 1])
    pairs = draw_pairs(level, group, stream(1, "pairs"))
    assert pairs[4, 0] == -1 and pairs[1, 0] == pairs[3, 0] != pairs[0, 0] == pairs[2, 0]
    assert pairs[5, 0] == pairs[6, 0] and [pairs[pairs[:, 0] == one, 1].sum() for one in range(3)] == [1, 1, 1]
