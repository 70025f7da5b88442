"""Named streams of random numbers."""

from __future__ import annotations

import numpy as np
import pytest

from impact.rng import stream

# Correlation of 4,000 independent pairs has a standard error of 0.016; five of them.
CORRELATION = 0.08
PINNED = [131888, 457657, 888743]


def test_the_same_seed_and_name_give_the_same_numbers() -> None:
    assert np.array_equal(stream(5, "ledger").random(8), stream(5, "ledger").random(8))


def test_another_name_or_seed_gives_unrelated_numbers() -> None:
    first = stream(5, "ledger").standard_normal(4_000)
    for other in (stream(5, "survey"), stream(6, "ledger")):
        assert abs(np.corrcoef(first, other.standard_normal(4_000))[0, 1]) < CORRELATION


def test_the_numbers_of_a_stream_never_change_between_versions() -> None:
    assert stream(1, "a").integers(0, 1_000_000, 3).tolist() == PINNED


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError):
        stream(-1, "a")
