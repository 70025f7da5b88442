"""Small invented studies of leaving: cells of two pain points over a few periods, and a posterior of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.designs import build_design
from models.exact_cells import PersonaCells, persona_cells
from models.inference import Fit
from models.reduced import GaussianSummary, ReducedForms, hazard_summary, silent
from models.uplift import UpliftPosterior

PRIOR_SD = 0.4
PAINS = ("a", "b")


@dataclass(frozen=True, kw_only=True)
class Invented:
    """Cells, their Gaussian summary, and draws of it under a Normal prior of the effects."""

    rows: pd.DataFrame
    parts: tuple[PersonaCells, ...]
    forms: ReducedForms
    posterior: UpliftPosterior


def cells_of(rng: np.random.Generator, effects: np.ndarray, size: float, periods: int = 2) -> pd.DataFrame:
    """Two periods of customers by what they met, with leavers drawn at 5% a period without pain."""
    grid = [(t, a, b) for t in range(periods) for a in (0, 1) for b in (0, 1)]
    rows = pd.DataFrame(grid, columns=["t", "a", "b"])
    share = np.where(rows["a"] == 1, 0.3, 0.7) * np.where(rows["b"] == 1, 0.2, 0.8)
    rows["n"] = np.rint(size * share).astype(int)
    eta = np.log(0.05) + 0.2 * rows["t"].to_numpy() + rows[["a", "b"]].to_numpy() @ effects
    rows["leavers"] = rng.binomial(rows["n"], -np.expm1(-np.exp(eta)))
    return rows.assign(persona="all")


def invent(rows: pd.DataFrame, rng: np.random.Generator, draws: int) -> Invented:
    """The study of these cells; its draws have the Gaussian summary as their likelihood."""
    held = build_design(rows, (), PAINS)
    forms = forms_of(hazard_summary(rows, held))
    part = persona_cells("all", "everyone", rows, held, (np.arange(2), np.ones(2)))
    return Invented(rows=rows, parts=(part,), forms=forms, posterior=drawn_from(forms, rng, draws))


def drawn_from(forms: ReducedForms, rng: np.random.Generator, draws: int) -> UpliftPosterior:
    """Draws of one persona's summary under the prior."""
    assert forms.leaving is not None
    summary = forms.leaving[0]
    spread = np.linalg.inv(summary.precision + np.eye(2) / PRIOR_SD**2)
    middle = spread @ summary.precision @ summary.mean
    leaving = middle + rng.standard_normal((draws, 2)) @ np.linalg.cholesky((spread + spread.T) / 2).T
    return posterior_of(leaving[:, None, :], ("all",))


def forms_of(*leaving: GaussianSummary) -> ReducedForms:
    """Reduced forms that tell of leaving alone."""
    count = len(leaving[0].mean)
    nothing = tuple(silent(count) for _ in leaving)
    return ReducedForms(
        pain_points=PAINS[:count],
        personas=tuple(f"persona {g}" for g in range(len(leaving))) if len(leaving) > 1 else ("all",),
        unit_exposure=np.ones(count),
        score_sd=1.0,
        score=nothing,
        leaving=leaving,
        spend=nothing,
        spend_placebo=nothing,
        stage_effect=np.zeros(count),
        stage_se=np.ones(count),
    )


def posterior_of(leaving: np.ndarray, personas: tuple[str, ...]) -> UpliftPosterior:
    """A posterior of leaving `(draw, persona, pain_point)`; theta counts its draws, so that they can be told apart."""
    draws = len(leaving)
    return UpliftPosterior(
        pain_points=PAINS,
        personas=personas,
        score=leaving * 2,
        leaving=leaving,
        spend=leaving * 3,
        credibility=np.ones((draws, leaving.shape[2])),
        theta=np.arange(draws, dtype=float),
        psi=np.arange(draws, dtype=float),
        prior_share=np.full(leaving.shape[2], 0.5),
        fit=Fit(draws={}, rhat_max=1.0, ess_min=4_000.0, divergences=0, worst=""),
    )
