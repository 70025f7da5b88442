"""What choosing costs, beside a greedy by benefit per cost: 60 initiatives, 30 pain points, 12 quarters, two teams.

python bench/portfolio.py [choose] [frontier]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from impact.initiative import Fix, Initiative, Plan
from models.inference import Fit
from models.uplift import UpliftPosterior
from models.value import PersonaBase, ValueBase, discount_factors, look_at_today
from scenarios.cashflow import Clock
from scenarios.choice import option_draws
from scenarios.effect import make_offers
from scenarios.frontier import frontier
from scenarios.limits import Limits
from scenarios.options import Option, options_of
from scenarios.portfolio import choose_portfolio
from scenarios.rules import keep_rules, rules_of
from scenarios.worth import Case

INITIATIVES, PAINS, QUARTERS = 60, 30, 12
PERSONAS = ("firm", "home")
PATTERNS, BANDS, DRAWS = 300, 6, 4_000
SEED = 1


def base_of(rng: np.random.Generator) -> ValueBase:
    """Two personas whose customers meet thirty pain points in three hundred patterns."""
    people = []
    for name, customers in zip(PERSONAS, (2_000.0, 8_000.0), strict=True):
        often = rng.uniform(0.02, 0.15, PAINS)
        patterns = np.unique((rng.uniform(size=(PATTERNS, PAINS)) < often).astype(float), axis=0)
        weights = rng.dirichlet(np.ones(len(patterns)))
        people.append(
            PersonaBase(
                persona=name,
                customers=customers * rng.dirichlet(np.full(BANDS, 5.0)),
                rate=rng.uniform(0.02, 0.08, BANDS),
                money=rng.uniform(60, 200, BANDS),
                patterns=patterns,
                weights=weights,
                alone=np.zeros(PAINS),
                level=np.zeros(PAINS),
                exposure=weights @ patterns,
                prevalence=weights @ patterns,
            )
        )
    return ValueBase(
        personas=tuple(people),
        discount=discount_factors(0.1, QUARTERS, 4),
        lag=1,
        frailty=rng.uniform(0.2, 0.8, DRAWS),
    )


def posterior_of(rng: np.random.Generator) -> UpliftPosterior:
    """Four thousand joint draws of what the pain points move."""
    shape = (DRAWS, len(PERSONAS), PAINS)
    middle = rng.normal(0.25, 0.1, PAINS)
    return UpliftPosterior(
        pain_points=tuple(f"pain{k:02d}" for k in range(PAINS)),
        personas=PERSONAS,
        score=rng.normal(-0.3, 0.1, shape),
        leaving=middle + rng.normal(0, 0.1, shape),
        spend=rng.normal(-0.03, 0.02, shape),
        credibility=np.repeat(rng.uniform(0.3, 0.9, (DRAWS, 1)), PAINS, axis=1),
        theta=rng.normal(-0.25, 0.1, DRAWS),
        psi=rng.normal(0.03, 0.01, DRAWS),
        prior_share=np.full(PAINS, 0.2),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=4000.0, divergences=0, worst=""),
    )


def plan_of(rng: np.random.Generator) -> Plan:
    """Sixty initiatives that fix one to three pain points each."""
    items, fixes = [], []
    for number in range(INITIATIVES):
        name = f"act{number:02d}"
        cost = float(rng.uniform(2_000, 20_000))
        items.append(
            Initiative(
                initiative=name,
                name=name.title(),
                cost=cost,
                cost_low=cost * 0.9,
                cost_high=cost * 1.3,
                run_cost=float(rng.uniform(0, 150)),
                duration=int(rng.integers(1, 4)),
                ramp=float(rng.integers(0, 3)),
                capacity={team: float(rng.integers(0, 4)) for team in ("build", "care")},
            )
        )
        for pain in rng.choice(PAINS, size=int(rng.integers(1, 4)), replace=False):
            likely = float(rng.uniform(0.2, 0.6))
            fixes.append(
                Fix(
                    initiative=name,
                    pain_point=f"pain{pain:02d}",
                    low=likely - 0.15,
                    likely=likely,
                    high=likely + 0.15,
                    persona=str(rng.choice(["", "", "", *PERSONAS])),
                )
            )
    return Plan(initiatives=tuple(items), fixes=tuple(fixes))


def large_case(seed: int) -> tuple[Case, Limits]:
    """The case, and limits that bind: about a third of the money, teams that build four to six at a time."""
    rng = np.random.default_rng(seed)
    clock = Clock(first=8104, periods=QUARTERS, periods_a_year=4)
    base, posterior, plan = base_of(rng), posterior_of(rng), plan_of(rng)
    offers = make_offers(plan, posterior.pain_points, PERSONAS, clock, DRAWS, seed)
    case = Case(base=base, posterior=posterior, today=look_at_today(base, posterior), offers=offers, clock=clock)
    budget = 0.35 * sum(offer.plan_cost for offer in offers)
    return case, Limits(budget=budget, capacity={team: np.full(QUARTERS, 8.0) for team in ("build", "care")})


def greedy(case: Case, limits: Limits) -> tuple[np.ndarray, tuple[Option, ...]]:
    """The choice `(option,)` of adding, one after the other, what brings most for its cost and still fits.

    Benefit per cost of each initiative alone, at the first start that leaves room: what a spreadsheet does.
    """
    options = options_of(case.offers, case.clock, limits)
    rules = rules_of(options, limits)
    alone = [option_draws(case, options, row).mean() for row in first_starts(options)]
    ratio = np.array(alone) / np.array([offer.plan_cost for offer in case.offers])
    x = np.zeros(len(options))
    for place in np.argsort(-ratio, kind="stable"):
        if ratio[place] <= 0:
            break
        for option in (i for i, one in enumerate(options) if one.place == place):
            more = x.copy()
            more[option] = 1
            if keep_rules(rules, more[None])[0]:
                x = more
                break
    return x, options


def first_starts(options: tuple[Option, ...]) -> np.ndarray:
    """Every initiative alone at its first start `(initiative, option)`."""
    place = np.array([option.place for option in options])
    return (np.arange(len(options)) == np.unique(place, return_index=True)[1][:, None]).astype(float)


def clocked(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What some work gives, and its seconds by the wall and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - processor


def choose() -> None:
    """The programme beside the greedy, on three cases."""
    print(f"{'case':<8}{'':<12}{'wall':>8}{'processor':>11}{'mean NPV':>12}{'gap':>9}{'chosen':>8}")
    for seed in (1, 2, 3):
        case, limits = large_case(seed)
        (x, options), wall, processor = clocked(lambda case=case, limits=limits: greedy(case, limits))
        base = option_draws(case, options, x).mean()
        base_time = processor
        print(f"{seed:<8}{'greedy':<12}{wall:>8.1f}{processor:>11.1f}{base:>12,.0f}{'':>9}{x.sum():>8.0f}")
        found, wall, processor = clocked(lambda case=case, limits=limits: choose_portfolio(case, limits))
        value, gap = found.certificate.value, found.certificate.gap / found.certificate.value
        line = f"{wall:>8.1f}{processor:>11.1f}{value:>12,.0f}{gap:>9.2%}{found.chosen.sum():>8}"
        print(f"{'':<8}{'programme':<12}{line}")
        print(f"{'':<8}programme over greedy: {value / base:.3f} in value, {processor / base_time:.1f} in time")


def sweep() -> None:
    """A frontier of fifty budgets."""
    case, limits = large_case(SEED)
    portfolio = choose_portfolio(case, limits)
    points, wall, processor = clocked(lambda: frontier(case, portfolio, limits, budgets=50))
    print(f"frontier of 50 budgets: {len(points)} points, {wall:.1f} s by the wall, {processor:.1f} of processor")


PARTS = {"choose": choose, "frontier": sweep}


def main() -> None:
    """Prints a table a part."""
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
        print()


if __name__ == "__main__":
    main()
