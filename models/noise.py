"""How much chance there is in one more measurement, from the data so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.cells import Cells, SitePanel
from impact.journey import OVERALL, Journey
from models.reduced import ReducedForms


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What one more customer in a pilot, or one more answer, would tell.

    `spend` is the standard deviation of a customer's money of one period about its own mean, relative; nil where it
    is not known. `counted` names the pain points whose occurrences operations count; of a level there are none.
    `answers` is how many gave an overall score, and `score` `(pain_point, pain_point)` the error variance of the score
    effects that so many leave, personas together, in points; infinite on the diagonal where nothing was said. `weights`
    `(persona, pain_point)` is each persona's part in that. `stages` has the places of the pain points of each stage.
    """

    spend: float
    counted: frozenset[str]
    answers: float
    score: np.ndarray
    weights: np.ndarray
    stages: dict[str, tuple[int, ...]]


def measure_noise(cells: Cells, forms: ReducedForms, journey: Journey) -> Noise:
    """The chance in measurements of a study's own customers and answers."""
    personas = np.array([np.diag(part.precision) for part in forms.score])
    total = personas.sum(axis=0)
    weights = np.divide(personas, total, out=np.full(personas.shape, 1 / max(len(personas), 1)), where=total > 0)
    return Noise(
        spend=_spend_noise(cells),
        counted=frozenset(
            pain.pain_point for pain in journey.pain_points if pain.source == "operations" and pain.measure != "level"
        ),
        answers=_answers(cells),
        score=_score_variance(forms),
        weights=weights,
        stages={
            stage.stage: tuple(k for k, pain in enumerate(journey.pain_points) if pain.stage == stage.stage)
            for stage in journey.stages
        },
    )


def _score_variance(forms: ReducedForms) -> np.ndarray:
    precision = sum((part.precision for part in forms.score), np.zeros((len(forms.pain_points),) * 2))
    told = np.diag(precision) > 0
    out = np.diag(np.full(len(told), np.inf))
    out[np.ix_(told, told)] = np.linalg.pinv(precision[np.ix_(told, told)]) * forms.score_sd**2
    return out


def _answers(cells: Cells) -> float:
    asked = cells.coverage.set_index("stage")["responses"].dropna()
    if asked.empty:
        return 0.0
    return float(asked.get(OVERALL, asked.mean()))


def _spend_noise(cells: Cells) -> float:
    """Of customers, or of sites, each compared with itself; periods' own means are taken off sites."""
    if not isinstance(cells, SitePanel):
        squares = sum(float(one.gram[-1, -1]) for one in cells.spend)
        free = sum(one.rows - one.customers for one in cells.spend)
        return float(np.sqrt(squares / free)) if free > 0 and squares > 0 else 0.0
    panel = cells.panel[cells.panel["revenue"] > 0]
    if panel.empty:
        return 0.0
    money = panel["revenue"].astype(float).map(np.log)
    money = money - money.groupby(panel["t"]).transform("mean")
    around = money - money.groupby(panel["unit"]).transform("mean")
    free = len(panel) - panel["unit"].nunique()
    return float(np.sqrt((around**2).sum() / free)) if free > 0 else 0.0
