"""An invented journey, plan and standing for every test of evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from impact.evidence import Evidence
from impact.initiative import Fix, Initiative, Plan
from impact.journey import Journey, PainPoint, Stage
from models.evidence import Facts, Reading
from models.evidence_reading import read_evidence

PAINS = ("late", "lost", "rude", "smile")
JOURNEY = Journey(
    stages=(Stage(stage="use", name="Use", order=1), Stage(stage="help", name="Help", order=2)),
    pain_points=(
        PainPoint(pain_point="late", stage="use", name="Came late"),
        PainPoint(pain_point="lost", stage="use", name="Was lost"),
        PainPoint(pain_point="rude", stage="help", name="Rude answer", source="survey"),
        PainPoint(pain_point="smile", stage="help", name="A smile", kind="delight"),
    ),
)
FACTS = Facts(
    pain_points=PAINS,
    leaving=0.05,
    margin=40.0,
    revenue=100.0,
    score_sd=0.9,
    score_width=4.0,
    met=np.array([0.2, 0.1, 0.15, 0.3]),
    prevalence=np.array([0.2, 0.1, 0.15, 0.3]),
    part={"all": 1.0},
    sites=False,
)
PLAN = Plan(
    initiatives=(Initiative(initiative="vans", name="More vans", cost=1.0),),
    fixes=(Fix(initiative="vans", pain_point="late", low=0.3, likely=0.5, high=0.7),),
)


def row(**changes: Any) -> Evidence:  # noqa: ANN401
    """An experiment in which removing late among those who all met it lowered leaving by a tenth of itself."""
    plain = Evidence(
        evidence="pilot",
        kind="experiment",
        target="late",
        outcome="churn",
        unit="relative",
        estimate=-0.1,
        se=0.03,
        exposed_share=1.0,
    )
    return replace(plain, **changes)


def read(*items: Evidence, facts: Facts = FACTS) -> tuple[Reading, ...]:
    """What becomes of rows on the invented journey."""
    return read_evidence(replace(PLAN, evidence=items), JOURNEY, facts)
