"""Published ranges stand beside a rate and inform."""

from __future__ import annotations

import numpy as np
import pytest
from rate_values import leaving_rate, rate

from models.published import published_ranges


def test_kriss_tells_of_a_leaving_rate_at_36_percent_of_the_worst_over_the_whole_scale() -> None:
    """Kriss (2014): 74% of the best and 43% of the worst were members a year on."""
    (found,) = published_ranges(leaving_rate(estimate=-0.2), 4.0)
    assert np.exp(4 * found.low) == pytest.approx(np.log(0.74) / np.log(0.43))
    assert np.exp(4 * found.low) == pytest.approx(0.357, abs=5e-4)
    assert found.outside == ""


def test_he_tells_of_spend_2_4_times_as_high() -> None:
    (found,) = published_ranges(rate(), 10.0)
    assert np.exp(10 * found.high) == pytest.approx(2.4)


@pytest.mark.parametrize("estimate", [-0.5, 0.01])
def test_a_rate_beyond_it_or_of_the_other_sign_is_said_to_be_outside(estimate: float) -> None:
    (found,) = published_ranges(leaving_rate(estimate=estimate), 4.0)
    assert found.outside.startswith("Outside the published range")


def test_without_a_scale_nothing_is_compared() -> None:
    assert published_ranges(rate(), float("nan")) == ()
