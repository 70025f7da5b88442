"""Companies with a hidden cause that doubles the rate: what sees it, and what is seen too seldom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rates_company import Estimated, doubted, estimate, off_by

from models.simulate_rates_spec import HiddenKind, RatesSpec

COMPANIES = 6
FACTOR = 2.0
# What drifts was seen in 12 of 12 others: where 95 in 100 are, fewer than 5 of 6 come once in 30. A cause of one
# period in 9 of 11: where 8 in 10 are seen, fewer than 3 of 6 come once in 60.
LEAST_SEEN: dict[HiddenKind, float] = {"drifting": 5 / 6, "instant": 1 / 2}
# What lasts was seen in 4 of 10 others and 5 of these 6: where half are, 1 or none of 6 comes once in 9, 6 once in 60.
HALF_SEEN = (2, 5)


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Callable[[HiddenKind], tuple[Estimated, ...]]:
    """Companies of a kind of hidden cause, estimated once."""
    made: dict[HiddenKind, tuple[Estimated, ...]] = {}

    def make(kind: HiddenKind) -> tuple[Estimated, ...]:
        if kind not in made:
            specs = (RatesSpec(seed=3_000 + i, hidden=kind) for i in range(COMPANIES))
            made[kind] = tuple(estimate(spec, tmp_path_factory.mktemp("hidden")) for spec in specs)
        return made[kind]

    return make


def wrong(found: tuple[Estimated, ...], part: str) -> tuple[list[Estimated], list[int]]:
    """Companies whose rate of a part is off by the factor, and the seeds of those in which nothing stands against it.

    Raises:
        AssertionError: so few are off that nothing would be tested.
    """
    cases = [one for one in found if off_by(one, part) >= FACTOR]
    assert len(cases) >= COMPANIES / 2
    return cases, [one.company.spec.seed for one in cases if not doubted(one, part)]


@pytest.mark.verify
@pytest.mark.parametrize("kind", LEAST_SEEN)
def test_a_hidden_cause_that_comes_and_goes_is_flagged_in_spend(
    hidden: Callable[[HiddenKind], tuple[Estimated, ...]], kind: HiddenKind
) -> None:
    cases, missed = wrong(hidden(kind), "spend")
    assert len(cases) - len(missed) >= LEAST_SEEN[kind] * len(cases), missed


@pytest.mark.verify
def test_what_is_always_the_same_about_a_customer_does_not_reach_its_spend(
    hidden: Callable[[HiddenKind], tuple[Estimated, ...]],
) -> None:
    assert all(off_by(one, "spend") < FACTOR for one in hidden("lasting"))


@pytest.mark.verify
def test_what_lasts_is_seen_in_some_and_missed_in_some(hidden: Callable[[HiddenKind], tuple[Estimated, ...]]) -> None:
    # stated in docs/accuracy.md: were it seen in all, or in none, the page would be wrong
    cases, missed = wrong(hidden("lasting"), "retention")
    assert HALF_SEEN[0] <= len(cases) - len(missed) <= HALF_SEEN[1], missed
