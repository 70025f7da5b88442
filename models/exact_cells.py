"""The cells that leaving is told by, as plain arrays, and the exact likelihood of the effects in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from impact.cells import CustomerCells
from impact.cells.many import ETA_BOUNDS, ManyCells
from impact.cells.terms import design
from impact.journey import Journey
from models.designs import Design
from models.reduced import cell_score, cell_size, find_peak
from models.reduced_customers import by_source, leaving_parts, unit_exposures

AT_ONCE = 2_000_000  # numbers held at once, 16 MB
CLOSE = 0.02  # log-likelihood that another step would win: beyond it the step is taken
MOST_STEPS = 6
LOOSE = 0.25  # precision of a deviation of sd 2 in log hazard, for what a period without leavers leaves open


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaCells:
    """One persona's cells of those at risk and those who left, `(cell,)`, and their design `(cell, term)`.

    The model is a leaving rate of `1 - exp(-exp(x @ coefficients))`. `effects` are the columns of the pain points at
    `pain_points` in plan order, per unit of exposure; the other columns are held fixed (period, tenure, controls,
    what is unknown); `terms` names all. `mode`, `gradient`, `information` `(term, term)`: where the likelihood was
    climbed to, and its shape there, before widening. `dispersion`, at least 1, divides the log-likelihood. `rows` is
    the table of the cells itself. `part`: whether all customers are told of, or those who answered.
    """

    persona: str
    part: Literal["everyone", "answered"]
    pain_points: np.ndarray
    effects: np.ndarray
    terms: tuple[str, ...]
    x: np.ndarray
    n: np.ndarray
    leavers: np.ndarray
    mode: np.ndarray
    gradient: np.ndarray
    information: np.ndarray
    dispersion: float
    rows: pd.DataFrame = field(repr=False)


def exact_cells(cells: CustomerCells, journey: Journey) -> tuple[PersonaCells, ...]:
    """The cells of each persona that are in memory; those that stayed on their engine are left out."""
    operations, survey = by_source(journey)
    unit = unit_exposures(cells, journey)
    found = []
    for persona in sorted(cells.base["persona"].unique()):
        for part, rows, held in leaving_parts(cells, persona, operations, survey):
            if not isinstance(rows, ManyCells) and len(rows):
                names = operations if part == "everyone" else survey
                places = np.array([journey.pain_ids().index(name) for name in names])
                found.append(persona_cells(persona, part, rows, held, (places, unit[places])))
    return tuple(found)


def persona_cells(
    persona: str,
    part: Literal["everyone", "answered"],
    rows: pd.DataFrame,
    held: Design,
    asked: tuple[np.ndarray, np.ndarray],
) -> PersonaCells:
    """The cells of one part; `asked` are the places of its pain points and the exposure that one unit of each is."""
    places, unit = asked
    peak = find_peak(cell_score(rows, held), held, cell_size(rows))
    scale = np.ones(len(held.terms))
    scale[held.effects] = unit
    return PersonaCells(
        persona=persona,
        part=part,
        pain_points=places,
        effects=held.effects,
        terms=tuple(term.name for term in held.terms),
        x=design(rows, held.terms) / scale,
        n=rows["n"].to_numpy(float),
        leavers=rows["leavers"].to_numpy(float),
        mode=peak.coefficients * scale,
        gradient=peak.gradient / scale,
        information=peak.information / np.outer(scale, scale),
        dispersion=max(peak.dispersion, 1.0),
        rows=rows,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFixed:
    """Draws of what is held fixed `(draw, term)`, and the log-likelihood of the effects with it integrated out.

    `off` `(draw,)` is the log of the exact density over that drawn from, up to a constant.
    """

    terms: np.ndarray
    off: np.ndarray
    log_likelihood: np.ndarray


class ExactLikelihood:
    """The exact likelihood of the effects in one part's cells, with all that is held fixed integrated out.

    What is held fixed has a flat prior and is integrated by Laplace's method about its own maximum at every draw of
    the effects. For counts of few a cell and an indicator of each period that is exact in the effects: both give
    `exp(sum of leavers' effects) / (sum of n exp(effects))^leavers` by period. Source: Tierney & Kadane (1986).
    """

    def __init__(self, part: PersonaCells) -> None:
        order = np.argsort(part.leavers <= 0, kind="stable")
        self._left = int((part.leavers > 0).sum())
        self._temper = 1 / part.dispersion
        held = np.setdiff1d(np.arange(part.x.shape[1]), part.effects)
        x = part.x[order]
        self._held = x[:, held]
        self._all = np.column_stack([x[:, part.effects], self._held]).T.copy()
        self._stay, self._leave = (part.n - part.leavers)[order], part.leavers[order][: self._left]
        self._order = order
        curvature = self._curvature(np.exp(np.minimum(x @ part.mode, ETA_BOUNDS[1]))[None, :])[0]
        whole = (x * curvature[:, None]).T @ x
        rest = whole[np.ix_(held, held)]
        self._cov = np.linalg.pinv(rest, hermitian=True)
        self._follow = -whole[np.ix_(part.effects, held)] @ self._cov
        self._at, self._start = part.mode[part.effects], part.mode[held]
        self._leverage = np.einsum("ci,ij,cj->c", self._held, self._cov, self._held)
        loose = np.linalg.inv(rest + LOOSE * np.eye(len(held)))
        self._spread = np.linalg.cholesky((loose + loose.T) / 2 / self._temper).T
        self._sums = np.column_stack([np.ones(len(x)), self._leverage, self._held]) * self._stay[:, None]

    def log_likelihood(self, effects: np.ndarray) -> np.ndarray:
        """The log-likelihood `(draw,)` of draws of the effects `(draw, effect)`, up to a constant."""
        return np.concatenate([self._climb(part)[0] for part in self._chunks(effects)])

    def draw(self, effects: np.ndarray, rng: np.random.Generator) -> HeldFixed:
        """A draw of what is held fixed for each draw of the effects, about its maximum there."""
        found = [self._climb(part) for part in self._chunks(effects)]
        level = np.concatenate([one for one, _ in found])
        noise = rng.standard_normal((len(effects), self._held.shape[1]))
        held = np.concatenate([best for _, best in found]) + noise @ self._spread
        exact = [
            self._counted(self._intensity(*part))
            for part in zip(self._chunks(effects), self._chunks(held), strict=True)
        ]
        off = self._temper * np.concatenate(exact) - level + (noise**2).sum(axis=1) / 2
        return HeldFixed(terms=held, off=off, log_likelihood=level)

    def hazards(self, effects: np.ndarray, held: np.ndarray) -> np.ndarray:
        """The leaving rate of each cell `(draw, cell)`, cells in their own order."""
        rate: np.ndarray = -np.expm1(-self._intensity(effects, held))
        out = np.empty_like(rate)
        out[:, self._order] = rate
        return np.asarray(out)

    def _intensity(self, effects: np.ndarray, held: np.ndarray) -> np.ndarray:
        eta = np.column_stack([effects, held]) @ self._all
        np.minimum(eta, ETA_BOUNDS[1], out=eta)
        return np.asarray(np.exp(eta, out=eta))

    def _parts(self, draws: int) -> int:
        return max(1, -(-draws * len(self._stay) // AT_ONCE))

    def _chunks(self, effects: np.ndarray) -> list[np.ndarray]:
        return np.array_split(effects, self._parts(len(effects)))

    def _climb(self, effects: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The log-likelihood with the rest integrated out `(draw,)`, and where the rest has its maximum."""
        held = self._start + (effects - self._at) @ self._follow
        level, far = np.zeros(len(effects)), np.arange(len(effects))
        for _ in range(MOST_STEPS):
            sums = self._values(self._intensity(effects[far], held[far]))
            step = sums[:, 2:] @ self._cov
            won = (step * sums[:, 2:]).sum(axis=1) / 2
            held[far] += np.clip(step, -2, 2)
            level[far] = self._temper * (sums[:, 0] + won) - sums[:, 1] / 2
            far = far[won > CLOSE]
            if not len(far):
                break
        return level, held

    def _counted(self, intensity: np.ndarray) -> np.ndarray:
        """Log-likelihood of the counts `(draw,)`."""
        among = intensity[:, : self._left]
        return np.asarray((np.log(np.expm1(among)) - among) @ self._leave - intensity @ self._stay)

    def _values(self, intensity: np.ndarray) -> np.ndarray:
        """Log-likelihood, trace of the change in curvature, and gradient in what is held fixed `(draw, 2 + term)`."""
        left = self._left
        found = intensity @ self._sums
        among = intensity[:, :left]
        gone = np.expm1(among)
        pull = self._leave * among / gone
        out = np.empty_like(found)
        out[:, 0] = np.log(gone) @ self._leave - among @ self._leave - found[:, 0]
        out[:, 1] = found[:, 1] - (pull * (1 - pull / self._leave * (1 + gone))) @ self._leverage[:left]
        out[:, 2:] = pull @ self._held[:left] - found[:, 2:]
        return np.asarray(out)

    def _curvature(self, intensity: np.ndarray) -> np.ndarray:
        """Minus the second derivative of each cell's log-likelihood in its linear predictor `(draw, cell)`."""
        out = intensity * self._stay
        among = intensity[:, : self._left]
        gone = np.expm1(among)
        pull = among / gone
        out[:, : self._left] -= self._leave * pull * (1 - pull * (1 + gone))
        return np.asarray(out)
