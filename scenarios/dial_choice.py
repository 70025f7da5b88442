"""The choice made again under a hidden cause, fast: on fewer draws, among the sets that can win."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.dial import Exposed, under_hidden_cause
from models.value import look_at_today
from scenarios.portfolio import Portfolio
from scenarios.thinned import thinned
from scenarios.worth import Case, costs_by_period, mean_benefits

THINNED = 200  # draws: sets are compared on the same ones, and each starts from its value on all of them
_KEPT = 10  # of the best sets at each strength looked at
_KEPT_WITHOUT = 3  # of the best sets that leave a pain point alone
_LOOKED_AT = (1.5, 3.0)
_HALVINGS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The sets that can win, on fewer draws.

    `shift` `(set,)` leads from a set's mean NPV over these draws to the one over all draws; `spent` is its mean cost.
    """

    case: Case
    exposed: Exposed
    sets: np.ndarray
    spent: np.ndarray
    shift: np.ndarray
    chosen: np.ndarray

    @property
    def value(self) -> np.ndarray:
        """Mean NPV of every set over all draws, as it is `(set,)`."""
        return np.asarray(self.under(self.case) + self.shift)

    def at(self, strength: float, pain_point: str | None = None) -> np.ndarray:
        """Mean NPV of every set `(set,)` under a hidden cause of all pain points, or of one."""
        which = None if pain_point is None else (pain_point,)
        case = hidden_case(self.case, self.exposed, strength, which)
        return np.asarray(self.under(case) + self.shift)

    def best(self, strength: float, pain_point: str | None = None) -> np.ndarray:
        """The set that would be chosen, 0/1 `(initiative,)`."""
        return np.asarray(self.sets[int(np.argmax(self.at(strength, pain_point)))].astype(int))

    def changed(self, strength: float, pain_point: str | None = None) -> bool:
        """Whether another set than today's would be chosen."""
        return not np.array_equal(self.best(strength, pain_point), self.chosen)

    def under(self, case: Case) -> np.ndarray:
        """Mean NPV of every set `(set,)` on another case, as it is and not led to all draws."""
        return np.asarray(mean_benefits(case, self.sets) @ case.base.discount - self.spent)

    def only(self, keep: np.ndarray) -> Choice:
        """The same among fewer sets."""
        return replace(self, sets=self.sets[keep], spent=self.spent[keep], shift=self.shift[keep])


def narrow(case: Case, portfolio: Portfolio, exposed: Exposed) -> Choice:
    """The choice among the allowed sets that are among the best at some strength, or without some pain point."""
    thin = thinned(case, THINNED)
    sets, value = portfolio.sets[portfolio.allowed], portfolio.value[portfolio.allowed]
    spent = sets @ np.array([costs_by_period(offer).mean(axis=0) @ case.base.discount for offer in case.offers])
    whole = Choice(
        case=thin, exposed=exposed, sets=sets, spent=spent, shift=np.zeros(len(sets)), chosen=portfolio.chosen
    )
    whole = replace(whole, shift=value - whole.at(1.0))
    best = {int(place) for place in np.argsort(-value, kind="stable")[:_KEPT]}
    for strength in _LOOKED_AT:
        best |= {int(place) for place in np.argsort(-whole.at(strength), kind="stable")[:_KEPT]}
    for k in range(len(case.posterior.pain_points)):
        fixing = np.array([bool(offer.effectiveness[..., k].any()) for offer in case.offers])
        without = np.flatnonzero(sets @ fixing == 0)
        best |= {int(place) for place in without[np.argsort(-value[without], kind="stable")[:_KEPT_WITHOUT]]}
    return whole.only(np.array(sorted(best)))


def hidden_case(case: Case, exposed: Exposed, strength: float, pain_points: tuple[str, ...] | None = None) -> Case:
    """The case with its effects as they would be beside a hidden cause."""
    posterior = under_hidden_cause(case.posterior, exposed, strength, pain_points)
    return replace(case, posterior=posterior, today=look_at_today(case.base, posterior))


def smallest(happens: Callable[[float], bool], low: float, high: float) -> float:
    """The smallest strength at which something happens, that happens at `high` and not at `low`: by halving."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if happens(middle) else (middle, high)
    return high
