"""Smoothed weights are those of the published method, and their shape is that of a known Pareto."""

from __future__ import annotations

import arviz
import numpy as np
import pytest

from impact.rng import stream
from models.psis import KHAT_LIMIT, fit_pareto, smooth

# The same formulas in another order of summation.
SAME_FORMULAS = 1e-6
# A shape from 4,000 values has a standard error of (1 + k) / sqrt(n) = .02 to .03; three of them.
SHAPE_ERROR = 0.09


@pytest.mark.parametrize("shape", [-0.3, 0.1, 0.5, 0.9])
def test_the_shape_of_a_pareto_sample_is_found(shape: float) -> None:
    uniform = stream(1, "pareto").uniform(size=4_000)
    sample = np.sort(2.0 * np.expm1(-shape * np.log(uniform)) / shape)
    found, spread = fit_pareto(sample[:, None])
    assert found[0] == pytest.approx(shape, abs=SHAPE_ERROR)
    assert spread[0] == pytest.approx(2.0, rel=2 * SHAPE_ERROR)


@pytest.mark.skipif(not hasattr(arviz, "psislw"), reason="this arviz keeps its own out of reach")
@pytest.mark.parametrize("degrees", [1.5, 3.0, 30.0])
def test_weights_and_shapes_are_those_of_arviz(degrees: float) -> None:
    ratios = 0.5 * stream(2, "ratios").standard_t(degrees, size=(1_000, 5))
    found = smooth(ratios)
    expected, shapes = arviz.psislw(ratios.T.copy())
    np.testing.assert_allclose(found.log_weights.T, expected, atol=SAME_FORMULAS)
    np.testing.assert_allclose(found.khat, shapes, atol=SAME_FORMULAS)


def test_weights_that_are_all_alike_stay_alike_and_are_worth_all_draws() -> None:
    found = smooth(np.full(500, 3.0))
    np.testing.assert_allclose(np.exp(found.log_weights), 1 / 500)
    assert found.khat[0] == -np.inf
    assert found.effective()[0] == pytest.approx(500)


@pytest.mark.parametrize(("bend", "shape"), [(0.1, 0.2), (0.45, 0.9)])
def test_weights_with_a_tail_of_known_shape_are_trusted_or_not(bend: float, shape: float) -> None:
    draws = stream(3, "narrow").normal(size=4_000)
    # exp(c z^2) of a standard normal has a tail of shape 2c
    assert (smooth(bend * draws**2).khat[0] < KHAT_LIMIT) == (shape < KHAT_LIMIT)


def test_one_draw_that_carries_everything_is_told() -> None:
    ratios = np.zeros(100)
    ratios[7] = 50.0
    assert smooth(ratios).khat[0] > 0.7
