"""What is known in closed form of information, recovered from draws: two and more actions, Normal throughout."""

from __future__ import annotations

import numpy as np
import pytest

from impact.rng import stream
from scenarios.pilots import conjugate_worth
from scenarios.regress_value import expected_elsewhere, expected_given, worth_of_choosing

DRAWS, SEEDS = 4_000, 20
SD = 200.0
# The mean of 20 runs of 4,000 draws each: three standard errors of a worth of some 50.
SIMULATED = 2.0
# Information on nothing, in shares of the spread of what is decided on: the optimism of the regression.
OPTIMISM = 0.01


def _run(seed: int, share: float, mean: float) -> tuple[np.ndarray, np.ndarray]:
    """NPV of one action beside doing nothing, `share` of its variance known by the first of three columns."""
    rng = stream(seed, "normal decision")
    known = rng.standard_normal((DRAWS, 3))
    rest = rng.standard_normal(DRAWS)
    npv = mean + SD * (np.sqrt(share) * known[:, 0] + np.sqrt(1 - share) * rest)
    return np.stack([np.zeros(DRAWS), npv]), known


@pytest.mark.parametrize(("share", "mean"), [(0.36, 0.0), (0.36, 100.0), (0.8, -100.0), (0.1, 50.0)])
def test_what_part_of_the_doubt_is_worth_is_recovered(share: float, mean: float) -> None:
    truth = conjugate_worth(mean, SD * np.sqrt(share), 0.0)
    found = []
    for seed in range(SEEDS):
        value, known = _run(seed, share, mean)
        found.append(worth_of_choosing(expected_given(value, known[:, :1])))
    assert np.mean(found) == pytest.approx(truth, abs=SIMULATED)


def test_what_tells_nothing_is_worth_next_to_nothing() -> None:
    found, many = [], []
    for seed in range(SEEDS):
        value, known = _run(seed, 0.36, 0.0)
        found.append(worth_of_choosing(expected_given(value, known[:, 1:])))
        crowd = np.concatenate([value, value[1] + SD / 4 * stream(seed, "crowd").standard_normal((30, DRAWS))])
        many.append(worth_of_choosing(expected_given(crowd, known[:, 1:])))
    assert np.mean(found) < OPTIMISM * SD
    assert np.mean(many) < 2 * OPTIMISM * SD


@pytest.mark.parametrize("se", [50.0, 150.0, 600.0])
def test_a_rule_learnt_from_simulated_results_earns_the_closed_form(se: float) -> None:
    earned = []
    for seed in range(SEEDS):
        value, _ = _run(seed, 0.36, 100.0)
        result = value[1] + se * stream(seed, "result").standard_normal(DRAWS)
        go = expected_elsewhere(value[1], result[:, None]) > 0
        earned.append((value[1] * go).mean() - max(value[1].mean(), 0.0))
    assert np.mean(earned) == pytest.approx(conjugate_worth(100.0, SD, se), abs=SIMULATED)
