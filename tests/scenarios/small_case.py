"""A case built by hand: two personas, four pain points, fifty joint draws, no sampler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from impact.initiative import CostRow, Fix, Initiative, Plan
from impact.rng import stream
from models.inference import Fit
from models.uplift import UpliftPosterior
from models.value import PersonaBase, ValueBase, discount_factors, look_at_today
from scenarios.cashflow import Clock, Schedule
from scenarios.effect import Offer, make_offers
from scenarios.worth import Case

DRAWS = 50
PERIODS = 6
PAINS = ("late", "lost", "rude", "dear")
PERSONAS = ("firm", "home")
CLOCK = Clock(first=8104, periods=PERIODS, periods_a_year=4)
RATE = 0.1


def small_base(seed: int, shape: str = "customers") -> ValueBase:
    """A base of two personas with two tenure bands each; sites never leave."""
    rng = stream(seed, "small base")
    patterns = np.array(list(product((0.0, 1.0), repeat=len(PAINS))))
    personas = []
    for persona in PERSONAS:
        weights = rng.dirichlet(np.ones(len(patterns)))
        rate = rng.uniform(0.03, 0.12, 2) if shape == "customers" else np.zeros(2)
        personas.append(
            PersonaBase(
                persona=persona,
                customers=rng.uniform(400, 900, 2),
                rate=rate,
                money=rng.uniform(40, 160, 2),
                patterns=patterns,
                weights=weights,
                alone=np.zeros(len(PAINS)),
                level=np.zeros(len(PAINS)),
                exposure=weights @ patterns,
                prevalence=weights @ patterns,
            )
        )
    return ValueBase(
        personas=tuple(personas),
        discount=discount_factors(RATE, PERIODS, 4),
        lag=1,
        frailty=rng.uniform(0.2, 0.8, DRAWS),
    )


def small_posterior(seed: int) -> UpliftPosterior:
    """Fifty joint draws of what four pain points move in two personas."""
    rng = stream(seed, "small posterior")
    shape = (DRAWS, len(PERSONAS), len(PAINS))
    return UpliftPosterior(
        pain_points=PAINS,
        personas=PERSONAS,
        score=rng.normal(-0.3, 0.1, shape),
        leaving=rng.normal(0.3, 0.15, shape),
        spend=rng.normal(-0.03, 0.02, shape),
        credibility=np.repeat(rng.uniform(0.3, 0.9, (DRAWS, 1)), len(PAINS), axis=1),
        theta=rng.normal(-0.25, 0.1, DRAWS),
        psi=rng.normal(0.03, 0.01, DRAWS),
        prior_share=np.full(len(PAINS), 0.2),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=4000.0, divergences=0, worst=""),
    )


def random_plan(seed: int, count: int) -> Plan:
    """A plan of `count` initiatives, each fixing one or two pain points, some for one persona only."""
    rng = stream(seed, "random plan")
    items, fixes = [], []
    for number in range(count):
        name = f"act{number}"
        cost = float(rng.uniform(200, 9_000))
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
                other_benefit=float(rng.uniform(0, 150)),
            )
        )
        for pain in rng.choice(len(PAINS), size=int(rng.integers(1, 3)), replace=False):
            likely = float(rng.uniform(0.2, 0.7))
            persona = str(rng.choice(["", "", *PERSONAS]))
            fix = Fix(
                initiative=name,
                pain_point=PAINS[pain],
                low=likely - 0.15,
                likely=likely,
                high=likely + 0.15,
                persona=persona,
            )
            fixes.append(fix)
    return Plan(initiatives=tuple(items), fixes=tuple(fixes))


def case_of(plan: Plan, seed: int = 1, shape: str = "customers") -> Case:
    """The case of a plan on the small base and posterior of a seed."""
    base, posterior = small_base(seed, shape), small_posterior(seed)
    offers = make_offers(plan, PAINS, PERSONAS, CLOCK, DRAWS, seed)
    return Case(base=base, posterior=posterior, today=look_at_today(base, posterior), offers=offers, clock=CLOCK)


def random_case(seed: int, count: int) -> Case:
    """The case of a random plan."""
    return case_of(random_plan(seed, count), seed)


def with_items(case: Case, **changes: dict[str, object]) -> Case:
    """The case with some initiatives changed, each by its id."""
    offers = [
        replace(offer, item=replace(offer.item, **changes.get(offer.item.initiative, {})))  # type: ignore[arg-type]
        for offer in case.offers
    ]
    return replace(case, offers=tuple(offers))


def one_plan(*fixes: Fix, costs: Sequence[CostRow] = (), **item: object) -> Plan:
    """A plan of one initiative called `only`."""
    whole = {"initiative": "only", "name": "Only", "cost": 10_000.0, **item}
    return Plan(initiatives=(Initiative(**whole),), fixes=tuple(fixes), costs=tuple(costs))  # type: ignore[arg-type]


def offer_with_npv(npv: np.ndarray, name: str = "only") -> Offer:
    """An offer that fixes nothing, whose net present value at no discount is `npv` `(draw,)`."""
    stated = 1_000.0
    first = np.zeros(PERIODS)
    first[0] = 1.0
    timing = Schedule(
        start=0,
        cost_share=first,
        live=first[None],
        quarters=first[None],
        capex=np.zeros(PERIODS),
        opex=np.zeros((1, PERIODS)),
        building=first,
    )
    return Offer(
        item=Initiative(initiative=name, name=name, cost=stated, other_benefit=stated),
        schedule=timing,
        effectiveness=np.zeros((1, len(npv), len(PAINS))),
        cost=stated - npv,
    )


def case_with_npv(*npvs: np.ndarray) -> Case:
    """A case of offers that fix nothing and have the stated net present values, undiscounted."""
    draws = len(npvs[0])
    base, posterior = small_base(1), small_posterior(1)
    base = replace(base, discount=np.ones(PERIODS), frailty=np.resize(base.frailty, draws))
    posterior = posterior.at(np.arange(draws) % posterior.draws)
    offers = tuple(offer_with_npv(npv, f"act{number}") for number, npv in enumerate(npvs))
    return Case(base=base, posterior=posterior, today=look_at_today(base, posterior), offers=offers, clock=CLOCK)
