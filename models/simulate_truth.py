"""The true value of fixing pain points in a simulated company, in closed expectation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from numpy.polynomial import chebyshev

from impact.initiative import Fix, Initiative, Plan
from models.simulated_company import PRONENESS, Company, Hidden

# Stay probabilities are entire functions of frailty: 24 nodes and 30 terms reach double precision.
NODES = 24
TERMS = 30
MOST_EXPOSED = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The customers of a company as cells (persona by proneness) with frailty on Chebyshev nodes.

    `(cell, pain_point)`: `rate` of occurrence, `tau`, `sigma`. `(cell, node)`: `intensity` of leaving
    without pain, `weight` in margin a quarter of those still there after the outcome of `as_of`.
    `first_margin`: expected margin of the first future quarter, the same under any fix.
    """

    rate: np.ndarray
    tau: np.ndarray
    sigma: np.ndarray
    intensity: np.ndarray
    weight: np.ndarray
    season: np.ndarray
    discount: np.ndarray
    first_margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TruePortfolio:
    """A set of initiatives with its true net present value and its one-off cost, in money."""

    initiatives: tuple[str, ...]
    npv: float
    cost: float


def occurrence_rates(prevalence: np.ndarray, levels: np.ndarray = PRONENESS) -> np.ndarray:
    """Chance of each pain point in a period by persona and level, `(persona, level, pain_point)`."""
    rates: np.ndarray = np.minimum(prevalence[:, None, :] * levels[None, :, None], MOST_EXPOSED)
    return rates


def outlook_of(hidden: Hidden) -> Outlook:
    """The customers' expected future, reduced from one row a customer to cells and nodes."""
    effects = hidden.effects
    levels = len(hidden.levels)
    cells = len(effects.shares) * levels
    persona_of_cell = np.repeat(np.arange(len(effects.shares)), levels)
    pain = np.where(hidden.exposed, effects.tau[hidden.persona], 0.0).sum(axis=1)
    carried = np.where(hidden.exposed, effects.sigma[hidden.persona], 0.0).sum(axis=1)
    leaving = effects.leaving[hidden.persona] * hidden.frailty * hidden.season[0] * np.exp(pain)
    staying_margin = hidden.margin * np.exp(-leaving)

    top = float(hidden.frailty.max())
    nodes = chebyshev.chebpts1(NODES)
    basis = chebyshev.chebvander(2 * hidden.frailty / top - 1, NODES - 1)
    lagrange = basis @ np.linalg.inv(chebyshev.chebvander(nodes, NODES - 1))
    weight = np.zeros((cells, NODES))
    np.add.at(weight, hidden.persona * levels + hidden.proneness, staying_margin[:, None] * lagrange)
    return Outlook(
        rate=occurrence_rates(effects.prevalence, hidden.levels).reshape(cells, -1),
        tau=effects.tau[persona_of_cell],
        sigma=effects.sigma[persona_of_cell],
        intensity=effects.leaving[persona_of_cell][:, None] * top * (nodes + 1) / 2,
        weight=weight,
        season=hidden.season,
        discount=hidden.discount,
        first_margin=float((staying_margin * np.exp(carried)).sum()),
    )


def _stay(intensity: np.ndarray, rate: np.ndarray, tau: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Expected product of staying and the spend multiplier over independent pains, `(cell, node)`.

    E[exp(-u m) r] = sum_n (-u)^n / n! E[m^n r], and E[m^n r] is a product over pain points, because
    m = exp(P tau), r = exp(P sigma) and the pains P are independent given the cell.
    """
    powers = np.arange(TERMS)
    moments = np.prod(1 + rate * np.expm1(powers[:, None, None] * tau + sigma), axis=-1)
    scale = np.array([(-1.0) ** n / factorial(n) for n in range(TERMS)])
    coefficients = scale[:, None] * moments
    total = np.zeros_like(intensity)
    for coefficient in coefficients[::-1]:
        total = total * intensity + coefficient[:, None]
    return total


def expected_margin(outlook: Outlook, share_fixed: np.ndarray) -> np.ndarray:
    """Expected margin of the customers active at `as_of` in each future quarter, `(h,)`, undiscounted.

    `share_fixed` `(h, pain_point)`: the share of occurrences removed in the experience of future
    quarter 1..H. Outcomes follow a quarter later, so the first quarter does not depend on it.
    """
    nothing = np.zeros_like(outlook.sigma)
    alive = outlook.weight
    path = [outlook.first_margin]
    for quarter in range(1, len(outlook.discount)):
        rate = outlook.rate * (1 - share_fixed[quarter - 1])
        intensity = outlook.intensity * outlook.season[quarter]
        path.append(float((alive * _stay(intensity, rate, outlook.tau, outlook.sigma)).sum()))
        alive = alive * _stay(intensity, rate, outlook.tau, nothing)
    return np.array(path)


def gain(outlook: Outlook, share_fixed: np.ndarray) -> float:
    """Discounted expected margin with the fix minus without, in money."""
    difference = expected_margin(outlook, share_fixed) - expected_margin(outlook, np.zeros_like(share_fixed))
    return float(outlook.discount @ difference)


def true_value(company: Company, share_fixed: np.ndarray) -> float:
    """True value, in money, of removing a share of occurrences, `(h, pain_point)`, from the first future quarter."""
    return gain(outlook_of(company.hidden), np.asarray(share_fixed, dtype=float))


def live_share(initiative: Initiative, quarters: int) -> np.ndarray:
    """Share of an initiative's effect that is there in future quarter 1..H, `(h,)`.

    It starts in the first future quarter, is live from the last quarter of its build, and ramps up evenly.
    """
    age = np.arange(1, quarters + 1) - initiative.duration
    return np.where(age < 0, 0.0, np.minimum((age + 1) / (initiative.ramp + 1), 1.0))


def discounted_cost(initiative: Initiative, discount: np.ndarray) -> float:
    """Present value, in money, of the one-off cost spread over the build and the running cost after it."""
    quarter = np.arange(1, len(discount) + 1)
    build = np.where(quarter <= initiative.duration, (initiative.cost or 0.0) / initiative.duration, 0.0)
    running = np.where(quarter >= initiative.duration, initiative.run_cost, 0.0)
    return float(discount @ (build + running))


def share_removed(plan: Plan, effectiveness: np.ndarray, chosen: tuple[str, ...], quarters: int) -> np.ndarray:
    """Share of occurrences that a set of initiatives removes by independent action, `(h, pain_point)`."""
    remaining = np.ones((quarters, effectiveness.shape[1]))
    for item, share in zip(plan.initiatives, effectiveness, strict=True):
        if item.initiative in chosen:
            remaining *= 1 - live_share(item, quarters)[:, None] * share
    return 1 - remaining


def true_npv(company: Company, chosen: tuple[str, ...]) -> float:
    """True joint net present value, in money, of a set of initiatives started in the first future quarter."""
    return _npv(company, outlook_of(company.hidden), chosen)


def _npv(company: Company, outlook: Outlook, chosen: tuple[str, ...]) -> float:
    removed = share_removed(company.plan, company.effectiveness, chosen, len(outlook.discount))
    costs = sum(
        discounted_cost(item, outlook.discount) for item in company.plan.initiatives if item.initiative in chosen
    )
    return gain(outlook, removed) - costs


def as_stated(company: Company) -> Company:
    """The company in which every fix works exactly as well as its stated range says on average.

    How well a fix works beyond its range no data can tell, so this is the company to judge a choice by. Fixes
    work independently of each other, so the mean of what a set removes in a quarter is what it removes at their
    means; the bend of the value over a fix's range is left out, some thousandths of it.
    """
    pains = company.journey.pain_ids()
    stated = np.zeros_like(company.effectiveness)
    for fix in company.plan.fixes:
        stated[company.plan.ids().index(fix.initiative), pains.index(fix.pain_point)] = mean_share(fix)
    return replace(company, effectiveness=stated)


def mean_share(fix: Fix) -> float:
    """Mean of the share a fix removes: logit-normal through its stated P05, P50 and P95 (Gauss-Hermite)."""
    low, likely, high = (np.log(share / (1 - share)) for share in (fix.low, fix.likely, fix.high))
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    shares = 1 / (1 + np.exp(-(likely + (high - low) / (2 * 1.645) * nodes)))
    return float(shares @ weights / weights.sum())


def best_portfolio(company: Company, budget: float) -> TruePortfolio:
    """The set of initiatives of highest true joint value whose one-off cost fits the budget; it may be empty."""
    outlook = outlook_of(company.hidden)
    cost = {item.initiative: item.cost or 0.0 for item in company.plan.initiatives}
    best = TruePortfolio(initiatives=(), npv=0.0, cost=0.0)
    for size in range(1, len(cost) + 1):
        for chosen in combinations(cost, size):
            spent = sum(cost[name] for name in chosen)
            if spent > budget:
                continue
            npv = _npv(company, outlook, chosen)
            if npv > best.npv:
                best = TruePortfolio(initiatives=chosen, npv=npv, cost=spent)
    return best


def truth_table(hidden: Hidden, pain_ids: tuple[str, ...], persona_ids: tuple[str, ...]) -> pd.DataFrame:
    """The truth of every pain point: its value at x = 1 and its effects, a row each (see `Company.truth`)."""
    effects = hidden.effects
    outlook = outlook_of(hidden)
    mix = np.bincount(hidden.persona, minlength=len(persona_ids)) / len(hidden.persona)
    values = []
    for index in range(len(pain_ids)):
        share = np.zeros((len(hidden.discount), len(pain_ids)))
        share[:, index] = 1.0
        values.append(gain(outlook, share))
    table = pd.DataFrame({"pain_point": pain_ids, "value": values})
    for name in ("delta", "tau", "sigma"):
        table[name] = mix @ getattr(effects, name)
    table["does_nothing"] = effects.does_nothing
    for index, persona in enumerate(persona_ids):
        table[f"tau_{persona}"] = effects.tau[index]
    return table
