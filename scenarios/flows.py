"""The cash of a set of initiatives by period, on average over the draws, in parts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.value import ValueDraws
from scenarios.worth import Case, one_off_by_period, other_benefit


@dataclass(frozen=True, slots=True, kw_only=True)
class CashFlow:
    """Mean cash by period `(period,)`, undiscounted: `capex` (one-off) and `opex` go out, the others come in.

    `non_cashable` is saved service cost that is no cash, and in no total.
    """

    capex: np.ndarray
    opex: np.ndarray
    retention: np.ndarray
    spend: np.ndarray
    service: np.ndarray
    other: np.ndarray
    non_cashable: np.ndarray

    @property
    def net(self) -> np.ndarray:
        """What comes in less what goes out; discounted and summed it is the mean NPV."""
        return np.asarray(self.retention + self.spend + self.service + self.other - self.capex - self.opex)


def cash_flow(case: Case, members: Sequence[int], value: ValueDraws) -> CashFlow:
    """The cash of a set, its gain on the journey given; overlap is taken out as far as `value` does."""
    offers, nothing = [case.offers[i] for i in members], np.zeros(case.periods)
    return CashFlow(
        capex=sum((one_off_by_period(offer).mean(axis=0) for offer in offers), nothing),
        opex=sum((offer.schedule.opex.mean(axis=0) for offer in offers), nothing),
        retention=value.retention.mean(axis=0),
        spend=value.spend.mean(axis=0),
        service=value.service.mean(axis=0) + nothing,
        other=sum((other_benefit(offer).mean(axis=0) for offer in offers), nothing),
        non_cashable=value.non_cashable.mean(axis=0) + nothing,
    )
