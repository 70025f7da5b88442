"""What choosing costs, beside a greedy by benefit per cost: 60 initiatives, 30 pain points, 12 quarters, two teams.

python bench/portfolio.py [choose] [frontier]
"""

from __future__ import annotations

import numpy as np

from impact.initiative import Fix, Initiative, Plan
from models.inference import Fit
from models.uplift import UpliftPosterior
from models.value import PersonaBase, ValueBase, discount_factors, look_at_today
from scenarios.cashflow import Clock
from scenarios.effect import make_offers
from scenarios.limits import Limits
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
