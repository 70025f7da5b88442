"""Two engines compared: alike when they draw from one posterior, apart when they do not."""

from __future__ import annotations

import numpy as np
import pytest

from impact.rng import stream
from models.engines_compared import compare_block, compare_engines
from models.inference import Fit

SHAPE = (4, 1_000, 30)


def draws(seed: int, *, shift: float = 0.0, scale: float = 1.0) -> np.ndarray:
    return shift + scale * stream(seed, "engine").standard_normal(SHAPE)


def test_two_runs_of_one_posterior_agree() -> None:
    found = compare_block("leaving", draws(1), draws(2))
    assert found.agrees and found.effects == 30
    # the largest of thirty standard normals lies between 1 and 4 in 99 of 100
    assert 1 < found.z_max < 4
    assert 0.9 < found.ratio_min < 1 < found.ratio_max < 1.1


@pytest.mark.parametrize(("shift", "scale"), [(0.3, 1.0), (0.0, 1.3), (0.0, 0.7)])
def test_a_shift_or_a_wrong_spread_is_seen(shift: float, scale: float) -> None:
    found = compare_block("leaving", draws(1, shift=shift, scale=scale), draws(2))
    assert not found.agrees
    assert found.shift_max == pytest.approx(shift, abs=0.12)
    assert found.ratio_min < scale < found.ratio_max


def test_chains_that_hardly_move_are_given_their_chance() -> None:
    steps = stream(3, "slow").standard_normal(SHAPE).cumsum(axis=1) / 30
    assert compare_block("leaving", steps, steps + 0.15 * steps.std()).agrees


def test_what_does_not_vary_is_left_out() -> None:
    def fit(seed: int) -> Fit:
        blocks = {"score": draws(seed), "leaving": np.zeros(SHAPE), "spend": draws(seed + 10)}
        slopes = {name: draws(seed)[..., 0] for name in ("theta", "psi")}
        return Fit(draws={**blocks, **slopes}, rhat_max=1.0, ess_min=4e3, divergences=0, worst="")

    assert [one.block for one in compare_engines(fit(1), fit(2))] == ["score", "spend", "theta", "psi"]
