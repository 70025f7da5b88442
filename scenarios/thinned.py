"""A case on fewer of its joint draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.uplift import UpliftPosterior
from models.value import look_at_today
from scenarios.effect import on_draws
from scenarios.worth import Case


def thinned(case: Case, draws: int) -> Case:
    """The case on at most so many of its joint draws, evenly taken."""
    whole = case.posterior.draws
    if whole <= draws:
        return case
    at = np.linspace(0, whole - 1, draws).astype(int)
    return with_posterior(case, case.posterior.at(at))


def with_posterior(case: Case, posterior: UpliftPosterior) -> Case:
    """The case on another posterior of as many draws or fewer; what else is uncertain is taken evenly."""
    at = np.linspace(0, len(case.base.frailty) - 1, posterior.draws).astype(int)
    base = replace(case.base, frailty=case.base.frailty[at])
    offers = tuple(on_draws(offer, at) for offer in case.offers)
    ongoing = tuple(replace(one, offer=on_draws(one.offer, at)) for one in case.ongoing)
    return replace(
        case,
        base=base,
        posterior=posterior,
        today=look_at_today(base, posterior),
        offers=offers,
        ongoing=ongoing,
        service=case.service.on_draws(at),
    )
