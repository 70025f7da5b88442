"""Measured effects hold the truth nine times in ten, and nothing is seldom taken for something."""

from __future__ import annotations

import pytest

from tests.recovery.measured_coverage import CASES, cover

pytestmark = pytest.mark.verify

# Of 300 repetitions a true nine in ten comes out between .87 and .93 nineteen times in twenty.
REPETITIONS = 300
INSIDE = (0.85, 0.95)
# Found at two-sided one in twenty; three repetitions in a hundred are chance.
FALSE = 0.08
# Half of a standard error of the widest, 1.6, over the root of 300, times four.
BIAS = 0.4
SLOW = ("16 groups, 3 treated", "24 periods before", "carry .8", "season of 4", "40 groups")
ASKED = [name for name in CASES if not name.endswith(SLOW)]


@pytest.mark.parametrize("name", [*ASKED, "randomised, 40 groups", "staggered, 40 groups"])
def test_nine_in_ten_true_effects_lie_in_their_range_and_nothing_is_seldom_found(name: str) -> None:
    found = cover(name, REPETITIONS)
    assert INSIDE[0] <= found.with_effect <= INSIDE[1]
    assert INSIDE[0] <= found.without <= INSIDE[1]
    assert found.false <= FALSE
    assert abs(found.bias) < BIAS
