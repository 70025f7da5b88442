"""The prior in money: what it claims, in leaving, in points, and how much of it the data left standing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.prior_money import PriorMoney, prior_checks, prior_share, prior_shares, share_checks, value_prior
from models.value import ValueBase, base_path
from tests.models.small_values import JOURNEY, PAINS, base_of, posterior_of

DRAWS = 2_000
# The width that holds 90% of 2,000 normal draws, squared.
WIDTHS = 0.12
EXACT = 1e-9


def prior_of(leaving_sd: float, spend_sd: float = 0.01, score: float = 0.1) -> tuple[ValueBase, PriorMoney]:
    rng = np.random.default_rng(9)
    shape = (DRAWS, 2, len(PAINS))
    prior = posterior_of(leaving_sd * rng.standard_normal(shape), spend_sd * rng.standard_normal(shape))
    base = base_of(2, DRAWS)
    return base, value_prior(base, replace(prior, score=np.full(shape, score)), JOURNEY, 1.0, 4)


def status(prior: PriorMoney, code: str) -> str:
    return next(check.status for check in prior_checks(prior, JOURNEY) if check.code == code)


def test_an_ordinary_prior_passes_and_says_what_it_claims_beside_the_base() -> None:
    base, prior = prior_of(0.1)
    assert {check.status for check in prior_checks(prior, JOURNEY)} == {"pass"}
    assert prior.margin == pytest.approx(float((base_path(base)["margin"] @ base.discount).mean()))
    said = next(check for check in prior_checks(prior, JOURNEY) if check.code == "C534")
    low, high = np.percentile(prior.values.everything, [5, 95])
    assert f"{low:,.0f} to {high:,.0f}" in said.found and f"{prior.margin:,.0f}" in said.limit


def test_a_prior_that_claims_more_than_all_customers_bring_fails() -> None:
    assert status(prior_of(0.1, spend_sd=5.0)[1], "C534") == "fail"


def test_a_prior_that_could_empty_the_business_is_a_review() -> None:
    assert status(prior_of(1.5)[1], "C532") == "review"


def test_a_pain_point_that_moves_the_score_by_over_two_deviations_is_a_review() -> None:
    assert status(prior_of(0.1, score=2.5)[1], "C533") == "review"


def test_leaving_a_year_without_and_with_a_pain_point_is_that_of_the_rates() -> None:
    """One draw by hand: intensity over four periods, without any pain point and for those who meet the first."""
    base = base_of(2, 1, personas=1)
    tau = np.array([[[0.3, 0.2, 0.1]]])
    found = value_prior(base, posterior_of(tau, 0 * tau), JOURNEY, 1.0, 4)
    who = base.personas[0]
    today = who.weights @ np.exp(who.patterns @ tau[0, 0])
    first = who.weights @ np.exp(who.patterns[:, 1:] @ tau[0, 0, 1:] + tau[0, 0, 0])
    assert found.spared is not None and found.met is not None
    for found_rate, ratio in ((found.spared[0], 1 / today), (found.met[0, 0], first / today), (found.now, 1.0)):
        expected = who.customers @ (1 - (1 - who.rate) ** (4 * ratio)) / who.customers.sum()
        assert found_rate == pytest.approx(expected, rel=EXACT)


def test_the_prior_share_is_the_ratio_of_variances_and_never_above_one() -> None:
    rng = np.random.default_rng(3)
    prior, posterior = 10 * rng.standard_normal(DRAWS), 5 + 5 * rng.standard_normal(DRAWS)
    assert prior_share(posterior, prior) == pytest.approx(0.25, rel=WIDTHS)
    assert prior_share(3 * prior, prior) == 1.0
    assert prior_share(np.zeros(DRAWS), prior) == 0.0
    assert np.isnan(prior_share(posterior, np.zeros(DRAWS)))


def test_a_wild_haircut_does_not_pass_for_a_prior_that_the_data_left_standing() -> None:
    """A large effect told to a twentieth of its prior: its value spreads with the haircut, its share does not."""
    rng, base, shape = np.random.default_rng(4), base_of(2, DRAWS), (DRAWS, 2, len(PAINS))
    prior = posterior_of(0.2 * rng.standard_normal(shape), np.zeros(shape))
    posterior = posterior_of(0.5 + 0.01 * rng.standard_normal(shape), np.zeros(shape))
    kept = rng.beta(4, 3, (DRAWS, 1)) * np.ones(len(PAINS))
    found = prior_shares(base, replace(posterior, credibility=kept), replace(prior, credibility=kept), JOURNEY)
    assert set(found) == {*(("pain_point", pain) for pain in PAINS), ("stage", "s"), ("stage", "r"), ("everything", "")}
    assert max(found.values()) < 0.01


def test_a_value_of_which_the_prior_says_more_than_half_is_named() -> None:
    shares = {("pain_point", pain): 0.2 for pain in PAINS} | {("everything", ""): 0.3}
    (passed,) = share_checks(shares, JOURNEY)
    (review,) = share_checks(shares | {("pain_point", "b"): 0.6}, JOURNEY)
    assert (passed.status, review.status) == ("pass", "review")
    assert review.found == "everything 30%; b"
