"""Companies in which satisfaction acts: tables that keep the contract, and a truth that is the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.simulate_rates import RatesCompany, leaving_intensity, of_rows, simulate_rates
from models.simulate_rates_spec import NEUTRAL, RatesSpec
from models.simulate_rates_truth import observed_slopes, rates_truth

PLAIN = RatesSpec(seed=3, customers=6_000)
# Answers are cut at the ends of the scale, which takes some 6% of their variance.
SLOPE_OFF = 0.10
# The hidden cause is set by the variances asked for; who is left at the end differs a little.
TIMES_OFF = 0.25


@pytest.fixture(scope="module")
def plain() -> RatesCompany:
    return simulate_rates(PLAIN)


def test_the_same_specification_gives_the_same_company(plain: RatesCompany) -> None:
    again = simulate_rates(PLAIN)
    assert again.ledger.equals(plain.ledger)
    assert again.responses.equals(plain.responses)


def test_a_customer_has_a_row_a_period_until_it_leaves(plain: RatesCompany) -> None:
    ledger = plain.ledger
    assert not ledger.duplicated(["customer_id", "period"]).any()
    assert ledger["customer_id"].nunique() == PLAIN.customers
    gone = ledger[ledger["retained"] == 0].groupby("customer_id")["period"].max()
    last = ledger.groupby("customer_id")["period"].max()
    assert (last[gone.index] == gone).all()
    assert 0.03 < (ledger["retained"] == 0).mean() < 0.07


def test_an_observed_point_moves_what_reliability_leaves_of_a_true_one(plain: RatesCompany) -> None:
    leaving, spend = observed_slopes(plain)
    person, period = PLAIN.clear_spread
    noise = PLAIN.mood**2 + 1 / 12
    assert leaving == pytest.approx(PLAIN.theta * (person + period) / (person + period + noise), rel=SLOPE_OFF)
    assert spend == pytest.approx(PLAIN.psi * period / (period + noise), rel=SLOPE_OFF)


def test_the_true_worth_of_spend_alone_is_its_share_of_the_money_after_the_first_period(plain: RatesCompany) -> None:
    truth = rates_truth(replace(plain, spec=replace(PLAIN, theta=0.0)))
    assert truth.money_true["retention"] == 0
    assert 0.7 * PLAIN.psi < truth.money_true["spend"] / truth.base < PLAIN.psi


def test_the_true_worth_is_what_lives_lived_on_bring() -> None:
    spec = replace(PLAIN, customers=3_000, psi=0.0, theta=-0.5, horizon=2)
    company = simulate_rates(spec)
    last = company.panel.active[:, -1]
    people = of_rows(company.people, last)
    rng = np.random.default_rng(1)
    now = leaving_intensity(
        spec, people, company.calm, (company.panel.latent[last, -1], company.panel.hidden[last, -1])
    )
    # one period on the laws are in closed form but for the spread of satisfaction, drawn here anew
    _, period = spec.clear_spread
    level = NEUTRAL + (people.person + 0.6 * people.plus + np.linspace(-0.3, 0.3, 2)[people.persona])
    drawn = level + rng.normal(0, np.sqrt(period), (200, len(level)))
    after = leaving_intensity(spec, people, company.calm, (drawn, np.zeros_like(drawn)))
    margin = spec.margin_rate * people.base
    gain = np.exp(-now) * (np.exp(-after * np.exp(spec.theta)) - np.exp(-after))
    worth = float((gain.mean(axis=0) * margin).sum() * 1.1 ** (-1.5 / 4))
    assert rates_truth(company).money_true["retention"] == pytest.approx(worth, rel=0.02)


@pytest.mark.parametrize("kind", ["lasting", "drifting", "instant"])
def test_a_hidden_cause_puts_the_slope_off_by_what_was_asked(kind: str) -> None:
    spec = replace(PLAIN, hidden=kind, times_off=2.0)
    company = simulate_rates(spec)
    causes = spec.hidden_leaving * company.panel.hidden + spec.theta * company.panel.latent
    rows = company.panel.answered
    score = company.panel.score[rows] - company.panel.score[rows].mean()
    slope = float(score @ causes[rows] / (score @ score))
    assert slope / observed_slopes(company)[0] == pytest.approx(2.0, abs=TIMES_OFF)
    assert (company.hidden_spend == 0) == (kind == "lasting")


def test_one_margin_in_seven_is_negative_where_asked() -> None:
    ledger = simulate_rates(replace(PLAIN, share_negative=0.15)).ledger
    assert (ledger["margin"] < 0).mean() == pytest.approx(0.15, abs=0.01)
    assert ledger["margin"].sum() / ledger["revenue"].sum() == pytest.approx(PLAIN.margin_rate, abs=0.01)
