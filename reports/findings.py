"""What the rooms to the left hand over for one delivery, before it is set in tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import Cells
from impact.checks import Check
from impact.coverage import JourneyCoverage
from impact.initiative import Plan
from impact.journey import Journey
from impact.record import Record
from impact.standing import PortfolioStanding
from impact.study import Study
from models.calibration.slopes import Calibration, Grade
from models.carried import Carried
from models.certificate import Certified
from models.drivers import Drivers
from models.evidence_learnt import Learnt
from models.excellence import Stride
from models.lifetime.measure import Lifetimes
from models.monitoring import Watched
from models.outlook import Scaled
from models.pains import PainValues
from models.planning import RatePlan
from models.points import PointValue
from models.predicted_leaving import PredictedLeaving
from models.reduced import ReducedForms
from models.stakes import Stakes
from models.uplift import Question, UpliftPosterior
from models.value import ValueBase
from scenarios.across import Across
from scenarios.case_against import CaseAgainst
from scenarios.comparison import Comparison
from scenarios.decision import Decision
from scenarios.explained import Explained
from scenarios.gates import Gates
from scenarios.planning import Planned
from scenarios.refresh import Refresh
from scenarios.segments import Segments
from scenarios.walk import Walk

NOTHING_AGAINST = CaseAgainst()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """What the data say: slopes, drivers, the joint posterior, and what pain points cost.

    `demoted` names the pain points that are not told apart from a placebo; `grades` holds the grade of each
    pain point's effect, which its haircut follows. `certified` are the rates as offered for signature, `plans` where
    each stands, and `planning_worth` the money of a point, for base and horizon, with every rate that is
    signed and valid in its place. `predicted` is None where nobody can leave, or where cells were too many to leave
    their engine. `question` is what the posterior was asked of, `learnt` what evidence did. `scaled` is the base with
    the company's outlook, None where there is none.
    """

    calibration: Calibration
    drivers: tuple[Drivers, ...]
    forms: ReducedForms
    posterior: UpliftPosterior
    base: ValueBase
    points: tuple[PointValue, ...]
    pains: PainValues
    stakes: Stakes
    carried: Carried
    excellence: tuple[Stride, ...]
    demoted: frozenset[str]
    grades: Mapping[str, Grade]
    question: Question
    certified: Certified
    plans: tuple[RatePlan, ...]
    planning_worth: float
    learnt: Learnt
    predicted: PredictedLeaving | None = None
    scaled: Scaled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """One run's results. `estimates` and `decision` are None where the data are too thin or the units too few.

    `rows` is the account of the tables' rows: table, rows_in, rows_used, set_aside, reason. `reconciliation`
    is the ledger beside the books: the contract's table, empty without control totals. `walks` lead from the signed
    rate to NPV: the chosen portfolio's first, then every initiative's; none without a portfolio. `lifetimes` is None
    of sites. `gates` say what the decision rests on, `explained` why it is as it is, `segments` whose its values are,
    `comparison` how what is chosen compares, `against` what speaks against it. `records` are the approved forecasts of
    earlier runs, oldest first, and `standing` says where this run's portfolio stands; None where nobody was asked.
    `across` is what the plan's scenarios say of the choice, `planned` what becomes of all of it by period, `refresh`
    what changed since the forecast that was named, `monitoring` what is watched, this year beside those before.
    """

    study: Study
    journey: Journey
    plan: Plan
    cells: Cells
    coverage: JourneyCoverage
    estimates: Estimates | None
    decision: Decision | None
    bare_base: ValueBase
    checks: tuple[Check, ...]
    has_margin: bool
    rows: pd.DataFrame
    reconciliation: pd.DataFrame
    walks: tuple[Walk, ...] = ()
    lifetimes: Lifetimes | None = None
    gates: Gates | None = None
    explained: Explained | None = None
    segments: Segments | None = None
    comparison: Comparison | None = None
    against: CaseAgainst = NOTHING_AGAINST
    records: tuple[Record, ...] = ()
    standing: PortfolioStanding | None = None
    across: Across | None = None
    planned: Planned | None = None
    refresh: Refresh | None = None
    monitoring: tuple[Watched, ...] = ()

    @property
    def fit_for_use(self) -> bool:
        """Whether no check failed."""
        return all(check.status != "fail" for check in self.checks)


def summary(draws: np.ndarray) -> dict[str, float]:
    """Mean, 5th, 50th and 95th percentile of draws."""
    p05, p50, p95 = np.percentile(draws, [5, 50, 95])
    return {"mean": float(draws.mean()), "p05": float(p05), "p50": float(p50), "p95": float(p95)}
