"""What personas bring by themselves, worked out when asked."""

from __future__ import annotations

import numpy as np
import pytest

from models.brought import Brought
from models.value import look_at_today
from tests.scenarios.small_case import small_base, small_posterior


def test_it_is_what_today_holds_to_the_last_bit_and_is_worked_out_once() -> None:
    base = small_base(1)
    today = look_at_today(base, small_posterior(1))
    found = Brought(base=base, now=today.now)
    assert found.known == {}
    assert len(found) == 2
    assert all((one == other).all() for one, other in zip(found, today.before, strict=True))
    assert found[0] is found[0]
    with pytest.raises(IndexError):
        found[2]
    assert np.array_equal(found[-1], found[1])
