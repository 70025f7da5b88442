"""The dial turned on a decision: where the choice changes, checked by choosing again in full."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from models.dial import Exposed, strength_of, under_hidden_cause
from models.dial_benchmark import Benchmark
from models.value import look_at_today
from scenarios.dial import Dial, dial_check, turn_dial
from scenarios.dial_choice import narrow, smallest
from scenarios.limits import Limits
from scenarios.portfolio import Portfolio, choose_portfolio
from scenarios.thinned import thinned
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import PAINS, case_of, random_case, random_plan

EXPOSED = Exposed(signs=-np.ones(len(PAINS)), spend_sd=np.array([0.2, 0.2]))
HALVED = 0.01  # seven halvings of a step of a tenth, and a margin
SAME = 1e-9
BUDGET = 15_000.0


def again(case: Case, strength: float) -> Portfolio:
    """The choice made in full under a hidden cause."""
    posterior = under_hidden_cause(case.posterior, EXPOSED, strength)
    return choose_portfolio(
        replace(case, posterior=posterior, today=look_at_today(case.base, posterior)), Limits(budget=BUDGET)
    )


def turned(case: Case, benchmarks: tuple[Benchmark, ...] = ()) -> tuple[Dial, Portfolio]:
    """The dial of a case, and the choice it starts from."""
    portfolio = choose_portfolio(case, Limits(budget=BUDGET))
    return turn_dial(case, narrow(case, portfolio, EXPOSED), benchmarks), portfolio


@pytest.mark.parametrize("seed", [3, 4, 6, 8])
def test_the_choice_is_another_past_the_strength_found_and_the_same_before_it(seed: int) -> None:
    case = random_case(seed, 5)
    dial, portfolio = turned(case)
    assert np.array_equal(dial.points[0].chosen, portfolio.chosen)
    assert not np.array_equal(again(case, dial.changes_at + HALVED).chosen, portfolio.chosen)
    assert np.array_equal(again(case, max(dial.changes_at - HALVED, 1.0)).chosen, portfolio.chosen)


def test_values_fall_as_the_cause_grows_and_start_at_todays() -> None:
    case = random_case(2, 5)
    dial, portfolio = turned(case)
    value = [point.value.mean() for point in dial.points]
    assert all(later <= earlier + SAME for earlier, later in pairwise(value))
    assert dial.points[0].npv.mean() == pytest.approx(portfolio.npv.mean())
    assert dial.points[0].bias == 1.0


def test_npv_is_nil_at_the_strength_found() -> None:
    case = random_case(3, 5)
    dial, portfolio = turned(case)
    assert portfolio.chosen.any() and np.isfinite(dial.nil_at)
    members = [int(i) for i in np.flatnonzero(portfolio.chosen)]
    posterior = under_hidden_cause(case.posterior, EXPOSED, dial.nil_at)
    hidden = replace(case, posterior=posterior, today=look_at_today(case.base, posterior))
    found = npv_draws(hidden, members, set_value(hidden, members)).mean()
    assert abs(found) < 0.1 * abs(portfolio.npv.mean())


def test_a_pain_point_that_nothing_chosen_fixes_changes_nothing_alone() -> None:
    case = case_of(random_plan(5, 2), 5)
    dial, portfolio = turned(case)
    fixed = {
        k
        for offer, on in zip(case.offers, portfolio.chosen, strict=True)
        if on
        for k in np.flatnonzero(offer.effectiveness.any(axis=(0, 1)))
    }
    assert len(fixed) < len(PAINS)
    assert all(np.isinf(dial.alone[k].changes_at) for k in range(len(PAINS)) if k not in fixed)


def test_it_wants_a_review_where_what_was_measured_is_as_strong() -> None:
    dial, _ = turned(random_case(3, 5))
    assert dial_check(dial).status == "pass" and "no control measured" in dial_check(dial).limit

    def measured(strength: float) -> Benchmark:
        same = np.full(len(PAINS), strength)
        return Benchmark(control="tenure", leaving=strength, occurrence=same, strength=same)

    weak = dial_check(replace(dial, benchmarks=(measured(dial.changes_at + HALVED),)))
    assert weak.status == "review" and "tenure" in weak.limit and weak.remedy
    assert dial_check(replace(dial, benchmarks=(measured(1.0),))).status == "pass"


def test_the_typical_strength_of_a_control_is_that_of_its_mean_bias() -> None:
    strength = np.array([1.5, 1.0, np.nan])
    one = Benchmark(control="plan", leaving=2.0, occurrence=strength, strength=strength)
    assert one.typical == pytest.approx(strength_of(float(np.exp(np.log(1.5**2 / 2.0) / 2))))


def test_fewer_draws_are_taken_evenly_and_together() -> None:
    case = random_case(1, 3)
    few = thinned(case, 10)
    at = np.linspace(0, case.posterior.draws - 1, 10).astype(int)
    assert np.array_equal(few.posterior.leaving, case.posterior.leaving[at])
    assert np.array_equal(few.base.frailty, case.base.frailty[at])
    assert all(one.cost is not None and len(one.cost) == 10 for one in few.offers)
    assert thinned(case, 1_000) is case


def test_the_smallest_strength_is_found_by_halving() -> None:
    assert smallest(lambda r: r >= 1.37, 1.0, 2.0) == pytest.approx(1.37, abs=1 / 2**7)
