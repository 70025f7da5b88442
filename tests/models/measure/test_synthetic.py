"""Untreated units weighed so that they moved like the treated ones."""

from __future__ import annotations

import numpy as np
import pytest

from models.measure.synthetic import Block, period_weights, synthetic_effect, unit_weights

# What the row that holds the weights to one gives way.
HELD = 1e-6


def mixed(effect: float) -> Block:
    """A treated unit that is half of the first untreated, half of the second, and an effect."""
    controls = np.random.default_rng(1).normal(size=(6, 20)).cumsum(axis=1)
    treated = controls[:2].mean(axis=0)
    treated[14:] += effect
    return Block(controls=controls, treated=treated[None], before=14, size=np.ones(1))


def test_a_mixture_is_told_as_what_it_is() -> None:
    weights = unit_weights(mixed(3.0), "SC")
    np.testing.assert_allclose(weights, [0.5, 0.5, 0, 0, 0, 0], atol=1e-4)
    assert synthetic_effect(mixed(3.0), "SC") == pytest.approx(3.0, abs=1e-3)


def test_a_lasting_difference_of_level_does_not_disturb_the_synthetic_difference() -> None:
    block = mixed(3.0)
    raised = Block(controls=block.controls, treated=block.treated + 100, before=14, size=block.size)
    assert synthetic_effect(raised) == pytest.approx(synthetic_effect(block), abs=HELD)
    assert synthetic_effect(raised, "SC") > 50


@pytest.mark.parametrize("kind", ["SDID", "SC", "DID"])
def test_weights_are_none_below_nil_and_one_in_all(kind: str) -> None:
    block = mixed(0.0)
    for weights in (unit_weights(block, kind), period_weights(block, kind)):  # type: ignore[arg-type]
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1)


def test_no_other_weights_fit_better() -> None:
    """At the minimum on the simplex no gradient points inwards: Karush, Kuhn and Tucker."""
    block = mixed(0.0)
    x, y = block.controls[:, :14].T, block.mean[:14] + np.sin(np.arange(14))
    moved = Block(controls=block.controls, treated=np.r_[y, block.mean[14:]][None], before=14, size=block.size)
    weights = unit_weights(moved, "SC")
    gradient = x.T @ (x @ weights - y)
    inside = gradient[weights > 1e-9]
    assert np.ptp(inside) < 1e-3 * np.abs(gradient).max()
    assert gradient.min() > inside.mean() - 1e-3 * np.abs(gradient).max()


def test_flat_series_are_weighed_without_fault() -> None:
    block = Block(controls=np.ones((4, 8)), treated=np.ones((1, 8)), before=5, size=np.ones(1))
    assert synthetic_effect(block) == pytest.approx(0)
