"""What picking by raw estimates would promise: the winner's curse, in money."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from impact.checks import Check, make_check
from models.reduced import GaussianSummary, ReducedForms
from models.uplift import UpliftPosterior
from models.value import look_at_today
from scenarios.cashflow import Fate, planned_start
from scenarios.effect import Offer
from scenarios.limits import Limits
from scenarios.portfolio import Portfolio, choose_portfolio
from scenarios.worth import Case, at_starts, set_npv


@dataclass(frozen=True, slots=True, kw_only=True)
class Curse:
    """Net present values by raw estimates at face value, beside those of the joint draws; money.

    `naive` and `shrunk` `(initiative,)` of each alone. `chosen` 0/1 `(initiative,)` is what raw estimates would choose:
    `promised` is what they say of that set, `worth` `(draw,)` what the joint draws do. `naive_of_ours` is what raw
    estimates say of the set that was chosen, `ours` `(draw,)` what the joint draws do.
    """

    naive: np.ndarray
    shrunk: np.ndarray
    chosen: np.ndarray
    promised: float
    worth: np.ndarray
    naive_of_ours: float
    ours: np.ndarray


def find_curse(case: Case, portfolio: Portfolio, limits: Limits, forms: ReducedForms) -> Curse:
    """The choice beside the one that raw estimates would make.

    Args:
        case: the offers at their chosen starts, with the joint draws.
        portfolio: what is chosen of them.
        limits: what both choices keep to.
        forms: the raw estimates and their errors.
    """
    planned = np.array([planned_start(offer.item, case.clock) for offer in case.offers], dtype=int)
    return beside_naive(case, portfolio, limits, at_starts(by_raw_estimates(case, forms), planned))


def beside_naive(case: Case, portfolio: Portfolio, limits: Limits, naive: Case) -> Curse:
    """The choice on joint draws beside the one on another case of the same offers, by its mean.

    Whoever takes estimates as they stand has nothing to learn: pilots and surveys are left out of their choice.
    """
    among = np.array([i for i, offer in enumerate(case.offers) if offer.kind == "initiative"], dtype=int)
    few = replace(naive, offers=tuple(naive.offers[i] for i in among))
    theirs = choose_portfolio(few, replace(limits, objective="mean", target=None, persona_floor=False))
    chosen, starts = np.zeros(len(case.offers), dtype=int), portfolio.starts.copy()
    chosen[among], starts[among] = theirs.chosen, theirs.starts
    ours = [int(i) for i in among if portfolio.chosen[i]]
    alone = [[i] for i in range(len(case.offers))]
    return Curse(
        naive=np.array([set_npv(naive, one).mean() for one in alone]),
        shrunk=np.array([set_npv(case, one).mean() for one in alone]),
        chosen=chosen,
        promised=float(theirs.npv.mean()),
        worth=set_npv(at_starts(case, starts), [int(i) for i in np.flatnonzero(chosen)]),
        naive_of_ours=float(set_npv(at_starts(naive, portfolio.starts), ours).mean()),
        ours=portfolio.npv,
    )


def by_raw_estimates(case: Case, forms: ReducedForms) -> Case:
    """The case as whoever takes estimates as they stand would have it: a single draw.

    Effects on leaving and on spend are each persona's own raw estimates, nothing pooled and no haircut; 0 where no row
    speaks. What is uncertain of offers is at its mean.
    """
    posterior = case.posterior
    nothing = np.zeros((1, len(posterior.personas), len(posterior.pain_points)))
    raw = replace(
        posterior,
        score=posterior.score.mean(axis=0, keepdims=True),
        leaving=_raw(forms.leaving)[None] if forms.leaving else nothing,
        spend=_raw(forms.spend)[None] if forms.spend else nothing,
        credibility=np.ones((1, len(posterior.pain_points))),
        theta=np.zeros(1),
        psi=np.zeros(1),
    )
    return _at_means(case, raw)


def _raw(parts: tuple[GaussianSummary, ...]) -> np.ndarray:
    return np.stack([part.mean * (np.diag(part.precision) > 0) for part in parts])


def _at_means(case: Case, posterior: UpliftPosterior) -> Case:
    base, saved = replace(case.base, frailty=case.base.frailty.mean(keepdims=True)), case.service.saved
    return replace(
        case,
        base=base,
        posterior=posterior,
        today=look_at_today(base, posterior),
        offers=tuple(_mean_offer(offer) for offer in case.offers),
        ongoing=tuple(replace(one, offer=_mean_offer(one.offer)) for one in case.ongoing),
        service=replace(case.service, saved=None if saved is None else saved.mean(keepdims=True)),
    )


def _mean_offer(offer: Offer) -> Offer:
    plan, fate = offer.schedule, offer.fate
    return replace(
        offer,
        effectiveness=offer.effectiveness.mean(axis=1, keepdims=True),
        cost=None if offer.cost is None else offer.cost.mean(keepdims=True),
        schedule=replace(
            plan,
            live=plan.live.mean(axis=0, keepdims=True),
            quarters=plan.quarters.mean(axis=0, keepdims=True),
            opex=plan.opex.mean(axis=0, keepdims=True),
        ),
        fate=Fate(
            late=None if fate.late is None else fate.late.mean(keepdims=True),
            delivered=None if fate.delivered is None else fate.delivered.mean(keepdims=True),
        ),
    )


def curse_check(curse: Curse) -> Check:
    """Whether the forecast stays below what raw estimates say of the same set."""
    ours = float(curse.ours.mean())
    above = ours > curse.naive_of_ours
    text = (
        f"Raw estimates at face value would choose a set and promise {curse.promised:,.0f} of it; on the joint draws "
        f"it is worth {curse.worth.mean():,.0f}, the chosen one {ours:,.0f}."
    )
    if above:
        text = "What is held likely of all pain points, not these rows, makes part of the forecast."
    return make_check(
        "C630",
        "The forecast is not that of raw estimates picked for being high",
        "review" if above else "pass",
        found=f"{ours:,.0f} for the chosen set; raw estimates say {curse.naive_of_ours:,.0f}",
        limit="no more than raw estimates say",
        text=text,
        remedy="Read the table naive beside the pain points' value_unpooled; a pilot settles it." if above else "",
    )
