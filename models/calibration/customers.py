"""The regressions of a study whose customers may leave."""

from __future__ import annotations

from impact.cells import CustomerCells, Moments
from impact.journey import OVERALL, Journey
from models.calibration.leaving import hazard_slope
from models.calibration.placebo import as_headline, graded
from models.calibration.slopes import Calibration, Method, Slope
from models.reduced import GaussianSummary, moments_summary


def calibrate_customers(cells: CustomerCells, journey: Journey) -> Calibration:
    """Leaving and spend on the scores of those who answered, graded."""
    answered = cells.certified
    slopes: list[Slope] = []
    if answered["leavers"].sum() >= 20:
        slopes.append(as_headline(hazard_slope(answered, ("persona", *cells.controls), "hazard")))
        slopes.append(hazard_slope(answered, (), "cross_section"))
    spend = _pooled_slope(cells.spend_on_score, "within")
    if spend is not None:
        slopes += graded(as_headline(spend), _pooled_slope(cells.spend_on_score_placebo, "placebo"))
    return Calibration(slopes=tuple(slopes))


def _pooled_slope(moments: tuple[Moments, ...], method: Method) -> Slope | None:
    """Relative spend on the customer's own score, personas pooled by precision."""
    parts: list[GaussianSummary] = [moments_summary(m, 1) for m in moments if m.customers >= 8]
    precision = sum(float(p.precision[0, 0]) for p in parts)
    if precision <= 0:
        return None
    estimate = sum(float(p.precision[0, 0] * p.mean[0]) for p in parts) / precision
    return Slope(
        outcome="log_revenue",
        term=OVERALL,
        method=method,
        estimate=estimate,
        se=precision**-0.5,
        n=sum(m.rows for m in moments),
        units=sum(m.customers for m in moments),
        headline=False,
        grade="within-unit",
    )
