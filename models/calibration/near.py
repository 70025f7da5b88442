"""Whether neighbouring periods tell the same as periods far apart: what drifts slowly shows in the difference."""

from __future__ import annotations

import numpy as np

from impact.cells import Cells, CustomerCells
from impact.checks import Check
from impact.journey import OVERALL
from models.calibration.slopes import Z90, Calibration, Slope
from models.reduced import moments_summary

# Two pairs of one customer that share a period: their errors are alike by a quarter at most, on either side.
SHARED_PERIOD = 1.5
# A slow cause that doubles a rate takes a quarter or more of it away between neighbours (simulated).
LEAST_SHARE = 0.8


def near_slope(cells: CustomerCells) -> Slope | None:
    """Relative spend on the customer's own score between neighbouring periods, personas pooled by precision.

    What moves slowly differs little between neighbours, so it takes a smaller part in this slope than in one over
    all periods. So does lasting change against noise in answers: a gap does not tell the two apart.
    Source: Griliches & Hausman (1986), differences of unlike length.
    """
    parts = [moments_summary(one, 1) for one in cells.spend_near if one.customers >= 8]
    precision = sum(float(part.precision[0, 0]) for part in parts)
    if precision <= 0:
        return None
    return Slope(
        outcome="log_revenue",
        term=OVERALL,
        method="within",
        estimate=sum(float(part.precision[0, 0] * part.mean[0]) for part in parts) / precision,
        se=float(np.sqrt(SHARED_PERIOD / precision)),
        n=sum(one.rows for one in cells.spend_near),
        units=sum(one.customers for one in cells.spend_near),
        headline=False,
        grade="within-unit",
    )


def near_checks(cells: Cells, calibration: Calibration) -> tuple[Check, ...]:
    """A review where the slope of spend between neighbouring periods is clearly less than over all periods.

    That too few answered in neighbouring periods is told, and is not held against the rate.
    """
    whole = calibration.find("log_revenue", OVERALL, "within")
    if not isinstance(cells, CustomerCells) or whole is None:
        return ()
    near = near_slope(cells)
    if near is None or not whole.estimate:
        return ()
    less = (whole.estimate - near.estimate) * np.sign(whole.estimate)
    # the neighbours' rows are among those of the whole, so the error of the gap is no more than their own
    apart = bool(less > Z90 * near.se and near.estimate / whole.estimate < LEAST_SHARE)
    tells = Z90 * near.se < abs(whole.estimate) / 2
    return (
        Check(
            code="C503",
            check="Neighbouring periods beside periods far apart (spend)",
            status="review" if apart else "pass",
            found=f"{near.estimate:+.5f} ({near.se:.5f}) beside {whole.estimate:+.5f} ({whole.se:.5f})",
            limit="not clearly less (90%) by a fifth or more",
            text=_text(apart=apart, tells=tells),
            remedy=""
            if tells and not apart
            else "Name what changes slowly as a control (price, contract, income); ask the same customers in "
            "neighbouring periods.",
        ),
    )


def _text(*, apart: bool, tells: bool) -> str:
    if apart:
        return (
            "From one period to the next a point goes with clearly less than over longer spans. Something that moves "
            "slowly raises both score and spend, or answers are noisy beside satisfaction that lasts."
        )
    if not tells:
        return "It could not be asked: too few answered in neighbouring periods to see a rate off by a factor of two."
    return "From one period to the next a point goes with as much as over longer spans: nothing slow is behind it."
