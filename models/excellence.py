"""From low to middle and from middle to top: what customers with better scores do, and what moving some is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from impact.cells import Cells, CustomerCells
from impact.cells.driver_sums import LOW_BELOW, TOP_FROM
from impact.journey import OVERALL, Journey
from impact.rng import stream
from models.calibration.slopes import Z90
from models.designs import build_design
from models.haircut import Prior, share_kept
from models.reduced import GaussianSummary, hazard_summary, linear_summary, silent
from models.value import ValueBase, uniform_value

LEAST_IN_BAND = 30  # answers with a known outcome
LEAST_LEAVERS = 5  # in each band
DRAWS = 1_000
MOVED = 0.01  # of all customers
Step = Literal["low to middle", "middle to top"]
STEPS: tuple[Step, Step] = ("low to middle", "middle to top")
Class = Literal["must-be", "performance", "attractive", "cannot be told"]
_ENDS = ["low", "top"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Answers to one question in three bands of its scale: low below 0.4 of it, top from 0.9.

    `n` and `score` `(low, middle, top)`: answers with a known outcome, and their mean. `leaving` and `spend` are
    likelihoods of (low, top) against middle: log hazard, and next period's money over its mean. Different customers
    are compared; `spend` is silent where money is not kept by score.
    """

    term: str
    n: np.ndarray
    score: np.ndarray
    leaving: GaussianSummary
    spend: GaussianSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Stride:
    """One step up: relative change of the leaving rate and of money with 90% ranges, at face value.

    `spend` is None where not told; `value` `(draw,)` is what one customer in a hundred moved brings, the haircut taken
    off; `share` and `n` are the answers in the band that is left.
    """

    term: str
    step: Step
    share: float
    n: float
    leaving: tuple[float, float, float]
    spend: tuple[float, float, float] | None
    value: np.ndarray
    label: Class


def find_excellence(
    cells: Cells, journey: Journey, base: ValueBase, credibility: Prior, seed: int
) -> tuple[Stride, ...]:
    """Both steps of every stage and of overall, where both their bands hold enough; none of sites."""
    if not isinstance(cells, CustomerCells):
        return ()
    scale = cells.coverage.set_index("stage")[["scale_min", "scale_max"]].astype(float)
    asked = {OVERALL: cells.certified.rename(columns={"overall": "score"})} | dict(cells.certified_stages)
    found = [_bands(cells, term, rows, scale) for term, rows in asked.items() if term in scale.index]
    told = [one for one in found if one is not None]
    labels = _labels(told)
    order = [OVERALL, *journey.stage_ids()]
    return tuple(
        stride
        for one in sorted(told, key=lambda one: order.index(one.term))
        for stride in _strides(one, labels[one.term], base, credibility, seed)
    )


def _bands(cells: CustomerCells, term: str, rows: pd.DataFrame, scale: pd.DataFrame) -> Bands | None:
    rows = _placed(rows, "score", _scale_of(scale, term))
    groups = [rows["low"] == 1, (rows["low"] == 0) & (rows["top"] == 0), rows["top"] == 1]
    n, left = (np.array([float(rows.loc[one, name].sum()) for one in groups]) for name in ("n", "leavers"))
    if n.min() < LEAST_IN_BAND or left.min() < LEAST_LEAVERS:
        return None
    score = np.array([np.average(rows.loc[one, "score"], weights=rows.loc[one, "n"]) for one in groups])
    held = ("persona", *(name for name in cells.controls if name in rows))
    leaving = hazard_summary(rows, build_design(rows, held, _ENDS))
    spend = _spend(cells, _scale_of(scale, term)) if term == OVERALL else silent(2)
    return Bands(term=term, n=n, score=score, leaving=leaving, spend=spend)


def _scale_of(scale: pd.DataFrame, term: str) -> tuple[float, float]:
    return float(scale["scale_min"][term]), float(scale["scale_max"][term])


def _placed(rows: pd.DataFrame, score: str, scale: tuple[float, float]) -> pd.DataFrame:
    place = (rows[score].astype(float) - scale[0]) / (scale[1] - scale[0])
    return rows.assign(low=(place < LOW_BELOW).astype(float), top=(place >= TOP_FROM).astype(float))


def _spend(cells: CustomerCells, scale: tuple[float, float]) -> GaussianSummary:
    """Next period's money of (low, top) against middle over the mean, at like money before.

    Rows of one customer are not independent: precision is that of as many rows as there are customers.
    """
    if cells.staying is None or cells.staying.cells.empty:
        return silent(2)
    rows = _placed(cells.staying.cells, "overall", scale)
    rows = rows.assign(total=rows["money"].astype(float)).drop(columns="tenure")
    n, mean = float(rows["n"].sum()), float(rows["money"].sum() / rows["n"].sum())
    if mean <= 0 or rows.loc[rows["low"] == 1, "n"].sum() < LEAST_IN_BAND:
        return silent(2)
    held = ("persona", "past", *(name for name in cells.controls if name in rows))
    found = linear_summary(rows, build_design(rows, held, _ENDS))
    fewer = min(cells.staying.customers / n, 1.0)
    return GaussianSummary(mean=found.mean / mean, precision=found.precision * mean**2 * fewer)


def _strides(one: Bands, label: Class, base: ValueBase, credibility: Prior, seed: int) -> tuple[Stride, Stride]:
    values = _values(one, base, credibility, seed)
    leaving, spend = one.leaving, one.spend
    both = []
    # up from low takes its effect away; up to top adds it
    for place, (step, sign) in enumerate(zip(STEPS, (-1.0, 1.0), strict=True)):
        ends = sign * leaving.mean[place] + Z90 * leaving.se()[place] * np.array([0, -1, 1])
        change = np.expm1(ends)
        middle, half = sign * spend.mean[place], Z90 * spend.se()[place]
        both.append(
            Stride(
                term=one.term,
                step=step,
                share=float(one.n[place] / one.n.sum()),
                n=float(one.n[place]),
                leaving=(float(change[0]), float(change[1]), float(change[2])),
                spend=(float(middle), float(middle - half), float(middle + half)) if np.isfinite(half) else None,
                value=values[place],
                label=label,
            )
        )
    return both[0], both[1]


def _values(one: Bands, base: ValueBase, credibility: Prior, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Present value `(draw,)` of moving one customer in a hundred from low to middle, and from middle to top.

    The base's rates are means over the bands, so that each band's own lie around them.
    """
    rng = stream(seed, f"excellence {one.term}")
    few = replace(base, frailty=np.resize(base.frailty, DRAWS))
    kept = share_kept(credibility, "cross-section", stream(seed, "credibility").uniform(size=DRAWS))[:, None]
    share = one.n / one.n.sum()
    leaving, spend = (kept * _drawn(part, rng) for part in (one.leaving, one.spend))
    middle = np.zeros((DRAWS, 1))
    hazard = np.hstack([leaving[:, :1], middle, leaving[:, 1:]])
    money = np.hstack([spend[:, :1], middle, spend[:, 1:]])
    hazard = hazard - np.log(np.exp(hazard) @ share)[:, None]
    money = (1 + money) / (1 + money @ share)[:, None] - 1
    low, mid, top = (uniform_value(few, hazard[:, k], money[:, k]) for k in range(3))
    return MOVED * (mid - low), MOVED * (top - mid)


def _drawn(part: GaussianSummary, rng: np.random.Generator) -> np.ndarray:
    """Draws of (low, top) against middle `(draw, 2)`; nothing where the likelihood is silent."""
    if not (np.diag(part.precision) > 0).all():
        return np.zeros((DRAWS, 2))
    return rng.multivariate_normal(part.mean, np.linalg.pinv(part.precision), size=DRAWS)


def _labels(told: list[Bands]) -> Mapping[str, Class]:
    """What low scores cost and top scores win in leaving, per point of the score, as a class where they differ.

    A mood bends all stages alike, so a stage is told from the others by its difference against their mean.
    Source: penalty-reward contrasts, Brandt (1987); Mittal, Ross & Baldasare (1998); classes of Kano et al. (1984).
    """
    stages = [one for one in told if one.term != OVERALL]
    gaps = {one.term: _gap(one) for one in told}
    usual = float(np.mean([gaps[one.term][0] for one in stages])) if len(stages) > 1 else 0.0
    labels: dict[str, Class] = {}
    for one in told:
        gap, half = gaps[one.term]
        gap -= 0.0 if one.term == OVERALL else usual
        penalty, reward = one.leaving.mean * [1, -1] - Z90 * one.leaving.se()
        labels[one.term] = "cannot be told"
        if penalty > 0 and gap - half > 0:
            labels[one.term] = "must-be"
        elif reward > 0 and gap + half < 0:
            labels[one.term] = "attractive"
        elif penalty > 0 and reward > 0:
            labels[one.term] = "performance"
    return labels


def _gap(one: Bands) -> tuple[float, float]:
    """Penalty less reward per point of the score, in log hazard, and half of its 90% range."""
    per_point = np.array([1.0, 1.0]) / np.diff(one.score)
    gap = float(one.leaving.mean @ per_point)
    return gap, Z90 * float(np.sqrt(per_point @ np.linalg.pinv(one.leaving.precision) @ per_point))
