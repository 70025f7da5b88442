"""Retention by tenure: simulated truths are found, with ranges that hold them, and hard data do not break it."""

from __future__ import annotations

import numpy as np
import pytest

from models.lifetime.multiples import margin_multiple, retention_elasticity
from models.lifetime.renewals import Term, renewal_value, term_of
from models.lifetime.shifted_beta import RiskSet, StayModel, fit_staying, log_survival, risk_set, thinned_survival

CUSTOMERS = 20_000
# Two standard errors of a share among this many customers.
SHARE = 0.008
EXACT = 1e-9
# 90% ranges of 40 samples hold the truth in 36 of them; fewer than 31 happens once in a hundred times.
SAMPLES, LEAST_HELD = 40, 31
Z90 = 1.6448536269514722
MODELS: dict[StayModel, tuple[float, ...]] = {
    "geometric": (0.1,),
    "shifted beta": (0.7, 3.8),
    "discrete Weibull": (0.2, 0.7),
    "beta discrete Weibull": (0.3, 1.5, 1.4),
    "gamma frailty": (0.2, 0.9),
}


def cohort(model: StayModel, parameters: tuple[float, ...], customers: int, seed: int = 1) -> RiskSet:
    """Customers who leave by the model, followed over twelve periods."""
    survival = np.exp(log_survival(model, np.array(parameters), np.arange(13.0)))
    left = np.random.default_rng(seed).multinomial(customers, np.append(-np.diff(survival), survival[-1]))
    return risk_set(customers - np.append(0, np.cumsum(left[:-1])))


@pytest.mark.parametrize("model", MODELS)
def test_survival_is_found_inside_and_beyond_what_was_seen(model: StayModel) -> None:
    found = fit_staying(cohort(model, MODELS[model], CUSTOMERS), model)
    t = np.array([1.0, 6.0, 12.0, 20.0])
    truth = np.exp(log_survival(model, np.array(MODELS[model]), t))
    assert np.abs(found.survival(t)[:3] - truth[:3]).max() < SHARE
    assert np.abs(found.survival(t)[3] - truth[3]) < 3 * SHARE


def test_ranges_of_the_shifted_beta_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(SAMPLES):
        fit = fit_staying(cohort("shifted beta", (0.7, 3.8), 3_000, seed), "shifted beta").fit
        held += abs(fit.estimate[0] - 0.7) <= Z90 * fit.se[0]
    assert held >= LEAST_HELD


def test_customers_first_seen_late_count_from_there() -> None:
    whole = cohort("shifted beta", (0.7, 3.8), CUSTOMERS)
    late = RiskSet(tenure=whole.tenure[3:], n=whole.n[3:], left=whole.left[3:])
    found = fit_staying(late, "shifted beta")
    assert (
        np.abs(
            found.retention(np.array([4.0, 8.0])) - fit_staying(whole, "shifted beta").retention(np.array([4.0, 8.0]))
        ).max()
        < SHARE
    )


def test_customers_who_are_all_alike_leave_at_one_rate_in_every_model() -> None:
    alike = cohort("geometric", (0.1,), CUSTOMERS)
    t = np.arange(12.0)
    constant = fit_staying(alike, "geometric").retention(t)
    for model in MODELS:
        assert np.abs(fit_staying(alike, model).retention(t) - constant).max() < 2 * SHARE, model


@pytest.mark.parametrize("model", MODELS)
def test_a_handful_of_customers_gives_finite_figures_and_wide_ranges(model: StayModel) -> None:
    few = RiskSet(tenure=np.arange(3), n=np.array([9.0, 5.0, 4.0]), left=np.array([2.0, 0.0, 1.0]))
    found = fit_staying(few, model)
    draws = found.fit.draws(np.random.default_rng(1), 200)
    survival = np.exp(log_survival(model, draws, np.array(6.0)))
    assert np.isfinite(survival).all()
    assert np.percentile(survival, 95) - np.percentile(survival, 5) > 0.1


def test_nobody_leaving_is_full_retention() -> None:
    stay = RiskSet(tenure=np.arange(3), n=np.full(3, 50.0), left=np.zeros(3))
    assert fit_staying(stay, "shifted beta").retention(np.array([0.0])) == pytest.approx([1.0], abs=1e-3)


def test_nobody_at_risk_is_refused() -> None:
    with pytest.raises(ValueError, match="at risk"):
        fit_staying(RiskSet(tenure=np.zeros(0), n=np.zeros(0), left=np.zeros(0)), "geometric")


def test_thinned_survival_is_the_mean_over_customers_of_their_own() -> None:
    own = np.random.default_rng(1).beta(0.7, 3.8, 400_000)
    for factor in (1.0, 0.9):
        assert thinned_survival(0.7, 3.8, factor, np.array([5])) == pytest.approx(
            [((1 - factor * own) ** 5).mean()], abs=SHARE / 4
        )


def test_survival_without_terms_goes_by_the_period() -> None:
    t = np.arange(6)
    assert (Term().decided(t) == t).all()
    assert (Term().which(t) == t).all()


@pytest.mark.parametrize("first", [3, 4])
def test_a_yearly_account_decides_once_a_year(first: int) -> None:
    at_risk = first + 4 * np.arange(3)
    term = term_of(4, at_risk, np.ones(3))
    assert (term.which(at_risk) == [0, 1, 2]).all()
    assert (term.decided(at_risk) == [0, 1, 2]).all()
    assert (term.decided(at_risk + 1) == [1, 2, 3]).all()
    assert term.decided(np.arange(first + 1)).sum() == 0


def test_payments_are_discounted_to_the_renewal_they_are_due_at() -> None:
    value = renewal_value(np.array([0.9, 0.8]), 100, 2, 4, 0.05)
    assert value == pytest.approx(100 * (0.9 / 1.05**2 + 0.9 * 0.8 / 1.05**6), abs=EXACT)


def test_the_multiple_is_the_sum_it_stands_for_however_it_is_paid() -> None:
    years = np.arange(2_000)
    kept = (0.8 / 1.1) ** years
    assert margin_multiple(0.8, 0.1, "up front") == pytest.approx(kept.sum(), abs=EXACT)
    assert margin_multiple(0.8, 0.1) == pytest.approx(kept[1:].sum(), abs=EXACT)


@pytest.mark.parametrize("paid", ["end", "up front"])
def test_the_elasticity_is_the_slope_of_the_multiple(paid: str) -> None:
    step = 1e-6
    more, less = (margin_multiple(0.8 * (1 + s), 0.12, paid) for s in (step, -step))  # type: ignore[arg-type]
    slope = (np.log(more) - np.log(less)) / (2 * step)
    assert retention_elasticity(0.8, 0.12, paid) == pytest.approx(slope, rel=1e-6)  # type: ignore[arg-type]
