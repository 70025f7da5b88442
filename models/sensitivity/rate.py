"""One headline rate with everything at hand that could overturn it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.cells import Cells
from models.calibration.slopes import Calibration, Regression, Slope
from models.reduced import ReducedForms
from models.sensitivity.answers import Answer, Question, Test
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

    `lag` periods between score and outcome; `across` the slope of leaving across pain points with its standard
    error, per point; `stages` how the stage scores move together; `silent` those who do not answer; each None where
    it cannot be had. `thorough`: also what costs more (backtest), asked of overall only.
    """

    headline: Slope
    regression: Regression | None
    linear: Linear | None
    calibration: Calibration
    cells: Cells
    lag: int
    periods_a_year: int
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


def slope_across(forms: ReducedForms | None) -> tuple[float, float] | None:
    """The slope of leaving on overall across pain points, per point, and its standard error; None without.

    What a pain point does to leaving over what it does to the score, weighted by precision, all pain points and
    personas together; its error is widened where they disagree by more than chance. A hidden cause of both score and
    leaving that has no part in who meets a pain point leaves it as it is.
    Source: inverse-variance weighted estimate of Mendelian randomisation, Burgess, Butterworth & Thompson (2013).
    """
    if forms is None or forms.leaving is None:
        return None
    across = own = around = 0.0
    count = 0
    for score, leaving in zip(forms.score, forms.leaving, strict=True):
        told = (np.diag(score.precision) > 0) & (np.diag(leaving.precision) > 0)
        d, tau, p = score.mean[told], leaving.mean[told], leaving.precision[np.ix_(told, told)]
        across, own, around = across + d @ p @ tau, own + d @ p @ d, around + tau @ p @ tau
        count += int(told.sum())
    if count < 3 or own <= 0:
        return None
    slope = across / own
    widening = max((around - slope * across) / (count - 1), 1.0)
    return float(slope / forms.score_sd), float(np.sqrt(widening / own) / forms.score_sd)


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
