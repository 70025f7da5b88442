"""A case of many draws, in which it is worth to know more: the small base, and a posterior as wide as asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impact.initiative import Fix, Initiative, Pilot, Plan
from impact.rng import stream
from models.inference import Fit
from models.noise import Noise
from models.uplift import UpliftPosterior
from models.value import look_at_today
from scenarios.effect import make_offers
from scenarios.learning import Learning
from scenarios.worth import Case
from tests.scenarios.small_case import CLOCK, PAINS, PERSONAS, small_base

DRAWS = 2_000
NOISE = Noise(
    spend=0.4,
    counted=frozenset(PAINS),
    answers=1_000.0,
    score=np.diag(np.full(len(PAINS), 0.01)),
    weights=np.full((len(PERSONAS), len(PAINS)), 0.5),
    stages={"early": (0, 1), "late": (2, 3)},
)


def wide_case(*costs: float, seed: int = 1, certain: bool = False) -> Case:
    """Initiatives `act0`, `act1`, ... that each fix the pain point of their place, at these one-off costs.

    Doubt is of the haircut and of each effect on leaving; `certain`: of nothing else, so that it can all be learnt.
    """
    rng = stream(seed, "wide posterior")
    base = replace(small_base(seed), frailty=np.full(DRAWS, 0.4) if certain else rng.uniform(0.2, 0.8, DRAWS))
    shape = (DRAWS, 1, len(PAINS))
    everyone = np.ones((1, len(PERSONAS), 1))
    kept = rng.beta(4, 3, (DRAWS, 1)).repeat(len(PAINS), axis=1)
    posterior = UpliftPosterior(
        pain_points=PAINS,
        personas=PERSONAS,
        score=rng.normal(-0.3, 0.1, shape) * everyone,
        leaving=rng.normal(0.3, 0.3, shape) * everyone,
        spend=(np.zeros(shape) if certain else rng.normal(-0.03, 0.02, shape)) * everyone,
        credibility=np.ones_like(kept) if certain else kept,
        theta=np.zeros(DRAWS),
        psi=np.zeros(DRAWS),
        prior_share=np.full(len(PAINS), 0.2),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=4000.0, divergences=0, worst=""),
    )
    spread = 0.0 if certain else 0.2
    items = tuple(Initiative(initiative=f"act{i}", name=f"Act {i}", cost=cost) for i, cost in enumerate(costs))
    fixes = tuple(
        Fix(initiative=f"act{i}", pain_point=PAINS[i], low=0.5 - spread, likely=0.5, high=0.5 + spread)
        for i in range(len(costs))
    )
    offers = make_offers(Plan(initiatives=items, fixes=fixes), PAINS, PERSONAS, CLOCK, DRAWS, seed)
    return Case(base=base, posterior=posterior, today=look_at_today(base, posterior), offers=offers, clock=CLOCK)


def learning(*pilots: Pilot, noise: Noise = NOISE) -> Learning:
    """What could be learnt, by the pilots and surveys stated."""
    return Learning(pilots=pilots, noise=noise, seed=1)
