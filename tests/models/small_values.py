"""A small base and posteriors of any effects, for what rests on the value of pain points."""

from __future__ import annotations

from itertools import product

import numpy as np

from impact.journey import Journey, PainPoint, Stage
from models.inference import Fit
from models.uplift import UpliftPosterior
from models.value import PersonaBase, ValueBase, discount_factors

PERIODS = 6
PAINS = ("a", "b", "c")
EVERY = np.array(list(product((0.0, 1.0), repeat=len(PAINS))))
JOURNEY = Journey(
    stages=(Stage(stage="s", name="S", order=1), Stage(stage="r", name="R", order=2)),
    pain_points=tuple(
        PainPoint(pain_point=pain, stage=stage, name=pain) for pain, stage in zip(PAINS, "ssr", strict=True)
    ),
)


def base_of(seed: int, draws: int, personas: int = 2) -> ValueBase:
    """Personas of two tenure bands whose pain points occur together at random."""
    rng = np.random.default_rng(seed)
    groups = []
    for g in range(personas):
        weights = rng.dirichlet(np.ones(len(EVERY)))
        groups.append(
            PersonaBase(
                persona=f"p{g}",
                customers=rng.uniform(50, 500, 2),
                rate=rng.uniform(0.02, 0.15, 2),
                money=rng.uniform(5, 50, 2),
                patterns=EVERY,
                weights=weights,
                alone=np.zeros(len(PAINS)),
                level=np.zeros(len(PAINS)),
                exposure=weights @ EVERY,
                prevalence=weights @ EVERY,
            )
        )
    return ValueBase(
        personas=tuple(groups),
        discount=discount_factors(0.1, PERIODS, 4),
        lag=1,
        frailty=rng.uniform(0.1, 1.0, draws),
    )


def posterior_of(leaving: np.ndarray, spend: np.ndarray, kept: float = 1.0) -> UpliftPosterior:
    """Effects `(draw, persona, pain_point)` as given."""
    draws, personas, pains = leaving.shape
    return UpliftPosterior(
        pain_points=PAINS[:pains],
        personas=tuple(f"p{g}" for g in range(personas)),
        score=np.zeros(leaving.shape),
        leaving=leaving,
        spend=spend,
        credibility=np.full((draws, pains), kept),
        theta=np.zeros(draws),
        psi=np.zeros(draws),
        prior_share=np.zeros(pains),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=1e3, divergences=0, worst=""),
    )
