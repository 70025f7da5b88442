"""Companies like the user's own: its cells kept, its leavers, scores and spend drawn anew under known effects.

Who met what, how many they were, how long they had been customers, who answered: all as in the study. Levels are as
in the study too, so that as many leave and the scores have the mean they have. What differs is what pain points do,
which is then known. Levels in one period and effects come from regressions on the study's own cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from impact.cells import CustomerCells, Moments
from impact.cells.many import ETA_BOUNDS
from impact.cells.terms import design
from impact.journey import OVERALL, Journey
from models.designs import Design, build_design
from models.reduced import GaussianSummary, ReducedForms, hazard_summary

_LEVEL_STEPS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueEffects:
    """What pain points do in one simulated company, per unit of exposure `(persona, pain_point)`.

    `score` in points of overall, `leaving` in log hazard, `spend` relative.
    """

    score: np.ndarray
    leaving: np.ndarray
    spend: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The cells of one persona: the design, what is held as fitted, and the places of pain points in both.

    `columns` are places in the design, `pains` the pain points they stand for, in plan order.
    """

    rows: pd.DataFrame
    x: np.ndarray
    fitted: np.ndarray
    columns: np.ndarray
    pains: np.ndarray
    spread: float = 0.0

    def linear(self, effects: np.ndarray) -> np.ndarray:
        """The linear predictor of each cell when pain points have these effects `(pain_point,)`."""
        b = self.fitted.copy()
        b[self.columns] = effects[self.pains]
        return np.asarray(self.x @ b)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """Everything of a study that does not change from one simulated company to the next, persona by persona."""

    cells: CustomerCells
    personas: tuple[str, ...]
    unit: np.ndarray
    operations: np.ndarray
    leaving: tuple[_Part, ...]
    answered: tuple[_Part, ...]
    scores: tuple[_Part, ...]


def make_blueprint(cells: CustomerCells, journey: Journey, forms: ReducedForms) -> Blueprint | None:
    """The blueprint of a study; None where its cells are too many to leave their engine."""
    told = [cells.leaving, cells.answered, cells.scores[OVERALL]]
    if not all(part is None or isinstance(part, pd.DataFrame) for part in told):
        return None
    names = list(journey.pain_ids())
    operations = [pain.pain_point for pain in journey.pain_points if pain.source == "operations"]
    survey = [pain.pain_point for pain in journey.pain_points if pain.source == "survey"]
    every = [*operations, *survey]

    def parts(rows: object, controls: tuple[str, ...], exposures: list[str], fit: _Fit) -> tuple[_Part, ...]:
        if not isinstance(rows, pd.DataFrame) or not exposures:
            return ()
        mine = [rows[rows["persona"] == persona].reset_index(drop=True) for persona in forms.personas]
        return tuple(_part(one, build_design(one, controls, exposures), names, exposures, fit) for one in mine)

    return Blueprint(
        cells=cells,
        personas=forms.personas,
        unit=forms.unit_exposure,
        operations=np.array([names.index(name) for name in operations], dtype=int),
        leaving=parts(cells.leaving, cells.controls, operations, _fit_leaving),
        answered=parts(cells.answered, cells.controls, every, _fit_leaving),
        scores=parts(cells.scores[OVERALL], (), every, _fit_score),
    )


_Fit = Callable[[pd.DataFrame, np.ndarray, Design], tuple[np.ndarray, float]]


def _part(rows: pd.DataFrame, held: Design, names: list[str], exposures: list[str], fit: _Fit) -> _Part:
    x = design(rows, held.terms) if len(rows) else np.zeros((0, len(held.terms)))
    fitted, spread = fit(rows, x, held) if len(rows) else (np.zeros(len(held.terms)), 0.0)
    pains = np.array([names.index(name) for name in exposures], dtype=int)
    return _Part(rows=rows, x=x, fitted=fitted, columns=held.effects, pains=pains, spread=spread)


def _fit_leaving(rows: pd.DataFrame, x: np.ndarray, held: Design) -> tuple[np.ndarray, float]:
    everything = held.only(np.arange(x.shape[1]))
    if rows["leavers"].sum() < 1:
        return np.append(-30.0, np.zeros(x.shape[1] - 1)), 0.0
    return hazard_summary(rows, everything).mean, 0.0


def _fit_score(rows: pd.DataFrame, x: np.ndarray, held: Design) -> tuple[np.ndarray, float]:
    n, total, squares = (rows[name].to_numpy(float) for name in ("n", "total", "squares"))
    b = np.linalg.pinv((x * n[:, None]).T @ x) @ (x.T @ total)
    around = squares.sum() - 2 * b @ (x.T @ total) + b @ ((x * n[:, None]).T @ x) @ b
    return b, float(np.sqrt(max(around, 0.0) / max(n.sum() - x.shape[1], 1)))


def redraw(plan: Blueprint, true: TrueEffects, rng: np.random.Generator) -> CustomerCells:
    """The cells of one simulated company.

    Leavers are binomial in each cell; a cell's score sum is Normal, its squares the chi-square that goes with it;
    of spend the effects within customers are drawn from the Normal that their clustered errors say.
    """
    cells = plan.cells
    leaving = [_leave(part, true.leaving[g] / plan.unit, rng) for g, part in enumerate(plan.leaving)]
    answered = [_leave(part, true.leaving[g] / plan.unit, rng) for g, part in enumerate(plan.answered)]
    scores = [_answer(part, true.score[g] / plan.unit, rng) for g, part in enumerate(plan.scores)]
    spend = {name: true.spend[g][plan.operations] / plan.unit[plan.operations] for g, name in enumerate(plan.personas)}
    nothing = np.zeros(len(plan.operations))
    return replace(
        cells,
        leaving=pd.concat(leaving, ignore_index=True) if leaving else cells.leaving,
        answered=pd.concat(answered, ignore_index=True) if answered else cells.answered,
        scores={**cells.scores, **({OVERALL: pd.concat(scores, ignore_index=True)} if scores else {})},
        spend=tuple(_spend(one, spend[one.persona], rng) if one.persona in spend else one for one in cells.spend),
        spend_placebo=tuple(
            _spend(one, np.append(nothing, spend[one.persona]), rng) if one.persona in spend else one
            for one in cells.spend_placebo
        ),
    )


def _leave(part: _Part, effects: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """The cells with leavers drawn anew, as many expected as there were."""
    if not len(part.rows):
        return part.rows
    n, gone = part.rows["n"].to_numpy(float), float(part.rows["leavers"].sum())
    eta = np.clip(part.linear(effects), *ETA_BOUNDS)
    for _ in range(_LEVEL_STEPS):
        intensity = np.exp(np.clip(eta, *ETA_BOUNDS))
        slope = float(n @ (intensity * np.exp(-intensity)))
        step = float(np.clip((gone - n @ -np.expm1(-intensity)) / max(slope, 1e-12), -1, 1))
        eta = eta + step
        if abs(step) < 1e-10:
            break
    hazard = -np.expm1(-np.exp(np.clip(eta, *ETA_BOUNDS)))
    return part.rows.assign(leavers=rng.binomial(n.astype(int), hazard))


def _answer(part: _Part, effects: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """The cells with their score sums and squares drawn anew around the mean they had."""
    if not len(part.rows):
        return part.rows
    n, total = part.rows["n"].to_numpy(float), part.rows["total"].to_numpy(float)
    mean = part.linear(effects)
    mean = mean + (total.sum() - n @ mean) / n.sum()
    drawn = n * mean + np.sqrt(n) * part.spread * rng.standard_normal(len(n))
    within = part.spread**2 * np.where(n > 1, rng.chisquare(np.maximum(n - 1, 1)), 0.0)
    return part.rows.assign(total=drawn, squares=drawn**2 / n + within)


def _spend(one: Moments, effects: np.ndarray, rng: np.random.Generator) -> Moments:
    """The moments with what the first columns do set to `effects` and an error of their clustered size added."""
    inner = one.gram[:-1, :-1]
    bread = np.linalg.pinv(inner, rcond=1e-10, hermitian=True)
    b = bread @ one.gram[:-1, -1]
    b[: len(effects)] = effects
    variance = bread @ one.meat @ bread * one.customers / max(one.customers - 1, 1)
    values, vectors = np.linalg.eigh((variance + variance.T) / 2)
    b = b + vectors @ (np.sqrt(np.maximum(values, 0.0)) * rng.standard_normal(len(b)))
    gram = one.gram.copy()
    gram[:-1, -1] = gram[-1, :-1] = inner @ b
    return replace(one, gram=gram)


def redraw_forms(forms: ReducedForms, true: TrueEffects, rng: np.random.Generator) -> ReducedForms:
    """The reduced forms of one simulated company, drawn as Gaussian around the truth with the precision they have.

    For sites, and for cells too many to leave their engine: who met what is inside the precision.
    """

    def part(one: GaussianSummary, effects: np.ndarray) -> GaussianSummary:
        values, vectors = np.linalg.eigh(one.precision)
        told = values > max(values.max(initial=0.0), 0.0) * 1e-12
        error = vectors[:, told] @ (rng.standard_normal(int(told.sum())) / np.sqrt(values[told]))
        return replace(one, mean=effects + error)

    def parts(told: tuple[GaussianSummary, ...], effects: np.ndarray) -> tuple[GaussianSummary, ...]:
        return tuple(part(one, effects[g]) for g, one in enumerate(told))

    return replace(
        forms,
        score=parts(forms.score, true.score / forms.score_sd),
        leaving=None if forms.leaving is None else parts(forms.leaving, true.leaving),
        spend=parts(forms.spend, true.spend),
        spend_placebo=parts(forms.spend_placebo, np.zeros_like(true.spend)),
    )
