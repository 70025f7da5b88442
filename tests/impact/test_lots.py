"""Lots within strata: both arms alike in each, every customer as likely as any other."""

from __future__ import annotations

import numpy as np
import pytest

from impact.lots import draw_arms
from impact.rng import stream

STRATA = np.repeat([0, 1, 2, 3], [501, 333, 7, 1])


@pytest.mark.parametrize("each", [1, 10, 100, 421, 9_999])
def test_arms_differ_by_one_at_most_in_every_stratum_and_in_all(each: int) -> None:
    arms = draw_arms(STRATA, each, stream(1, "lots"))
    apart = [abs(int((arms[one == STRATA] == 1).sum()) - int((arms[one == STRATA] == 0).sum())) for one in range(4)]
    assert max(apart) <= 1 and abs(int((arms == 1).sum()) - int((arms == 0).sum())) <= 1
    assert (arms >= 0).sum() == min(2 * each, len(STRATA))


def test_every_stratum_has_its_share() -> None:
    drawn = draw_arms(STRATA, 100, stream(2, "lots")) >= 0
    shares = np.bincount(STRATA) * 200 / len(STRATA)
    assert (np.abs(np.bincount(STRATA[drawn], minlength=4) - shares) < 1).all()


def test_the_same_stream_draws_the_same_and_another_draws_others() -> None:
    one, again, other = (draw_arms(STRATA, 50, stream(seed, "lots")) for seed in (1, 1, 2))
    assert (one == again).all() and (one != other).any()


def test_every_customer_is_as_likely_to_be_treated_as_any_other() -> None:
    draws = np.array([draw_arms(STRATA[:100], 20, stream(seed, "likely")) == 1 for seed in range(2_000)])
    # a share of a fifth over 2,000 draws, five errors for the extreme of a hundred
    assert np.abs(draws.mean(axis=0) - 0.2).max() < 5 * np.sqrt(0.2 * 0.8 / 2_000)


def test_nobody_is_drawn_of_nobody() -> None:
    assert len(draw_arms(np.array([], dtype=int), 5, stream(1, "none"))) == 0
