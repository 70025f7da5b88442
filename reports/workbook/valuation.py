"""The numbers behind every live formula, computed once from the cash model so that a file opened cold shows them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reports.edition import CashModel

TOLERANCE = 1e-9
MID_PERIOD = 0.5
QUARTERS_A_YEAR = 4
RANK_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """Stand-alone value of every initiative. Arrays are `(initiative, period)`, `(initiative,)` or `(period,)`.

    Money undiscounted unless named `pv` or `npv`; NaN where an initiative has no cost. `payback` is in
    quarters, NaN where it never pays back, 0 where nothing is spent; `rank` 1 is the highest
    `ranked_by`, ties in plan order: the NPV, without a cost as if free, rounded so that two equal NPVs stay
    equal whatever adds them up.
    """

    discount: np.ndarray
    benefit: np.ndarray
    cost: np.ndarray
    net: np.ndarray
    cumulative: np.ndarray
    started: np.ndarray
    paid: np.ndarray
    one_off: np.ndarray
    npv: np.ndarray
    pv_cost: np.ndarray
    roi: np.ndarray
    payback: np.ndarray
    ranked_by: np.ndarray
    rank: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValuation:
    """Joint value of every set. `key` is the sum of 2**i over its initiatives; `counted` is NaN unless `ok`."""

    key: np.ndarray
    one_off: np.ndarray
    allowed: np.ndarray
    status: tuple[str, ...]
    npv: np.ndarray
    counted: np.ndarray
    chosen: int
    best: int | None


def value_initiatives(cash: CashModel) -> Valuation:
    """The value of each initiative on its own.

    Source: NPV_i = sum_t DF_t (benefit_it - cost_it), DF_t = (1 + d)^(-(t - 1/2) / periods a year).
    """
    steps = np.arange(1, len(cash.periods) + 1)
    discount = (1 + cash.discount_rate) ** (-(steps - MID_PERIOD) / cash.periods_a_year)
    benefit = cash.retention + cash.spend + cash.service_saving + cash.other_benefit
    plan_cost = np.nan_to_num(cash.cost)
    cost = cash.overrun[:, None] * (plan_cost[:, None] * cash.cost_share + cash.capex_extra) + cash.opex
    net = benefit - cost
    cumulative = net.cumsum(axis=1)
    started = (cost.cumsum(axis=1) > 0).astype(float)
    paid = started * (cumulative >= 0)
    ranked_by = np.round(net @ discount, RANK_DECIMALS)
    pv_cost = cost @ discount
    npv = np.where(np.isfinite(cash.cost), net @ discount, np.nan)
    return Valuation(
        discount=discount,
        benefit=benefit,
        cost=cost,
        net=net,
        cumulative=cumulative,
        started=started,
        paid=paid,
        one_off=plan_cost * cash.cost_share.sum(axis=1) + cash.capex_extra.sum(axis=1),
        npv=npv,
        pv_cost=pv_cost,
        roi=np.divide(npv, pv_cost, out=np.full(len(npv), np.nan), where=pv_cost > 0),
        payback=_payback(paid, started, QUARTERS_A_YEAR / cash.periods_a_year),
        ranked_by=ranked_by,
        rank=_rank(ranked_by),
    )


def value_sets(cash: CashModel, alone: Valuation) -> SetValuation | None:
    """The value of each set with its overlap taken out, or None where the sets are too many to list."""
    if cash.sets is None or cash.set_benefit is None:
        return None
    flags = np.asarray(cash.sets, dtype=float)
    one_off = flags @ alone.one_off
    npv = cash.set_benefit @ alone.discount - flags @ alone.pv_cost
    allowed = np.ones(len(flags)) if cash.set_allowed is None else np.asarray(cash.set_allowed, dtype=float)
    status = _status(flags @ ~np.isfinite(cash.cost), allowed, one_off, cash.budget)
    counted = np.where([word == "ok" for word in status], npv, np.nan)
    return SetValuation(
        key=flags @ 2.0 ** np.arange(flags.shape[1]),
        one_off=one_off,
        allowed=allowed,
        status=status,
        npv=npv,
        counted=counted,
        chosen=int(np.flatnonzero((flags == cash.chosen).all(axis=1))[0]),
        best=None if np.isnan(counted).all() else int(np.nanargmax(counted)),
    )


def _payback(paid: np.ndarray, started: np.ndarray, quarters_a_period: float) -> np.ndarray:
    periods = paid.argmax(axis=1) - started.argmax(axis=1) + 1
    back = np.where(paid.any(axis=1), periods * quarters_a_period, np.nan)
    return np.where(started.any(axis=1), back, 0.0)


def _rank(value: np.ndarray) -> np.ndarray:
    place = np.empty(len(value))
    place[np.argsort(-value, kind="stable")] = np.arange(1, len(value) + 1)
    return place


def _status(unknown: np.ndarray, allowed: np.ndarray, one_off: np.ndarray, budget: float | None) -> tuple[str, ...]:
    limit = np.inf if budget is None else budget * (1 + TOLERANCE)
    words = np.where(one_off > limit, "over budget", "ok")
    words = np.where(allowed > 0, words, "not allowed")
    return tuple(str(word) for word in np.where(unknown > 0, "no cost", words))
