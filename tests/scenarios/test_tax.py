"""Tax on the net cash of each period."""

from __future__ import annotations

import numpy as np
import pytest

from impact.rng import stream
from scenarios.tax import after_tax

SUMMED = 1e-12


def test_tax_takes_its_share_of_a_gain_and_gives_it_back_on_a_loss() -> None:
    assert after_tax(np.array([100.0, -40.0, 0.0]), 0.25).tolist() == [75.0, -30.0, 0.0]


def test_without_a_tax_rate_nothing_changes() -> None:
    net = stream(1, "net").normal(0, 1e6, (7, 5))
    assert np.array_equal(after_tax(net, 0.0), net)


def test_discounted_it_is_the_share_left_of_the_npv_as_losses_are_set_off_at_once() -> None:
    net, discount = stream(1, "net").normal(0, 1e6, (7, 5)), 1.1 ** -np.arange(5)
    assert after_tax(net, 0.3) @ discount == pytest.approx(0.7 * (net @ discount), rel=SUMMED)
