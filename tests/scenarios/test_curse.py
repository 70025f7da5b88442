"""The winner's curse: what raw estimates promise of what they pick, and what comes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.initiative import Fix, Initiative, Plan
from models.reduced import GaussianSummary, ReducedForms
from models.value import look_at_today
from scenarios.comparison import split_groups
from scenarios.curse import Curse, beside_naive, by_raw_estimates, curse_check, find_curse
from scenarios.limits import Limits
from scenarios.portfolio import choose_portfolio
from scenarios.worth import Case, npv_draws, set_value
from tests.scenarios.small_case import DRAWS, PAINS, PERSONAS, case_of, case_with_npv, random_case

SUMMED = 1e-9
# The method's example: 3 of 12 by estimates of error .6, truths from Normal(.2, .5^2): naive 1.12, what comes .578.
PICKED, AMONG, MIDDLE, SPREAD, ERROR = 3, 12, 0.2, 0.5, 0.6
NAIVE, REALISED = 1.12, 0.578
COMPANIES = 40_000
# Printed to two and three digits; the mean of 40,000 companies is known to .002.
PRINTED = 0.006
# The mean of 60 picks out of three is known to some .1 of itself.
OFF = 0.3


def _forms(leaving: np.ndarray, spend: np.ndarray, error: float = 0.01) -> ReducedForms:
    """Raw estimates `(persona, pain_point)` with one error."""

    def parts(mean: np.ndarray) -> tuple[GaussianSummary, ...]:
        return tuple(GaussianSummary(mean=row, precision=np.eye(len(PAINS)) / error**2) for row in mean)

    return ReducedForms(
        pain_points=PAINS,
        personas=PERSONAS,
        unit_exposure=np.ones(len(PAINS)),
        score_sd=1.0,
        score=parts(0 * leaving),
        leaving=parts(leaving),
        spend=parts(spend),
        spend_placebo=parts(0 * leaving),
        stage_effect=np.zeros(len(PAINS)),
        stage_se=np.ones(len(PAINS)),
    )


def test_of_three_of_twelve_the_raw_promise_is_twice_what_comes_and_the_posterior_mean_is_what_comes() -> None:
    rng = np.random.default_rng(1)
    truth = MIDDLE + SPREAD * rng.standard_normal((COMPANIES, AMONG))
    seen = truth + ERROR * rng.standard_normal(truth.shape)
    shrunk = MIDDLE + SPREAD**2 / (SPREAD**2 + ERROR**2) * (seen - MIDDLE)
    picked = np.argsort(-seen, axis=1)[:, :PICKED]
    naive, comes, told = (np.take_along_axis(one, picked, 1).mean() for one in (seen, truth, shrunk))
    assert naive == pytest.approx(NAIVE, abs=PRINTED)
    assert comes == pytest.approx(REALISED, abs=PRINTED)
    assert told == pytest.approx(REALISED, abs=PRINTED)


def test_forecasts_of_what_is_chosen_come_true_on_average_and_raw_promises_do_not() -> None:
    rng = np.random.default_rng(2)
    promised, forecast, comes = [], [], []
    kept = SPREAD**2 / (SPREAD**2 + ERROR**2)
    for _ in range(60):
        truth = SPREAD * rng.standard_normal(3)
        seen = truth + ERROR * rng.standard_normal(3)
        draws = kept * seen[:, None] + np.sqrt(kept) * ERROR * rng.standard_normal((3, 100))
        case, raw = case_with_npv(*draws), case_with_npv(*seen[:, None])
        found = choose_portfolio(case, Limits(budget=1_000.0))
        curse = beside_naive(case, found, Limits(budget=1_000.0), raw)
        promised.append(curse.promised)
        forecast.append(float(curse.ours.mean()))
        comes.append(float(truth[found.chosen.astype(bool)].sum()))
    assert sum(forecast) / sum(comes) == pytest.approx(1, abs=OFF)
    assert sum(promised) / sum(comes) > 1.4


def test_raw_estimates_are_taken_as_they_stand_with_nothing_off() -> None:
    case = random_case(3, 3)
    effects = (np.full((2, 4), 0.3), np.full((2, 4), -0.02))
    raw = by_raw_estimates(case, _forms(*effects))
    one = np.ones((1, 2, 4))
    told = replace(
        case.posterior,
        leaving=np.repeat(0.3 * one, DRAWS, axis=0),
        spend=np.repeat(-0.02 * one, DRAWS, axis=0),
        credibility=np.ones((DRAWS, 4)),
    )
    whole = replace(case, posterior=told, today=look_at_today(case.base, told))
    for i in range(3):
        mean = npv_draws(whole, [i], set_value(whole, [i])).mean()
        (naive,) = npv_draws(raw, [i], set_value(raw, [i]))
        # The bend of the value over draws of effectiveness and disposition.
        assert naive == pytest.approx(mean, rel=0.02)


def test_where_no_row_speaks_raw_estimates_say_nothing() -> None:
    case = random_case(3, 3)
    forms = _forms(np.full((2, 4), 0.3), np.full((2, 4), -0.02))
    silent = replace(forms.spend[0], precision=np.zeros((4, 4)))
    forms = replace(forms, leaving=None, spend=(silent, silent))
    raw = by_raw_estimates(case, forms)
    assert not raw.posterior.leaving.any()
    assert not raw.posterior.spend.any()


def _one_each(case: Case) -> Case:
    """Four initiatives of the same cost, one for each pain point."""
    items = tuple(Initiative(initiative=f"act{k}", name=pain, cost=4_000.0) for k, pain in enumerate(PAINS))
    fixes = tuple(
        Fix(initiative=f"act{k}", pain_point=pain, low=0.4, likely=0.5, high=0.6) for k, pain in enumerate(PAINS)
    )
    return case_of(Plan(initiatives=items, fixes=fixes))


def test_raw_estimates_choose_what_stands_out_and_the_joint_draws_say_what_it_is_worth() -> None:
    case, limits = _one_each(random_case(1, 1)), Limits(budget=4_000.0)
    leaving = np.tile([0.0, 0.0, 0.0, 1.5], (2, 1))
    found = choose_portfolio(case, limits)
    curse = find_curse(case, found, limits, _forms(leaving, np.zeros((2, 4))))
    assert curse.chosen.tolist() == [0, 0, 0, 1]
    assert curse.promised == pytest.approx(curse.naive[3])
    assert curse.worth == pytest.approx(npv_draws(case, [3], set_value(case, [3])))
    assert curse.worth.mean() <= curse.ours.mean() + SUMMED
    assert curse.shrunk[3] == pytest.approx(curse.worth.mean())
    assert np.array_equal(curse.ours, found.npv)


def _curse(ours: float, naive_of_ours: float) -> Curse:
    return Curse(
        naive=np.zeros(2),
        shrunk=np.zeros(2),
        chosen=np.ones(2, dtype=int),
        promised=500.0,
        worth=np.full(3, 100.0),
        naive_of_ours=naive_of_ours,
        ours=np.full(3, ours),
    )


def test_a_forecast_above_the_raw_estimates_is_a_review_and_one_below_passes() -> None:
    assert curse_check(_curse(120.0, 300.0)).status == "pass"
    assert "promise 500" in curse_check(_curse(120.0, 300.0)).text
    above = curse_check(_curse(120.0, 90.0))
    assert (above.code, above.status) == ("C630", "review")
    assert above.remedy


def test_a_group_of_which_some_are_chosen_is_split() -> None:
    assert split_groups(np.array([1, 1, 2, 2, 3]), np.array([1, 0, 0, 0, 1])) == (1,)
