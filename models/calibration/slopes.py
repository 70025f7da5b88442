"""The values of calibration: a slope, the regression it comes from, and all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import t as student

from impact.checks import Check
from impact.journey import OVERALL

Z90 = 1.6448536269514722
Outcome = Literal["retention", "log_revenue", "log_margin", "margin", "cost_to_serve", "referral"]
Grade = Literal["experimental", "within-unit", "cross-section", "expert", "survey-only", "not told apart from placebo"]
Challenge = Literal["lag_0", "lag_1", "lag_2", "lag_3", "previous_money", "first_difference"]
Method = Literal["cross_section", "within", "between", "hazard", "pooled", "placebo", "experiment"] | Challenge
Link = Literal["linear", "penalty and reward", "levels", "steeper or flatter at the top"]
GRADES: tuple[Grade, ...] = (
    *("experimental", "within-unit", "cross-section", "expert", "survey-only"),
    "not told apart from placebo",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """One regression coefficient per point of a score.

    `retention` is in log hazard, `log_revenue` and `log_margin` in log (or relative) money, `margin` and
    `cost_to_serve` in money per customer and period. `n` rows, `units` clusters, `df` degrees of freedom
    of the t reference (infinite: Normal). A slope of one persona has the term `overall@persona`: by method
    `hazard` its own, by `pooled` drawn towards the others. `between` is the slope on earlier scores of one's own.
    """

    outcome: Outcome
    term: str
    method: Method
    estimate: float
    se: float
    n: int
    units: int
    headline: bool
    grade: Grade
    df: float = np.inf

    def quantile90(self) -> float:
        """Standard errors on each side of the estimate in a 90% range."""
        return Z90 if np.isinf(self.df) else float(student.ppf(0.95, self.df))

    def range90(self) -> tuple[float, float]:
        """The 90% range of the coefficient."""
        half = self.quantile90() * self.se
        return self.estimate - half, self.estimate + half

    def p(self) -> float:
        """Two-sided p-value of no slope; nan without a standard error."""
        return float(2 * student.sf(abs(self.estimate / self.se), self.df)) if self.se > 0 else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """One regression exactly as statsmodels is given it, so that it can be rerun, cut and doubted.

    `y` is the outcome `(row,)`, for leaving `(row, 2)`: leavers and stayers of a cell. `x` is the design with
    named columns, `term` among them. `keys` describes each row: `unit` (the cluster; absent for cells), `t`
    and `persona`. `weights` `(row,)` customers of a row, or None. `call` is the statsmodels call in words.
    """

    slope: Slope
    y: np.ndarray
    x: pd.DataFrame
    keys: pd.DataFrame
    family: Literal["gaussian", "cloglog"]
    weights: np.ndarray | None
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChoice:
    """The shape of what a score goes with, chosen by how well it tells what it was not fitted on.

    `gain` is what `chosen` gains over a straight line in out-of-sample deviance, with its standard error; of a
    straight line the best that another shape gained. `curve`: level of the score -> what it goes with relative to
    the level at `centre`: a ratio for leaving and for money in logs, else money.
    """

    outcome: Outcome
    term: str
    chosen: Link
    gain: float
    gain_se: float
    centre: float
    curve: Mapping[float, float]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Every slope, headline ones marked, with the placebo of each headline that has one.

    `regressions` are those of headlines whose rows left the engine (moments have none). `checks` tell what
    could not be estimated and why. `links` are the shapes behind headline slopes.
    """

    slopes: tuple[Slope, ...]
    regressions: tuple[Regression, ...] = ()
    checks: tuple[Check, ...] = ()
    links: tuple[LinkChoice, ...] = ()

    def headline(self, outcome: str, term: str = OVERALL) -> Slope | None:
        """The slope that stands for an outcome at a term, or None."""
        found = [s for s in self.slopes if s.headline and s.outcome == outcome and s.term == term]
        return found[0] if found else None

    def find(self, outcome: str, term: str, method: str) -> Slope | None:
        """One slope by its name, or None."""
        found = [s for s in self.slopes if (s.outcome, s.term, s.method) == (outcome, term, method)]
        return found[0] if found else None

    def regression(self, outcome: str, term: str = OVERALL) -> Regression | None:
        """The headline regression of an outcome at a term with its rows, or None."""
        found = [r for r in self.regressions if (r.slope.outcome, r.slope.term) == (outcome, term)]
        return found[0] if found else None
