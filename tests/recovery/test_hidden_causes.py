"""A hidden trait that raises pain and leaving bends every value, and the dial says so; a mood does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from measured_uplift import Estimate, estimate

from models.pains import value_pains
from models.simulate import Company, CompanySpec, simulate_company
from models.simulated_kinds import BAD_MOOD, HIDDEN_TRAIT, vary

pytestmark = pytest.mark.verify

COMPANIES = 4
# Of 36 right ranges of 90% fewer than 27 hold once in 400 (binomial). Measured: 29 under the mood (61 of 70 with four
# companies more), 24 under the trait.
RIGHT, BENT = 0.75, 0.75
# The trait's half leaves twice as fast and meets everything twice as often: those who met a pain point leave 11% to
# 15% more for it, half as much as an average pain point does.
OVERSTATED = 1.15
NOT_OVERSTATED = 1.10
# The trait's two risk ratios, which are what a reader would turn the dial to.
STRENGTH = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A company and what was estimated of it."""

    company: Company
    found: Estimate

    @property
    def true(self) -> np.ndarray:
        """True value of every pain point, in the posterior's order."""
        table = self.company.truth.set_index("pain_point")
        return np.asarray(table.loc[list(self.found.posterior.pain_points), "value"])


Measure = Callable[[CompanySpec, int], list[Beside]]


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Measure:
    def of(spec: CompanySpec, first_seed: int) -> list[Beside]:
        companies = [simulate_company(vary(spec, first_seed + i, 0)) for i in range(COMPANIES)]
        return [Beside(company=one, found=estimate(one, tmp_path_factory.mktemp("company"))) for one in companies]

    return of


@pytest.fixture(scope="module")
def trait(beside: Measure) -> list[Beside]:
    return beside(HIDDEN_TRAIT, 5000)


@pytest.fixture(scope="module")
def mood(beside: Measure) -> list[Beside]:
    return beside(BAD_MOOD, 5100)


def covered(measured: list[Beside]) -> float:
    inside = []
    for one in measured:
        low, high = np.percentile(one.found.values, [5, 95], axis=1)
        inside.append((low <= one.true) & (one.true <= high))
    return float(np.concatenate(inside).mean())


def sum_ratio(measured: list[Beside]) -> float:
    return float(np.median([one.found.values.mean(axis=1).sum() / one.true.sum() for one in measured]))


def test_under_a_hidden_trait_the_ranges_no_longer_hold_and_values_are_overstated(trait: list[Beside]) -> None:
    assert covered(trait) < BENT
    assert sum_ratio(trait) > OVERSTATED


def test_under_a_mood_that_moves_leaving_alone_the_ranges_hold_and_nothing_is_overstated(mood: list[Beside]) -> None:
    assert covered(mood) >= RIGHT
    assert sum_ratio(mood) < NOT_OVERSTATED


def test_the_dial_turned_to_the_traits_strength_reaches_every_truth_that_was_overstated(trait: list[Beside]) -> None:
    dial = pytest.importorskip("models.dial")
    for one in trait:
        found, journey = one.found, one.company.journey
        exposed = dial.find_exposed(found.cells, journey, found.posterior.personas)
        bent = dial.under_hidden_cause(found.posterior, exposed, STRENGTH)
        least = np.percentile(value_pains(found.base, bent, journey).pains, 5, axis=1)
        assert (least <= one.true + 1.0).all()
