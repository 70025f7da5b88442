"""How much of the doubt about an initiative was there before any data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_case import CLOCK, DRAWS, PAINS, PERSONAS, random_plan, small_base

from models.reduced import ReducedForms, silent
from models.uplift import Credibility, Question, UpliftPosterior, draw_prior
from models.value import look_at_today
from scenarios.effect import make_offers, make_ongoing
from scenarios.prior_share import worth_prior_shares
from scenarios.worth import Case

SEED = 3
SAME = 1e-9


def question() -> Question:
    """Asked of data that say nothing."""
    nothing = (silent(len(PAINS)),) * len(PERSONAS)
    forms = ReducedForms(
        pain_points=PAINS,
        personas=PERSONAS,
        unit_exposure=np.ones(len(PAINS)),
        score_sd=0.8,
        score=nothing,
        leaving=nothing,
        spend=nothing,
        spend_placebo=nothing,
        stage_effect=np.zeros(len(PAINS)),
        stage_se=np.ones(len(PAINS)),
    )
    return Question(forms=forms, signs=np.full(len(PAINS), -1.0), credibility=Credibility(prior=None, grades={}))


def case_of(posterior: UpliftPosterior) -> Case:
    base = small_base(SEED)
    offers = make_offers(random_plan(SEED, 3), PAINS, PERSONAS, CLOCK, DRAWS, SEED)
    return Case(base=base, posterior=posterior, today=look_at_today(base, posterior), offers=offers, clock=CLOCK)


def test_a_posterior_that_is_the_prior_leaves_all_of_it() -> None:
    shares = worth_prior_shares(case_of(draw_prior(question(), DRAWS, SEED)), question(), SEED)
    np.testing.assert_allclose(shares, 1.0, atol=SAME)


def test_a_posterior_a_tenth_as_wide_leaves_about_a_hundredth() -> None:
    prior = draw_prior(question(), DRAWS, SEED)
    narrow = {
        name: getattr(prior, name).mean(axis=0) + 0.1 * (getattr(prior, name) - getattr(prior, name).mean(axis=0))
        for name in ("score", "leaving", "spend")
    }
    shares = worth_prior_shares(case_of(replace(prior, **narrow)), question(), SEED)
    # worth is not quite linear in the effects
    assert (shares < 0.03).all() and (shares > 0.001).all()


def test_what_is_live_is_held_at_its_middle_on_as_many_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.prior_money.SHARE_DRAWS", DRAWS // 2)
    plan = random_plan(SEED, 3)
    begun = replace(plan.initiatives[0], status="live", actual_start=CLOCK.first - 2)
    plan = replace(plan, initiatives=(begun, *plan.initiatives[1:]))
    posterior = draw_prior(question(), DRAWS, SEED)
    base = small_base(SEED)
    case = Case(
        base=base,
        posterior=posterior,
        today=look_at_today(base, posterior),
        offers=make_offers(plan, PAINS, PERSONAS, CLOCK, DRAWS, SEED),
        ongoing=make_ongoing(plan, PAINS, PERSONAS, CLOCK, DRAWS, SEED),
        clock=CLOCK,
    )
    assert np.isfinite(worth_prior_shares(case, question(), SEED)).all()
