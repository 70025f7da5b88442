"""The haircut on a grid: its posterior when the effects are known, and how far a run's own moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm

from models.calibration.slopes import GRADES, Grade
from models.haircut import Prior, share_kept
from models.uplift import STUDY_SPREAD, EffectRow

_PLACES = 400
_NODES = 241
_EDGE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class HaircutPosterior:
    """Shares kept `(place,)` and their `weight` `(place,)`, which sums to 1."""

    kept: np.ndarray
    weight: np.ndarray

    @property
    def mean(self) -> float:
        """The mean share kept."""
        return float(self.kept @ self.weight)

    def quantile(self, at: float) -> float:
        """The share kept below which a share `at` of the posterior lies."""
        return float(np.interp(at, self.weight.cumsum() - self.weight / 2, self.kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class HaircutMove:
    """The share kept of effects of one grade, before and after evidence: mean and 90% range; how many pain points."""

    grade: Grade
    pain_points: int
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]


def haircut_posterior(prior: Prior, grade: Grade, rows: Sequence[EffectRow], effects: np.ndarray) -> HaircutPosterior:
    """The posterior of the share kept, by numerical integration, when the effects at face value are known.

    p(u | y) is proportional to prod_l int N(y_l; k w_l'effects, se_l^2) N(logit k; logit kappa(u), .5^2) dlogit k,
    u uniform on (0, 1) and kappa(u) the prior's quantile. Rows without a haircut say nothing of it.

    Args:
        prior: of the share kept of a within-unit effect.
        grade: of the effects the rows speak of.
        rows: the evidence.
        effects: at face value `(pain_point,)`.
    """
    place = (np.arange(_PLACES) + 0.5) / _PLACES
    kept = share_kept(prior, grade, place)
    log_weight = np.zeros(_PLACES)
    steps = np.linspace(-6, 6, _NODES)
    for row in rows:
        if not row.haircut:
            continue
        own = expit(logit(np.clip(kept, _EDGE, 1 - _EDGE))[:, None] + STUDY_SPREAD * steps)
        miss = row.misfit(own, float(row.weights @ effects))
        # the least miss of all is taken out, so that a row far from every place still tells them apart
        density = np.exp(miss - miss.max()) @ norm.pdf(steps)
        log_weight += np.log(np.maximum(density, 1e-300))
    weight = np.exp(log_weight - log_weight.max())
    return HaircutPosterior(kept=kept, weight=weight / weight.sum())


def haircut_moves(
    prior: Prior, grades: Mapping[str, Grade], credibility: np.ndarray, settled: frozenset[int] = frozenset()
) -> tuple[HaircutMove, ...]:
    """What is kept by grade, as signed and after the evidence, best grade first.

    Args:
        prior: of the share kept of a within-unit effect.
        grades: of every pain point, in plan order.
        credibility: the share of each effect that is kept `(draw, pain_point)`.
        settled: places of pain points with an experiment of their own, which keep what it found.
    """
    place = (np.arange(_PLACES) + 0.5) / _PLACES
    out = []
    for grade in GRADES:
        mine = [k for k, one in enumerate(grades.values()) if one == grade]
        if mine:
            shown = next((k for k in mine if k not in settled), mine[0])
            before, after = share_kept(prior, grade, place), credibility[:, shown]
            out.append(HaircutMove(grade=grade, pain_points=len(mine), prior=_told(before), posterior=_told(after)))
    return tuple(out)


def _told(draws: np.ndarray) -> tuple[float, float, float]:
    low, high = np.percentile(draws, [5, 95])
    return float(draws.mean()), float(low), float(high)
