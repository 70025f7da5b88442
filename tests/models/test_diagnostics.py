"""Convergence figures of many quantities at once, beside arviz one by one."""

from __future__ import annotations

import arviz
import numpy as np
import pytest

from models.diagnostics import effective_draws, rhat

# arviz ends Geyer's sum a lag or so elsewhere.
ESS_OFF = 0.03
SAME = 1e-9
PERSISTENCE = np.array([0.0, 0.3, 0.7, 0.95, -0.4])


@pytest.fixture(scope="module")
def chains() -> np.ndarray:
    """Five autoregressions of rising persistence `(chain, draw, quantity)`."""
    draws = np.random.default_rng(1).standard_normal((6, 400, len(PERSISTENCE)))
    for t in range(1, draws.shape[1]):
        draws[:, t] += PERSISTENCE * draws[:, t - 1]
    return draws


def one_by_one(chains: np.ndarray) -> list[np.ndarray]:
    return [np.ascontiguousarray(chains[:, :, k]) for k in range(chains.shape[2])]


def test_rhat_is_that_of_arviz(chains: np.ndarray) -> None:
    expected = [float(arviz.rhat(one)) for one in one_by_one(chains)]
    np.testing.assert_allclose(rhat(chains), expected, rtol=SAME)


def test_effective_draws_are_the_smaller_of_bulk_and_tail_of_arviz(chains: np.ndarray) -> None:
    expected = [
        min(float(arviz.ess(one, method="bulk")), float(arviz.ess(one, method="tail", prob=(0.05, 0.95))))
        for one in one_by_one(chains)
    ]
    np.testing.assert_allclose(effective_draws(chains), expected, rtol=ESS_OFF)


def test_a_chain_that_lies_elsewhere_is_found(chains: np.ndarray) -> None:
    moved = chains.copy()
    moved[0] += 5
    assert (rhat(moved)[:3] > 1.05).all()


def test_what_does_not_vary_is_no_alarm() -> None:
    still = np.ones((4, 100, 1))
    assert rhat(still) == [1.0]
    assert np.isinf(effective_draws(still))
