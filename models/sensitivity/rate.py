"""One headline rate with everything at hand that could overturn it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.cells import Cells, CustomerCells
from impact.periods import PeriodKind
from models.calibration.slopes import Calibration, Outcome, Regression, Slope
from models.reduced import ReducedForms, overall_sd
from models.sensitivity.answers import Answer, Question, Test
from models.sensitivity.attenuation import score_explained, shrinkage
from models.sensitivity.collinearity import Collinearity
from models.sensitivity.least_squares import Linear
from models.sensitivity.placebos import PlaceboReading
from models.sensitivity.silence import Silent

Status = Literal["pass", "review", "unknown"]
Verdict = Literal["yes", "no", "cannot tell"]
CALLED = {
    "retention": "the leaving rate",
    "log_revenue": "money",
    "log_margin": "margin",
    "margin": "margin",
    "cost_to_serve": "cost to serve",
    "referral": "referral",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A headline slope, its rows where they left the engine, and what stands beside it.

    `lag` periods between score and outcome; `reliability` of the score (1: not measured); `across` the slope across
    pain points with its standard error, per point; `stages` how the stage scores move together; `silent` those who do
    not answer; each None where it cannot be had. `thorough`: also what costs more (backtest), asked of overall only.
    """

    headline: Slope
    regression: Regression | None
    linear: Linear | None
    calibration: Calibration
    cells: Cells
    lag: int
    periods_a_year: int
    period_kind: PeriodKind
    reliability: float
    placebo: PlaceboReading | None
    across: tuple[float, float] | None
    stages: Collinearity | None
    silent: Silent | None
    thorough: bool


def test(name: str, *, passes: bool | None, found: str, limit: str, text: str) -> Test:
    """A test as a row: passed, up for review, or not run (None)."""
    status: Status = "unknown" if passes is None else ("pass" if passes else "review")
    return Test(name=name, found=found, limit=limit, status=status, text=text)


def answer(question: Question, verdict: Verdict, text: str, tests: Sequence[Test]) -> Answer:
    """An answer with the tests behind it."""
    return Answer(question=question, verdict=verdict, text=text, tests=tuple(tests))


def decided(tests: Sequence[Test], decisive: Sequence[str]) -> Verdict:
    """No where a decisive test is up for review, cannot tell where none of them could be run, else yes."""
    asked = [one for one in tests if one.name in decisive]
    if any(one.status == "review" for one in asked):
        return "no"
    return "yes" if any(one.status == "pass" for one in asked) else "cannot tell"


def slope_across(forms: ReducedForms | None, outcome: Outcome) -> tuple[float, float] | None:
    """The slope of leaving or money on overall across pain points, per point, and its standard error; None without.

    What a pain point does to the outcome over what it does to the score, weighted by precision, all pain points and
    personas together; its error is widened where they disagree by more than chance. A hidden cause of both score and
    outcome that has no part in who meets a pain point leaves it as it is, and noise in answers does not bend it; what
    a pain point does to the outcome other than by satisfaction does.
    Source: inverse-variance weighted estimate of Mendelian randomisation, Burgess, Butterworth & Thompson (2013).
    """
    if forms is None or outcome not in ("retention", "log_revenue"):
        return None
    effects = forms.leaving if outcome == "retention" else forms.spend
    across = own = around = 0.0
    count = 0
    for score, effect in zip(forms.score, effects or (), strict=effects is not None):
        told = (np.diag(score.precision) > 0) & (np.diag(effect.precision) > 0)
        d, tau, p = score.mean[told], effect.mean[told], effect.precision[np.ix_(told, told)]
        across, own, around = across + d @ p @ tau, own + d @ p @ d, around + tau @ p @ tau
        count += int(told.sum())
    if not count or own <= 0:
        return None
    slope = across / own
    widening = max((around - slope * across) / max(count - 1, 1), 1.0)
    return float(slope / forms.score_sd), float(np.sqrt(widening / own) / forms.score_sd)


def true_point(rate: Rate) -> float | None:
    """The factor from the rate per observed point to that per true point; None where reliability is not measured.

    Within customers, noise takes a larger share of what varies: the noise's variance is that of all answers.
    """
    if rate.reliability >= 1:
        return None
    if rate.linear is not None:
        explained, reliability = score_explained(rate.linear), rate.reliability
        varies = _variance(rate.linear)
    else:
        explained, reliability, varies = 0.0, rate.reliability, _within_variance(rate.cells)
    if rate.headline.method == "within" and varies > 0:
        reliability = 1 - (1 - rate.reliability) * overall_sd(rate.cells.coverage) ** 2 / varies
        explained = 0.0
    return shrinkage(reliability, explained) if explained < reliability else None


def _variance(linear: Linear) -> float:
    """Variance of the score about its units' means and what is held fixed."""
    own = linear.inverse[linear.place, linear.place]
    return float(1 / own / linear.df) if own > 0 else 0.0


def _within_variance(cells: Cells) -> float:
    """Variance of the overall score about each customer's own mean."""
    if not isinstance(cells, CustomerCells):
        return 0.0
    free = sum(one.rows - one.customers for one in cells.spend_on_score)
    return float(sum(one.gram[0, 0] for one in cells.spend_on_score)) / free if free > 0 else 0.0


def control_groups(linear: Linear, controls: Sequence[str]) -> dict[str, list[int]]:
    """Columns of a design by the control they belong to, in words; without constant and score."""
    heads = {"persona": "persona", "t": "the period", "period": "the period", "tenure_band": "tenure"}
    heads |= {control: control.replace("_", " ") for control in controls}
    own = {"log_tenure": "tenure", "tenure_unknown": "tenure"}
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(linear.names):
        if place == linear.place or name == "const":
            continue
        head = next((heads[one] for one in sorted(heads, key=len, reverse=True) if name.startswith(f"{one}_")), name)
        groups.setdefault(own.get(name, head), []).append(place)
    return groups
