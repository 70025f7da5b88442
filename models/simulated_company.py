"""What a simulated company is: what is asked of it, what it shows, and what it hides."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from impact.initiative import Plan
from impact.journey import Journey

PRONENESS = np.array([0.6, 1.0, 1.4])
PRONENESS_SHARES = np.array([0.25, 0.5, 0.25])


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySpec:
    """How customers answer.

    `halo`: standard deviation, in points, of a customer's lasting disposition to score high.
    `silence`: how much the chance to answer falls (log) per standard deviation of lower satisfaction.
    `aloof`: the same per standard deviation of the lasting disposition to leave. `response_rate`: share of
    customer-periods that answer. `asked`: share of answers in which a stage asked only now and then is
    present; every second stage is. `mood`: standard deviation, in points, of what moves every score of one
    answer. `told_only`: share of pain points, the last in the plan, that no operations see: answers name them.
    """

    halo: float = 0.5
    silence: float = 0.3
    aloof: float = 0.0
    response_rate: float = 0.12
    asked: float = 0.6
    mood: float = 0.0
    told_only: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseSpec:
    """What half of the customers have for good, as risk ratios of those with it over those without.

    `tariff`: raises the occurrence of every pain point, and leaving; it stands in the ledger and is a control.
    `trait`: the same, and no table shows it. `mood`: raises leaving alone, and takes `mood_score` points
    off every score.
    """

    tariff_exposure: float = 1.0
    tariff_leaving: float = 1.0
    trait_exposure: float = 1.0
    trait_leaving: float = 1.0
    mood_leaving: float = 1.0
    mood_score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutSpec:
    """What went live in the window: `removed` of the occurrences of a pain point, for a `share` drawn by lot.

    `step` counts quarters from the window's first. What is true of money (`Company.truth`) is told as if nothing had.
    """

    pain_point: str
    step: int
    removed: float
    share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneySpec:
    """Money of a company: `revenue` a customer and quarter (mean), rates a year, horizon in quarters."""

    revenue: float = 90.0
    margin_rate: float = 0.42
    discount_rate: float = 0.10
    horizon: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySpec:
    """The company to simulate.

    `customers`: seen in the ledger at any time. `null_share`: share of pain points that do nothing.
    `direct_share`: share of pain points that also act on leaving past satisfaction.
    `leaving_rate`: mean share that leaves in a quarter. `frailty`: variance of the lasting multiplier
    (mean 1) on a customer's leaving. `carried`: share of a pain point's effect on its stage's score that
    the next stage's score takes too. `as_of`: period ordinal of the last quarter with data.

    Raises:
        ValueError: a count is outside what can be named, or `frailty` is not above 0.
    """

    seed: int
    customers: int = 20_000
    periods: int = 10
    stages: int = 6
    personas: int = 3
    pain_points: int = 9
    initiatives: int = 8
    null_share: float = 1 / 3
    direct_share: float = 2 / 9
    leaving_rate: float = 0.05
    frailty: float = 0.5
    survey: SurveySpec = field(default_factory=SurveySpec)
    money: MoneySpec = field(default_factory=MoneySpec)
    causes: CauseSpec = field(default_factory=CauseSpec)
    rollouts: tuple[RolloutSpec, ...] = ()
    carried: float = 0.0
    as_of: int = 2026 * 4 + 2

    def __post_init__(self) -> None:
        """Refuses what cannot be simulated."""
        limits = {"stages": (1, 8), "personas": (1, 4), "pain_points": (1, 2 * self.stages)}
        limits |= {"initiatives": (1, self.pain_points), "periods": (2, 40)}
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"CompanySpec.{name} is {getattr(self, name)}; must be {low} to {high}")
        if self.frailty <= 0:
            raise ValueError(f"CompanySpec.frailty is {self.frailty}; must be above 0")

    @property
    def first_period(self) -> int:
        """Period ordinal of the first quarter with data."""
        return self.as_of - self.periods + 1

    @property
    def controls(self) -> tuple[str, ...]:
        """The controls a study of the company names: tenure, and the tariff where it raises anything."""
        acts = self.causes.tariff_exposure != 1 or self.causes.tariff_leaving != 1
        return ("tenure", "tariff") if acts else ("tenure",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """The laws of a company. Axes: persona g, pain point k, stage s.

    `shares` (g,) of customers; `leaving` (g,) quarterly intensity of a customer of mean frailty
    without pain; `revenue` (g,) mean a quarter; `prevalence` (g, k) share of customer-periods;
    `stage_effect` and `delta` (g, k) points on the pain's stage and on overall, before rounding;
    `tau` (g, k) log-hazard of leaving; `sigma` (g, k) log-revenue; `weight` (s,) points of overall
    per point of a stage; `stage_of` (k,) index of the pain's stage; `does_nothing` (k,).
    """

    shares: np.ndarray
    leaving: np.ndarray
    revenue: np.ndarray
    prevalence: np.ndarray
    stage_effect: np.ndarray
    delta: np.ndarray
    tau: np.ndarray
    sigma: np.ndarray
    weight: np.ndarray
    stage_of: np.ndarray
    does_nothing: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """The state of the customers active at `as_of` that no table shows; what the truth is computed from.

    `(customer,)`: `persona`, `proneness` (index of `levels`), `frailty`, `margin` (expected a quarter
    without pain, money). `exposed` (customer, pain_point): the experience at `as_of`.
    `season` (h,): multiplier of leaving after the experience of quarter 0 (`as_of`), 1, ...
    `discount` (h,): factor of the money of future quarter 1, 2, ..., mid-period.
    `levels` (level,): multipliers of how often pain points occur.
    """

    effects: Effects
    persona: np.ndarray
    proneness: np.ndarray
    frailty: np.ndarray
    margin: np.ndarray
    exposed: np.ndarray
    season: np.ndarray
    discount: np.ndarray
    levels: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A simulated company: the tables a study reads, in canonical columns, and its truth.

    `truth`: pain_point, value (money, the estimand at x = 1), delta, tau, sigma (means over the
    active customers), does_nothing, and tau by persona as `tau_PERSONA`. `effectiveness`
    (initiative, pain_point): true share of occurrences removed. `budget`: one-off cash. `assignments`: who was drawn
    into which arm of what went live in the window.
    """

    spec: CompanySpec
    journey: Journey
    plan: Plan
    budget: float
    responses: pd.DataFrame
    customers: pd.DataFrame
    ledger: pd.DataFrame
    incidents: pd.DataFrame
    assignments: pd.DataFrame
    truth: pd.DataFrame
    effectiveness: np.ndarray
    hidden: Hidden


def companies_for_verification() -> tuple[CompanySpec, ...]:
    """Twelve unlike companies of 20,000 customers, for coverage and ranking against a known truth."""
    return (
        CompanySpec(seed=101),
        CompanySpec(seed=102, survey=SurveySpec(halo=0.9)),
        CompanySpec(seed=103, survey=SurveySpec(halo=0.2, silence=0.8)),
        CompanySpec(seed=104, direct_share=0.0),
        CompanySpec(seed=105, direct_share=0.5),
        CompanySpec(seed=106, null_share=0.6, direct_share=0.2),
        CompanySpec(seed=107, null_share=0.0),
        CompanySpec(seed=108, personas=1, stages=4, pain_points=7, initiatives=6),
        CompanySpec(seed=109, personas=4, stages=7, pain_points=11, initiatives=9),
        CompanySpec(seed=110, leaving_rate=0.03, frailty=1.0, money=MoneySpec(revenue=240.0, margin_rate=0.3)),
        CompanySpec(seed=111, leaving_rate=0.08, frailty=0.2, survey=SurveySpec(response_rate=0.3, asked=1.0)),
        CompanySpec(seed=112, periods=16, survey=SurveySpec(response_rate=0.05, silence=0.5)),
    )
