"""What stands beside the value of every pain point: other ways to count it, the most there is, and the prior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from impact.checks import Check
from impact.journey import Journey
from impact.study import Study
from models.cap import Cap, find_cap
from models.pains import PainValues, value_face, value_marginal
from models.prior_money import PriorMoney, prior_checks, prior_shares, share_checks, value_prior
from models.unpooled import Unpooled, unpooled_checks, value_unpooled
from models.uplift import Question, UpliftPosterior, draw_prior
from models.value import ValueBase

PRIOR_DRAWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """Beside the values at stake, in money.

    `marginal` `(pain_point, draw)` of fixing each last; `face` `(pain_point,)` without any haircut; `unpooled` by
    each one's own rows; `cap` the most there is; `prior` what was held likely before any data; `shares` how much
    of that is left in each figure, by (kind, id).
    """

    marginal: np.ndarray
    face: np.ndarray
    unpooled: Unpooled
    cap: Cap
    prior: PriorMoney
    shares: Mapping[tuple[str, str], float]


def find_stakes(
    base: ValueBase, posterior: UpliftPosterior, pains: PainValues, question: Question, journey: Journey, study: Study
) -> Stakes:
    """All that stands beside the values of `pains`."""
    seed = study.study.seed
    prior = draw_prior(question, PRIOR_DRAWS, seed)
    wide = replace(base, frailty=np.resize(base.frailty, PRIOR_DRAWS))
    return Stakes(
        marginal=value_marginal(base, posterior, journey, pains.everything),
        face=value_face(base, posterior, journey),
        unpooled=value_unpooled(base, posterior, question.forms, journey, seed),
        cap=find_cap(base, posterior, journey),
        prior=value_prior(wide, prior, journey, question.forms.score_sd, study.periods_a_year),
        shares=prior_shares(base, posterior, prior, journey),
    )


def stakes_checks(stakes: Stakes, pains: PainValues, journey: Journey) -> tuple[Check, ...]:
    """Whether the values stay near their own rows, and what was held likely before any data is fit to start from."""
    return (
        *unpooled_checks(stakes.unpooled, pains.pains.mean(axis=1), journey),
        *prior_checks(stakes.prior, journey),
        *share_checks(stakes.shares, journey),
    )
