"""How the initiatives compare, one by one: worth, chance, rank and the regret of each choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import rankdata

from models.value import ValueDraws
from scenarios.aims import worst_tenth
from scenarios.payback import payback_draws
from scenarios.ties import tie_groups
from scenarios.worth import Case, costs_by_period, npv_draws, one_off_by_period, set_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Stand-alone results, initiatives in plan order.

    `value` per initiative, `npv` `(initiative, draw)` joint. `worth` `(initiative, draw)` is what is ranked: NPV, or
    `by` max_cost where the plan leaves a cost out; below all for pilots and surveys, which are not ranked. `ranks`
    `(initiative, draw)`, 1 the highest, the mean of their places where some are alike; `rank` by mean worth, ties by
    plan order. `tie_group` 1 the highest, 0 for pilots and surveys. `max_cost` the one-off cost at which mean NPV is
    nil; `roi` over all discounted costs; `payback` `(initiative, draw)` and `payback_quarters` of mean cash, in
    quarters, nan where it does not pay back.
    """

    value: tuple[ValueDraws, ...]
    npv: np.ndarray
    worth: np.ndarray
    by: Literal["npv", "max_cost"]
    ranks: np.ndarray
    rank: np.ndarray
    tie_group: np.ndarray
    max_cost: np.ndarray
    roi: np.ndarray
    payback: np.ndarray
    payback_quarters: np.ndarray

    @property
    def rank_low(self) -> np.ndarray:
        """The highest place within 90% of draws `(initiative,)`."""
        return np.asarray(np.percentile(self.ranks, 5, axis=1))

    @property
    def rank_high(self) -> np.ndarray:
        """The lowest place within 90% of draws `(initiative,)`."""
        return np.asarray(np.percentile(self.ranks, 95, axis=1))

    @property
    def p_top3(self) -> np.ndarray:
        """Share of draws in which each is among the first three `(initiative,)`."""
        return np.asarray((self.ranks <= 3).mean(axis=1))

    @property
    def sucra(self) -> np.ndarray:
        """The share of the others that each is ahead of, on average `(initiative,)`: (m - E rank) / (m - 1).

        1 for a single initiative, nan for pilots and surveys. Source: Salanti, Ades & Ioannidis (2011).
        """
        among = np.isfinite(self.worth).all(axis=1)
        m = int(among.sum())
        share = (m - self.ranks.mean(axis=1)) / (m - 1) if m > 1 else np.ones(len(among))
        return np.where(among, share, np.nan)

    @property
    def regret(self) -> np.ndarray:
        """Mean shortfall to the draw's best `(initiative,)`: E[max_j V_j - V_a]."""
        worth = np.where(np.isfinite(self.worth), self.worth, self.npv)
        return np.asarray((self.worth.max(axis=0, initial=-np.inf) - worth).mean(axis=1))

    @property
    def evpi(self) -> np.ndarray:
        """Expected value of perfect information for doing each one alone or not `(initiative,)`."""
        return np.asarray(np.maximum(self.npv, 0).mean(axis=1) - np.maximum(self.npv.mean(axis=1), 0))

    @property
    def p_positive(self) -> np.ndarray:
        """Share of draws with an NPV above nil `(initiative,)`."""
        return np.asarray((self.npv > 0).mean(axis=1))

    @property
    def worst_tenth(self) -> np.ndarray:
        """Mean NPV of the worst tenth of draws `(initiative,)`."""
        return worst_tenth(self.npv)

    def p_payback(self, within: float = np.inf) -> np.ndarray:
        """Share of draws in which each pays back within so many quarters, and the horizon `(initiative,)`."""
        return np.asarray((self.payback <= within).mean(axis=1))


def rank_initiatives(case: Case, periods_a_year: int) -> Ranking:
    """Every initiative on its own, on common draws."""
    count = len(case.offers)
    value = tuple(set_value(case, [i]) for i in range(count))
    npv, most = np.zeros((2, count, case.posterior.draws))
    payback = np.zeros((count, case.posterior.draws + 1))
    for i, one in enumerate(value):
        npv[i] = npv_draws(case, [i], one)
        most[i] = _most(case, i, npv[i])
        payback[i] = payback_draws(case, i, one, periods_a_year)
    mean = npv.mean(axis=1)
    paid = np.array([(costs_by_period(offer) @ case.base.discount).mean() for offer in case.offers])
    priced = all(offer.cost is not None for offer in case.offers)
    worth = npv if priced else np.where(np.isfinite(most), most, npv)
    # pilots and surveys have no rank among initiatives: they come last
    among = np.array([offer.kind == "initiative" for offer in case.offers], dtype=bool)
    worth = np.where(among[:, None], worth, -np.inf)
    rank = _places(worth.mean(axis=1))
    return Ranking(
        value=value,
        npv=npv,
        worth=worth,
        by="npv" if priced else "max_cost",
        ranks=rankdata(-worth, axis=0) if count else worth,
        rank=rank,
        tie_group=_groups_among(worth, rank, among),
        max_cost=np.maximum(most.mean(axis=1), 0.0),
        roi=np.divide(mean, paid, out=np.full(count, np.nan), where=paid > 0),
        payback=payback[:, :-1],
        payback_quarters=payback[:, -1],
    )


def _groups_among(worth: np.ndarray, rank: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The tie group of each initiative; 0 for pilots and surveys."""
    out = np.zeros(len(rank), dtype=int)
    out[among] = tie_groups(worth[among], rank[among])
    return out


def _places(mean: np.ndarray) -> np.ndarray:
    """1 for the highest, alike ones in plan order."""
    rank = np.empty(len(mean), dtype=int)
    rank[np.argsort(-mean, kind="stable")] = np.arange(1, len(mean) + 1)
    return rank


def _most(case: Case, i: int, npv: np.ndarray) -> np.ndarray:
    """The plan's one-off cost at which NPV is nil `(draw,)`, its mean overrun unchanged; nan where it has none."""
    offer = case.offers[i]
    weight = float(offer.schedule.cost_share @ case.base.discount)
    if weight <= 0 or offer.overrun <= 0:
        booked = float(one_off_by_period(offer).mean(axis=0) @ case.base.discount)
        return np.asarray(offer.plan_cost * (1 + npv / booked)) if booked > 0 else np.full(len(npv), np.nan)
    spent = 0.0 if offer.cost is None else offer.cost
    return np.asarray(spent / offer.overrun + npv / (weight * offer.overrun))
