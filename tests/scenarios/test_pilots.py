"""What a pilot shows, how exactly, and whether its result is acted on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from impact.rng import stream
from scenarios.learning import npv_alone
from scenarios.pilots import conjugate_worth, doubted_as_today, go_after, leaving_error, pilot_shows
from scenarios.worth import Case
from tests.scenarios.learning_case import DRAWS, NOISE, wide_case
from tests.scenarios.small_case import small_base

SUMMED = 1e-9
# 20,000 pilots drawn: the error of a standard error is 1 / sqrt(40,000), three of them.
DRAWN = 0.015


def _evsi(case: Case, n: float) -> float:
    npv = npv_alone(case, case.offers[0])
    go = go_after(npv, pilot_shows(case, case.offers[0], n, 1.0, NOISE).result(1, "p"))
    return float((npv * go).mean() - max(npv.mean(), 0.0))


def _evpi(case: Case) -> float:
    npv = npv_alone(case, case.offers[0])
    return float(np.maximum(npv, 0).mean() - max(npv.mean(), 0.0))


@pytest.mark.parametrize(("rate", "n", "periods"), [(0.05, 1_000, 1.0), (0.05, 1_000, 4.0), (0.3, 400, 2.0)])
def test_the_error_in_leaving_is_that_of_two_halves_of_customers(rate: float, n: int, periods: float) -> None:
    left = stream(1, "halves").binomial(n // 2, 1 - (1 - rate) ** periods, (20_000, 2)) / (n // 2)
    per_period = (left[:, 0] - left[:, 1]) / (periods * (1 - rate) ** (periods - 1))
    assert leaving_error(rate, n, periods) == pytest.approx(per_period.std(), rel=DRAWN)


def test_four_times_the_customers_halve_every_error() -> None:
    case = wide_case(2_000.0)
    few, many = (pilot_shows(case, case.offers[0], n, 1.0, NOISE).se for n in (500.0, 2_000.0))
    assert np.isfinite(few).all() and many == pytest.approx(few / 2)


def test_a_longer_pilot_is_more_exact() -> None:
    case = wide_case(2_000.0)
    short, long = (pilot_shows(case, case.offers[0], 500.0, periods, NOISE).se for periods in (1.0, 3.0))
    assert (long < short).all()


def test_the_leaving_rate_falls_by_what_the_fix_takes_from_those_who_meet_the_pain() -> None:
    case = wide_case(2_000.0)
    effect, total, customers = case.offers[0].effectiveness[0, :, 0], np.zeros(DRAWS), 0.0
    for g, persona in enumerate(case.base.personas):
        tau = case.posterior.leaving[:, g] * case.posterior.credibility
        left = np.where(persona.patterns[:, None, 0] > 0, effect + (1 - effect) * np.exp(tau[:, 0]), 1.0)
        rest = np.exp(persona.patterns[:, 1:] @ tau[:, 1:].T)
        now = persona.weights @ np.exp(persona.patterns @ tau.T)
        stay = (1 - persona.rate)[:, None]
        total += persona.customers @ (stay - stay ** (persona.weights @ (left * rest) / now))
        customers += persona.customers.sum()
    shown = pilot_shows(case, case.offers[0], 500.0, 1.0, NOISE).change
    assert shown[:, 0] == pytest.approx(total / customers)
    assert shown[:, 0].mean() < 0 < shown[:, 1].mean()


def test_the_share_met_less_is_what_the_fix_removes_of_how_often_it_is_met() -> None:
    case = wide_case(2_000.0)
    personas = case.base.personas
    often = sum(p.customers.sum() * p.prevalence[0] for p in personas) / sum(p.customers.sum() for p in personas)
    shown = pilot_shows(case, case.offers[0], 500.0, 1.0, NOISE)
    assert shown.change[:, 2] == pytest.approx(often * case.offers[0].effectiveness[0, :, 0])
    assert shown.se[2] == pytest.approx(np.sqrt(4 * often * (1 - often) / 500))


def test_what_is_not_counted_is_not_shown() -> None:
    case = wide_case(2_000.0)
    shown = pilot_shows(case, case.offers[0], 500.0, 1.0, replace(NOISE, counted=frozenset(), spend=0.0))
    assert shown.change.shape == (DRAWS, 2)
    assert np.isinf(shown.se[1]) and shown.result(1, "p").shape == (DRAWS, 1)


def test_sites_show_money_and_occurrences_alone() -> None:
    case = replace(wide_case(2_000.0), base=small_base(1, "sites"))
    assert np.isfinite(pilot_shows(case, case.offers[0], 20.0, 1.0, NOISE).se).tolist() == [False, True, True]


def test_a_useless_pilot_is_worth_nothing_and_a_perfect_one_all_there_is_to_know() -> None:
    case = wide_case(8_000.0, certain=True)
    assert _evsi(case, 2.0) == pytest.approx(0, abs=0.01 * _evpi(case))
    assert _evsi(case, 1e12) == pytest.approx(_evpi(case), rel=0.01)


def test_more_customers_are_never_worth_less_by_more_than_chance_and_never_more_than_all_there_is_to_know() -> None:
    case = wide_case(8_000.0)
    worth = [_evsi(case, n) for n in (2.0, 2e3, 2e4, 2e5, 1e7)]
    assert worth == sorted(worth)
    assert worth[-1] <= _evpi(case) + SUMMED


def test_the_result_is_acted_on_only_where_that_earns_more() -> None:
    npv = stream(1, "npv").normal(500, 100, 1_000)
    assert go_after(npv, stream(1, "result").standard_normal((1_000, 1))).tolist() == [1] * 1_000
    assert go_after(-npv, np.zeros((1_000, 0))).tolist() == [0] * 1_000


def test_a_pilot_of_no_stated_size_doubts_as_today() -> None:
    npv = stream(1, "npv").normal(100, 200, 40_000)
    go = go_after(npv, doubted_as_today(npv, 1, "p"))
    # three standard errors of 40,000 draws
    assert (npv * go).mean() - npv.mean() == pytest.approx(conjugate_worth(100, 200, 200), abs=1.5)
