"""The haircut as evidence teaches it: its place in the prior that finance signed, and how each study lies beside it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit, logit

from models.haircut import share_kept
from models.slice import slice_draw
from models.uplift import STUDY_SPREAD, EffectRow, Question

PLACES = np.linspace(0.0, 1.0, 513)
_LEAST = 1e-6
_WIDEST = 8.0  # standard deviations of a study from the common share


def kept_tables(question: Question) -> np.ndarray:
    """What is kept of each row's reading at every one of `PLACES` in the haircut's prior (row, place)."""
    credibility, pains = question.credibility, question.forms.pain_points
    inside = np.clip(PLACES, _LEAST, 1 - _LEAST)
    tables = []
    for row in question.rows_of_haircut:
        weight = np.abs(row.weights) / np.abs(row.weights).sum()
        shares = [share_kept(credibility.prior, credibility.grades[pain], inside) for pain in pains]
        tables.append(np.clip(weight @ np.array(shares), _LEAST, 1 - _LEAST))
    return np.array(tables).reshape(len(tables), len(PLACES))


class LearntHaircut:
    """In every chain (axis c) the `place` (c,) in the haircut's prior and the standing (c, row) of each `study`."""

    def __init__(self, question: Question, rng: np.random.Generator, chains: int) -> None:
        """Begins anywhere in the prior."""
        self.rows, self.rng, self.chains = question.rows_of_haircut, rng, chains
        self._common = logit(kept_tables(question))
        self._index = {row.evidence: i for i, row in enumerate(self.rows)}
        self.place = rng.uniform(0.2, 0.8, chains)
        self.study = rng.standard_normal((chains, len(self.rows)))

    def kept(self, row: EffectRow) -> np.ndarray:
        """The share kept of one row's reading (c,); 1 where no haircut stands between."""
        i = self._index.get(row.evidence)
        return np.ones(self.chains) if i is None else self._at(i, self.place, self.study[:, i])

    def draw(self, effects: Mapping[str, np.ndarray]) -> None:
        """Moves place and studies, given the pooled effects at face value by outcome (c, k)."""
        reads = [effects[row.of] @ row.weights for row in self.rows]

        def misfit(i: int, kept: np.ndarray) -> np.ndarray:
            return self.rows[i].misfit(kept, reads[i])

        def of_place(place: np.ndarray) -> np.ndarray:
            kept = [self._at(i, place, self.study[:, i]) for i in range(len(reads))]
            return np.asarray(np.sum([misfit(i, one) for i, one in enumerate(kept)], axis=0))

        self.place = slice_draw(of_place, self.place, (0.0, 1.0), self.rng)
        for i in range(len(reads)):

            def of_study(z: np.ndarray, i: int = i) -> np.ndarray:
                return np.asarray(misfit(i, self._at(i, self.place, z)) - z**2 / 2)

            self.study[:, i] = slice_draw(of_study, self.study[:, i], (-_WIDEST, _WIDEST), self.rng)

    def _at(self, i: int, place: np.ndarray, study: np.ndarray) -> np.ndarray:
        return np.asarray(expit(np.interp(place, PLACES, self._common[i]) + STUDY_SPREAD * study))
