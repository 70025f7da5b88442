"""What is known from elsewhere: experiments, past initiatives and judgements, as the plan table states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from impact.journey import OVERALL

EvidenceKind = Literal["experiment", "past_initiative", "benchmark", "interview", "walkthrough"]
Measured = Literal["retention", "churn", "revenue", "margin", "score", "prevalence", "cost"]
Unit = Literal["points", "relative", "money_per_customer_period", "score_points"]
MEASURED = "measured: "  # how the source of a row begins that this study measured itself
# What an outcome can be told in. Points are shares (0.01 is one in a hundred), relative is a share of itself.
UNITS_OF: Mapping[str, tuple[Unit, ...]] = {
    "retention": ("points", "relative"),
    "churn": ("points", "relative"),
    "revenue": ("relative", "money_per_customer_period"),
    "margin": ("relative", "money_per_customer_period"),
    "score": ("score_points",),
    "prevalence": ("points", "relative"),
    "cost": ("relative", "money_per_customer_period"),
}
COMPARABLE: frozenset[tuple[str, str]] = frozenset(
    {
        *(("retention", unit) for unit in ("points", "relative")),
        *(("churn", unit) for unit in ("points", "relative")),
        ("revenue", "relative"),
        *(("margin", unit) for unit in ("relative", "money_per_customer_period")),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One measured or judged effect, with its standard error, in `unit`.

    Of a pain point, `estimate` is the change when it is removed from the `exposed_share` of those measured who met it;
    of a stage, when all its pain points are; of an initiative, when it is live. Where no share is given, those measured
    are all customers. Of an experiment on `overall`, it is what one point of the overall score did to the outcome.
    Points of retention, churn and prevalence are shares (0.01 is one customer in a hundred a period). Of the
    prevalence that an initiative changed, `pain_point` says of which one; "" is of all that it fixes.
    """

    evidence: str
    kind: EvidenceKind
    target: str
    outcome: Measured
    unit: Unit
    estimate: float
    se: float
    n: float | None = None
    exposed_share: float | None = None
    period: str = ""
    source: str = ""
    pain_point: str = ""

    @property
    def is_rate(self) -> bool:
        """Whether it is an experiment that says what a point of overall does, so that a rate can stand beside it."""
        return self.kind == "experiment" and self.target == OVERALL and (self.outcome, self.unit) in COMPARABLE
