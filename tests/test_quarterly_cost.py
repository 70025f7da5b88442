"""What planning by quarter may cost, beside one fit of statsmodels on the same machine in the same run."""

from __future__ import annotations

import pytest

from bench.quarterly import measure

pytestmark = pytest.mark.verify

# Measured 9 to 16 on two shared cores with other work on them; a busier machine slows memory more than sums.
MOST_FITS = 60.0
MOST_BYTES = 500e6


def test_twenty_scenarios_stay_within_500_mb_and_the_time_of_sixty_fits() -> None:
    cost = measure()
    assert cost.peak < MOST_BYTES
    assert cost.ratio < MOST_FITS
