"""How much of the doubt about each initiative's worth was there before any data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.prior_money import at_the_middle, prior_share
from models.uplift import Question, UpliftPosterior, draw_prior
from models.value import look_at_today
from scenarios.effect import Offer
from scenarios.worth import Case, set_value


def worth_prior_shares(case: Case, question: Question, seed: int) -> np.ndarray:
    """The prior share of what each initiative gains on the journey `(initiative,)`, 0..1; nan where it gains nothing.

    Haircut, frailty and effectiveness are held at their middle: they are no matter of the data.
    """
    prior = draw_prior(question, case.posterior.draws, seed)
    found, held = (_held(case, one) for one in (case.posterior, prior))
    places = range(len(case.offers))
    return np.array([prior_share(_gain(found, i), _gain(held, i)) for i in places])


def _held(case: Case, one: UpliftPosterior) -> Case:
    base, posterior = at_the_middle(case.base, one, case.posterior)
    offers = tuple(_in_the_mean(offer, posterior.draws) for offer in case.offers)
    ongoing = tuple(replace(it, offer=_in_the_mean(it.offer, posterior.draws)) for it in case.ongoing)
    today = look_at_today(base, posterior)
    return replace(case, base=base, posterior=posterior, today=today, offers=offers, ongoing=ongoing)


def _in_the_mean(offer: Offer, draws: int) -> Offer:
    """The offer that removes, and is live, as on average in every draw."""
    effectiveness = np.repeat(offer.effectiveness.mean(axis=1, keepdims=True), draws, axis=1)
    schedule = replace(offer.schedule, live=offer.schedule.live.mean(axis=0, keepdims=True))
    return replace(offer, effectiveness=effectiveness, schedule=schedule)


def _gain(case: Case, i: int) -> np.ndarray:
    return set_value(case, [i]).discounted(case.base.discount)
