"""The regressions of a study whose customers may leave."""

from __future__ import annotations

from dataclasses import replace

from impact.cells import CustomerCells, Moments
from impact.journey import OVERALL, Journey
from models.calibration.leaving import calibrate_leaving
from models.calibration.placebo import as_headline, graded
from models.calibration.slopes import Calibration, Method, Slope
from models.reduced import GaussianSummary, moments_summary


def calibrate_customers(cells: CustomerCells, journey: Journey) -> Calibration:
    """Leaving and spend on the scores of those who answered, graded."""
    leaving = calibrate_leaving(cells, journey)
    return replace(leaving, slopes=(*leaving.slopes, *calibrate_spend(cells)))


def calibrate_spend(cells: CustomerCells) -> tuple[Slope, ...]:
    """Spend of those who stay on their own score, with its placebo."""
    spend = _pooled_slope(cells.spend_on_score, "within")
    if spend is None:
        return ()
    return tuple(graded(as_headline(spend), _pooled_slope(cells.spend_on_score_placebo, "placebo")))


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
