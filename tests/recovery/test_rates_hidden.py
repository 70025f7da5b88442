"""Companies with a hidden cause that doubles the rate: what sees it, and what nothing can."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rates_company import Estimated, doubted, estimate, off_by

from models.simulate_rates_spec import HiddenKind, RatesSpec

SEEN: dict[HiddenKind, tuple[str, ...]] = {"lasting": ("retention",), "drifting": ("retention", "spend")}
COMPANIES = 6
FACTOR = 2.0
# Where 95 in 100 are seen, fewer than 5 of 6 come once in 30.
LEAST_SEEN = 5 / 6


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Callable[[HiddenKind], list[Estimated]]:
    """Companies of a kind of hidden cause, estimated."""

    def make(kind: HiddenKind) -> list[Estimated]:
        specs = [RatesSpec(seed=3_000 + i, hidden=kind) for i in range(COMPANIES)]
        return [estimate(spec, tmp_path_factory.mktemp("hidden")) for spec in specs]

    return make


@pytest.mark.verify
@pytest.mark.parametrize("kind", SEEN)
def test_a_hidden_cause_that_leaves_a_trace_is_flagged(
    hidden: Callable[[HiddenKind], list[Estimated]], kind: HiddenKind
) -> None:
    cases = [(one, part) for one in hidden(kind) for part in SEEN[kind] if off_by(one, part) >= FACTOR]
    assert len(cases) >= COMPANIES / 2
    missed = [(one.company.spec.seed, part) for one, part in cases if not doubted(one, part)]
    assert len(missed) <= (1 - LEAST_SEEN) * len(cases), missed


@pytest.mark.verify
def test_what_is_always_the_same_about_a_customer_does_not_reach_its_spend(
    hidden: Callable[[HiddenKind], list[Estimated]],
) -> None:
    assert all(off_by(one, "spend") < FACTOR for one in hidden("lasting"))


@pytest.mark.verify
def test_a_cause_of_one_period_alone_is_seen_by_nothing(hidden: Callable[[HiddenKind], list[Estimated]]) -> None:
    # stated in docs/accuracy.md: were it seen, the page would be wrong
    cases = [one for one in hidden("instant") if off_by(one, "spend") >= FACTOR]
    assert len(cases) >= COMPANIES / 2
    assert sum(doubted(one, "spend") for one in cases) <= len(cases) / 2
