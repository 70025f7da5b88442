"""The Gaussian summary of leaving drawn anew where the posterior lies, for a persona of whom few left.

The usual summary touches the likelihood at its own maximum. Where nobody who met a pain point left, that is far from
where prior and other personas put the effect, and its curvature there says little of the likelihood nearby.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from impact.cells import Cells
from impact.journey import Journey
from models.exact import Corrected, correct, correct_on
from models.exact_cells import ExactLikelihood, PersonaCells
from models.inference import Engine
from models.reduced import GaussianSummary, ReducedForms
from models.uplift import Question, UpliftPosterior, fit_on_counts, fit_uplift

ROUNDS = 3
LOOK = 2_000  # draws the parabola is laid through
WIDER = 0.7  # of its precision: what is drawn too widely can be weighed, what is drawn too narrowly cannot
LEAST = 1e-6  # of the largest precision, in a direction in which the likelihood does not bend down


def count_exactly(
    question: Question, posterior: UpliftPosterior, cells: Cells, journey: Journey, seed: int
) -> Corrected | None:
    """The posterior on the exact counts of those who left; None where nobody can leave.

    Where the weights of a persona cannot be trusted, its summary is drawn anew where the draws lie, and the model
    fitted again by the same engine, up to three times; where that does not help, by NUTS on the counts themselves.
    """
    corrected, forms = correct(posterior, question.forms, cells, journey, seed), question.forms
    engine: Engine = "full" if posterior.fit.engine == "full" else "quick"
    for _ in range(ROUNDS):
        if corrected is None or not corrected.to_full:
            break
        forms = resummarise(forms, posterior, corrected.parts, corrected.to_full)
        posterior = fit_uplift(replace(question, forms=forms), seed, engine, lambda done, total: None)
        corrected = correct_on(posterior, forms, corrected.parts, seed)
    if corrected is None or not corrected.to_full:
        return corrected
    posterior = fit_on_counts(question, corrected.parts, seed, lambda done, total: None)
    told = tuple(sorted({part.persona for part in corrected.parts}))
    return replace(corrected, posterior=posterior, khat={}, corrected=told, to_full=(), index=None)


def resummarise(
    forms: ReducedForms, posterior: UpliftPosterior, parts: Sequence[PersonaCells], personas: Sequence[str]
) -> ReducedForms:
    """The reduced forms with the leaving of these personas summarised where their draws lie.

    The exact log-likelihood of the draws is regressed on the effects, their squares and products; the parabola is the
    new summary.
    """
    assert forms.leaving is not None
    leaving = list(forms.leaving)
    for part in parts:
        if part.persona in personas:
            g = posterior.personas.index(part.persona)
            draws = posterior.leaving[:: max(1, posterior.draws // LOOK), g, part.pain_points]
            leaving[g] = _replaced(leaving[g], part.pain_points, *parabola(part, draws))
    return replace(forms, leaving=tuple(leaving))


def parabola(part: PersonaCells, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mode `(effect,)` and precision `(effect, effect)` of the parabola through the log-likelihood at the draws."""
    centre, spread = draws.mean(axis=0), np.maximum(draws.std(axis=0), 1e-9)
    z = (draws - centre) / spread
    first, second = np.triu_indices(z.shape[1])
    columns = np.column_stack([np.ones(len(z)), z, z[:, first] * z[:, second]])
    fitted, *_ = np.linalg.lstsq(columns, ExactLikelihood(part).log_likelihood(draws), rcond=None)
    slope, bend = fitted[1 : 1 + z.shape[1]], np.zeros((z.shape[1], z.shape[1]))
    bend[first, second] = -fitted[1 + z.shape[1] :]
    values, vectors = np.linalg.eigh(bend + bend.T)
    precision = (vectors * np.maximum(values, LEAST * max(values.max(initial=0.0), 1.0))) @ vectors.T
    mode = centre + spread * np.linalg.solve(precision, slope)
    return mode, WIDER * precision / np.outer(spread, spread)


def _replaced(summary: GaussianSummary, places: np.ndarray, mean: np.ndarray, precision: np.ndarray) -> GaussianSummary:
    whole, whole_mean = summary.precision.copy(), summary.mean.copy()
    whole[places, :], whole[:, places] = 0.0, 0.0
    whole[np.ix_(places, places)], whole_mean[places] = precision, mean
    return GaussianSummary(mean=whole_mean, precision=whole, dispersion=summary.dispersion)
