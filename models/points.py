"""What a point of satisfaction is worth in money, as the headline regressions have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from impact.cells import Cells, SitePanel
from impact.checks import Check
from impact.journey import OVERALL
from impact.rng import stream
from impact.study import Study
from models.calibration.slopes import GRADES, Calibration, Grade, Slope
from models.sensitivity.attenuation import shrinkage
from models.value import ValueBase, base_path, uniform_path

LEAVING, SERVICE, REFERRAL = "retention", "cost_to_serve", "referral"
MONEY = ("margin", "log_revenue", "log_margin")
# Standard deviations of a score below which a whole point is more than what is seen: then a tenth is told.
SMALL_SPREAD = 0.5
# A rate whose 90% range spans more than this factor for one step has no value in money that means anything.
WIDEST_FACTOR = 4.0
# Below this share of truth in what the controls leave of a score, a correction would multiply noise by over five.
LEAST_TRUE_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class PointValue:
    """Money of `step` more of the score `term`, for the base over the horizon, at face value (no haircut).

    `parts` by name (retention, spend, service, referral), each `(draw,)` present value, those measured only:
    retention is the base's money of customers who stay, spend and service are counted on everyone there then,
    so that what those who stay spend more is in spend, once. `per_period` the same over the discounted
    customer-periods in which it can show, `there` `(draw,)` (those who stay anyhow, from the period after `lag`).
    `grade` and `method` are of the weakest slope, `rests_on` all of them. `spread` is the score's standard
    deviation, `holds` the scores seen in which the slope was measured. All is per observed point;
    `per_true_point` `(draw,)` is the total per point freed of noise where reliability is measured, with
    `explained` the share of the score that the controls explain, None where not known and taken as 0.
    """

    term: str
    step: float
    parts: Mapping[str, np.ndarray]
    per_period: Mapping[str, np.ndarray]
    method: str
    grade: Grade
    spread: float
    holds: tuple[float, float]
    there: np.ndarray
    per_true_point: np.ndarray | None = None
    explained: float | None = None
    rests_on: tuple[Slope, ...] = ()

    def total(self) -> np.ndarray:
        """Present value of the step for the base over the horizon `(draw,)`."""
        return np.asarray(sum(self.parts.values()))

    def total_per_period(self) -> np.ndarray:
        """Money of the step per customer and period `(draw,)`."""
        return np.asarray(sum(self.per_period.values()))

    def of_a_point(self) -> float:
        """Expected present value of a whole point: that of the step, scaled."""
        return float(self.total().mean()) / self.step


def value_points(base: ValueBase, calibration: Calibration, cells: Cells, study: Study) -> tuple[PointValue, ...]:
    """The value of a point of overall and of every stage with a headline slope, overall first.

    Slopes of different outcomes are drawn independently, from t with the degrees of freedom of each. A term
    whose range is too wide for money (see `point_checks`) is left out.
    """
    terms = dict.fromkeys((OVERALL, *(slope.term for slope in calibration.slopes if slope.headline)))
    found = (_value(base, calibration, cells, study, term) for term in terms)
    return tuple(one for one in found if one is not None)


def find_point(points: tuple[PointValue, ...], term: str = OVERALL) -> PointValue | None:
    """The value of a point at a term, or None."""
    return next((point for point in points if point.term == term), None)


def worth_of_a_point(base: ValueBase, calibration: Calibration, cells: Cells, study: Study) -> float:
    """Expected present value of a whole point of overall for base and horizon; 0 where it was not valued."""
    found = _value(base, calibration, cells, study, OVERALL)
    return 0.0 if found is None else found.of_a_point()


def _value(base: ValueBase, calibration: Calibration, cells: Cells, study: Study, term: str) -> PointValue | None:
    used = slopes_used(calibration, term)
    spread, holds = scores_seen(cells, term)
    step = 0.1 if spread < SMALL_SPREAD else 1.0
    if not used or any(too_wide(slope, step) for slope in used):
        return None
    moves = {name: draws * step for name, draws in _draw_moves(used, base, study.study.seed).items()}
    parts = _parts(base, moves)
    there = base_path(base)["customers"][:, base.lag :] @ base.discount[base.lag :]
    weakest = max(used, key=lambda slope: GRADES.index(slope.grade))
    explained = explained_by_controls(calibration, term)
    return PointValue(
        term=term,
        step=step,
        parts=parts,
        per_period={name: _over(part, there) for name, part in parts.items()},
        method=weakest.method,
        grade=weakest.grade,
        spread=spread,
        holds=holds,
        there=there,
        per_true_point=_per_true_point(base, moves, study.model.reliability, explained),
        explained=explained,
        rests_on=used,
    )


def _over(part: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(part, there, out=np.full(len(part), np.nan), where=there > 0))


def slopes_used(calibration: Calibration, term: str) -> tuple[Slope, ...]:
    """The headline slopes that the value of a point rests on, one an outcome.

    Of several slopes of money the first of margin in money, revenue, margin counts, never two.
    """
    money = next((slope for name in MONEY if (slope := calibration.headline(name, term)) is not None), None)
    others = (calibration.headline(name, term) for name in (LEAVING, SERVICE, REFERRAL))
    return tuple(slope for slope in (money, *others) if slope is not None)


def too_wide(slope: Slope, step: float) -> bool:
    """Whether a relative slope's 90% range spans more than `WIDEST_FACTOR` for one step; money levels never do."""
    if slope.outcome in ("margin", SERVICE, REFERRAL):
        return False
    low, high = slope.range90()
    return not np.isfinite(slope.se) or (high - low) * step > np.log(WIDEST_FACTOR)


def _draw_moves(used: tuple[Slope, ...], base: ValueBase, seed: int) -> dict[str, np.ndarray]:
    """Draws of each slope by outcome `(draw,)`.

    Contribution margin is after the cost to serve: where both have a slope, what service saves is taken out of
    the margin's, so that it is counted once.
    """
    moves = {str(slope.outcome): draw_slope(slope, len(base.frailty), seed) for slope in used}
    if "margin" in moves and SERVICE in moves:
        moves["margin"] = moves["margin"] + moves[SERVICE]
    return moves


def draw_slope(slope: Slope, draws: int, seed: int) -> np.ndarray:
    """Draws of a slope `(draw,)` in random order: its estimate and error under t or Normal.

    One draw from each of as many equally likely parts, at its middle, so that mean and percentiles are the
    slope's own. Source: stratified sampling, McKay, Beckman & Conover (1979).
    """
    middle = (np.arange(draws) + 0.5) / draws
    unit = norm.ppf(middle) if np.isinf(slope.df) else student.ppf(middle, slope.df)
    order = stream(seed, f"point {slope.term} {slope.outcome}").permutation(draws)
    return np.asarray(slope.estimate + slope.se * unit[order])


def _parts(base: ValueBase, moves: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Present value by part `(draw,)`: money after minus before, each euro in one part.

    From the experience of the first future period on, so that outcomes move after `lag` periods.
    """
    before = base_path(base)
    after = uniform_path(base, moves[LEAVING]) if LEAVING in moves else before
    shown = base.discount * (np.arange(len(base.discount)) >= base.lag)
    money, people = after["margin"] @ shown, after["customers"] @ shown
    parts: dict[str, np.ndarray] = {}
    if LEAVING in moves:
        parts["retention"] = (after["margin"] - before["margin"]) @ base.discount
    for name in MONEY:
        if name in moves:
            parts["spend"] = moves[name] * (people if name == "margin" else money)
    if SERVICE in moves:
        parts["service"] = -moves[SERVICE] * people
    if REFERRAL in moves:
        parts["referral"] = moves[REFERRAL] * people
    return parts


def scores_seen(cells: Cells, term: str) -> tuple[float, tuple[float, float]]:
    """Standard deviation of a score and the span in which its slope was measured, in points.

    Of sites the 5th to 95th percentile of their own scores; of customers the mean and one standard deviation
    either side, within the scale. Nothing but nan where no score is known.
    """
    if isinstance(cells, SitePanel):
        seen = cells.panel[term].dropna() if term in cells.panel else pd.Series(dtype=float)
        if seen.empty:
            return np.nan, (np.nan, np.nan)
        low, high = np.percentile(seen, [5, 95])
        return float(seen.std()), (float(low), float(high))
    rows = cells.coverage[(cells.coverage["stage"] == term) & cells.coverage["sd"].notna()]
    if rows.empty:
        return np.nan, (np.nan, np.nan)
    mean, spread, least, most = (float(rows[name].iloc[0]) for name in ("mean", "sd", "scale_min", "scale_max"))
    return spread, (max(mean - spread, least), min(mean + spread, most))


def explained_by_controls(calibration: Calibration, term: str) -> float | None:
    """Share of the score's variance that the controls of the leaving regression explain; None where not known.

    A regression within units is centred on them, so that what it explains of the whole score is not seen.
    """
    regression = calibration.regression(LEAVING, term)
    if regression is None or regression.slope.method == "within" or term not in regression.x:
        return None
    score = regression.x[term].to_numpy(float)
    weight = np.ones(len(score)) if regression.weights is None else regression.weights
    if regression.y.ndim == 2:
        weight = regression.y.sum(axis=1)
    root = np.sqrt(weight / weight.sum())
    others = regression.x.drop(columns=term).to_numpy(float)
    centred = score - np.average(score, weights=weight)
    fit = np.linalg.lstsq(others * root[:, None], centred * root, rcond=None)[0]
    total = float((root * centred) @ (root * centred))
    rest = root * (centred - others @ fit)
    return max(0.0, 1 - float(rest @ rest) / total) if total > 0 else None


def attenuation(reliability: float, explained: float | None) -> float | None:
    """How many times its observed slope a slope per true point is; None where noise is all that is left.

    With the share that the controls explain taken as 0 where not known the correction is the smallest there is.
    """
    share = explained or 0.0
    clear = reliability - share > LEAST_TRUE_SHARE * (1 - share)
    return shrinkage(reliability, share) if clear else None


def _per_true_point(
    base: ValueBase, moves: Mapping[str, np.ndarray], reliability: float, explained: float | None
) -> np.ndarray | None:
    """The total freed of noise `(draw,)`; what controls explain is known of leaving only, else taken as nothing."""
    factors = {name: attenuation(reliability, explained if name == LEAVING else None) for name in moves}
    if reliability == 1 or None in factors.values():
        return None
    true = {name: draws * (factors[name] or 1.0) for name, draws in moves.items()}
    return np.asarray(sum(_parts(base, true).values()))


def point_checks(points: tuple[PointValue, ...], calibration: Calibration, study: Study) -> tuple[Check, ...]:
    """Terms whose rate is too wide for money, and a reliability that leaves nothing to correct."""
    valued = {point.term for point in points}
    headed = dict.fromkeys(slope.term for slope in calibration.slopes if slope.headline)
    wide = [term for term in headed if term not in valued and slopes_used(calibration, term)]
    out = []
    if wide:
        out.append(
            Check(
                code="C501",
                check="A rate narrow enough to be money",
                status="review",
                found=", ".join(wide),
                limit=f"highest over lowest within a factor of {WIDEST_FACTOR:g} for one step",
                text="The range of the rate is so wide that its mean in money would say more of the width than of "
                "the point, so no money is stated.",
                remedy="More answers of customers whose outcome is known, or more periods.",
            )
        )
    noisy = [point.term for point in points if point.per_true_point is None]
    if study.model.reliability < 1 and noisy:
        out.append(
            Check(
                code="C502",
                check="Reliability beside what the controls explain",
                status="review",
                found=", ".join(noisy),
                limit="reliability clearly above the share of the score that the controls explain",
                text="What is left of the score beside the controls is mostly noise, so no value per true point.",
                remedy="Measure reliability anew, or average several questions.",
            )
        )
    return tuple(out)


def naive_multiple(calibration: Calibration) -> float | None:
    """How many times the headline the naive cross-section would claim, or None where either is missing."""
    for outcome in ("log_revenue", "retention"):
        headline = calibration.headline(outcome)
        naive = calibration.find(outcome, OVERALL, "cross_section")
        if headline and naive and headline.method != "cross_section" and headline.estimate:
            return naive.estimate / headline.estimate
    return None
