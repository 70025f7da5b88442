"""The certificate of a rate: what finance signs, for how long, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass

from impact.cells import Cells, CustomerCells
from impact.journey import OVERALL
from impact.periods import period_label
from impact.study import Study
from models.calibration.slopes import Calibration, Grade, Outcome, Slope
from models.haircut import PLACEBO, Prior, mean_kept
from models.sensitivity.answers import QUESTIONS, Answer, Doubt
from models.triangulation import Triangulation

OUTCOMES: tuple[Outcome, ...] = ("retention", "log_revenue", "log_margin", "margin", "cost_to_serve", "referral")
NAMES: dict[Outcome, str] = {
    "retention": "leaving",
    "log_revenue": "revenue",
    "log_margin": "margin",
    "margin": "margin",
    "cost_to_serve": "cost to serve",
    "referral": "referral",
}
NO_HIDDEN_CAUSE = "How strong a hidden cause would have to be was not worked out in this run."


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One headline rate as it is offered for signature.

    `rate`, `low`, `high` as in its slope (90%); `point` is the point in words; `window` the first and last
    period of the outcomes used, in words; `data_hash` of every input file; `kept` the share of the effect
    that is kept by its grade (mean). `blocked` is empty, or why no grade is given. `valid_until` is a period.
    """

    outcome: Outcome
    term: str
    rate: float
    low: float
    high: float
    point: str
    window: tuple[str, str]
    data_hash: str
    answers: tuple[Answer, ...]
    grade: Grade
    kept: float
    blocked: str
    valid_until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """The certificates of a run, and what stands behind each: the ways to its rate, and what would overturn it."""

    certificates: tuple[Certificate, ...]
    triangulations: tuple[Triangulation, ...]
    doubts: tuple[Doubt, ...]

    def triangulation(self, outcome: str) -> Triangulation:
        """The ways to one rate."""
        return next(one for one in self.triangulations if one.outcome == outcome)

    def blocked(self, outcome: str) -> str:
        """Why the rate of the overall score carries no grade, empty where it does or where there is none."""
        found = [one.blocked for one in self.certificates if (one.outcome, one.term) == (outcome, OVERALL)]
        return found[0] if found else ""

    def hidden_cause(self, outcome: str) -> str:
        """How strong an unmeasured cause would have to be, in a sentence."""
        found = [one.hidden_cause for one in self.doubts if (one.outcome, one.term) == (outcome, OVERALL)]
        return found[0] if found else NO_HIDDEN_CAUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every certificate of a run shares: the point in words, its inputs, the haircut's prior, its last period."""

    point: str
    data_hash: str
    prior: Prior
    valid_until: str


def certify(
    slope: Slope, terms: Terms, compared: Triangulation, doubt: Doubt | None, window: tuple[str, str]
) -> Certificate:
    """The certificate of one headline rate. Where own methods disagree no grade is given, and the least is kept."""
    low, high = slope.range90()
    blocked = compared.blocked
    return Certificate(
        outcome=slope.outcome,
        term=slope.term,
        rate=slope.estimate,
        low=low,
        high=high,
        point=terms.point,
        window=window,
        data_hash=terms.data_hash,
        answers=doubt.answers if doubt else not_asked(),
        grade=slope.grade,
        kept=mean_kept(terms.prior, PLACEBO if blocked else slope.grade),
        blocked=blocked,
        valid_until=terms.valid_until,
    )


def headlines(calibration: Calibration) -> tuple[Slope, ...]:
    """The headline rates of the overall score, in the order of their outcomes."""
    found = (calibration.headline(outcome, OVERALL) for outcome in OUTCOMES)
    return tuple(slope for slope in found if slope is not None)


def not_asked() -> tuple[Answer, ...]:
    """Five answers of a run that asked none of the questions."""
    return tuple(
        Answer(question=question, verdict="cannot tell", text="Not asked in this run.", tests=())
        for question in QUESTIONS
    )


def window_of(cells: Cells, slope: Slope, study: Study) -> tuple[str, str]:
    """The first and last period whose outcomes stand in a rate; empty where no row has a score and money."""
    if isinstance(cells, CustomerCells):
        scored, last_outcome = cells.certified["t"], study.as_of
    else:
        scored = cells.panel.loc[cells.panel[slope.term].notna(), "t"]
        last_outcome = int(cells.panel.dropna(subset=["revenue"])["t"].max())
    if scored.empty:
        return "", ""
    naive_sites = slope.method == "cross_section" and not isinstance(cells, CustomerCells)
    # longer lags have already moved the experience to the period before its outcome
    lag = 0 if naive_sites else 1
    first = int(scored.min()) + lag
    last = min(int(scored.max()) + lag, last_outcome)
    return period_label(first, study.period_kind), period_label(max(first, last), study.period_kind)


def default_validity(study: Study) -> str:
    """The last period for which a rate may be planned with: four quarters after the last with data."""
    return period_label(study.as_of + study.periods_a_year, study.period_kind)
