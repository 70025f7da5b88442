"""Invented rates, doubts and a triangulation, for every test of a certificate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from impact.evidence import Evidence
from models.calibration.slopes import Slope
from models.inference import Fit
from models.sensitivity.answers import QUESTIONS, Answer, Doubt, Test
from models.uplift import UpliftPosterior


def rate(**changes: Any) -> Slope:  # noqa: ANN401
    """A within-unit rate of revenue of +2% a point."""
    plain = Slope(
        outcome="log_revenue",
        term="overall",
        method="within",
        estimate=0.02,
        se=0.004,
        n=1_200,
        units=300,
        headline=True,
        grade="within-unit",
    )
    return replace(plain, **changes)


def leaving_rate(**changes: Any) -> Slope:  # noqa: ANN401
    """A leaving rate 20% lower a point, across those who answered."""
    return rate(**{"outcome": "retention", "method": "hazard", "grade": "cross-section"} | changes)


def doubt(outcome: str = "log_revenue") -> Doubt:
    """Five answers: yes, no, cannot tell, yes, yes, each with one test."""
    verdicts = ("yes", "no", "cannot tell", "yes", "yes")
    answers = tuple(
        Answer(
            question=question,
            verdict=verdict,  # type: ignore[arg-type]
            text=f"About {question}: {verdict}.",
            tests=(Test(name=f"test of {question}", found="0.4", limit="0.5", status="pass", text="As it should be."),),
        )
        for question, verdict in zip(QUESTIONS, verdicts, strict=True)
    )
    slope = rate(outcome=outcome)
    hidden = "A hidden cause would have to explain 12% of both score and money."
    return Doubt(outcome=slope.outcome, term=slope.term, answers=answers, hidden_cause=hidden)


def experiment(**changes: Any) -> Evidence:  # noqa: ANN401
    """An experiment in which a point of overall raised revenue by 2%."""
    plain = Evidence(
        evidence="pilot",
        kind="experiment",
        target="overall",
        outcome="revenue",
        unit="relative",
        estimate=0.02,
        se=0.003,
        source="pilot report, page 4",
    )
    return replace(plain, **changes)


def posterior(theta: np.ndarray, psi: np.ndarray) -> UpliftPosterior:
    """A posterior of one pain point whose slopes across pain points are given `(draw,)`."""
    ones = np.ones((len(theta), 1, 1))
    return UpliftPosterior(
        pain_points=("late",),
        personas=("all",),
        score=-ones,
        leaving=ones,
        spend=ones,
        credibility=np.ones((len(theta), 1)),
        theta=theta,
        psi=psi,
        prior_share=np.full(1, 0.2),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=4_000.0, divergences=0, worst=""),
    )
