"""The tables of the value of a point: money at every term, in parts, with its range and where it holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from impact.journey import OVERALL
from impact.point import point_in_words
from models.points import PointValue
from reports.findings import Findings, summary

TOTAL = "total"
COLUMNS = (
    *("term", "name", "part", "step", "point", "basis", "per_customer_period", "per_customer_period_low"),
    *("per_customer_period_high", "base_horizon", "low", "high", "grade", "holds_from", "holds_to"),
)


def money_rows(points: tuple[PointValue, ...]) -> list[dict[str, object]]:
    """Rows of `calibration`: money of a whole point at every term, a step under a point scaled up."""
    rows: list[dict[str, object]] = []
    for point in points:
        for outcome, draws in (
            ("money_per_customer_period", point.total_per_period() / point.step),
            ("money_base_horizon", point.total() / point.step),
        ):
            worth = summary(draws)
            rows.append(
                {
                    **{"outcome": outcome, "term": point.term, "method": point.method, "grade": point.grade},
                    **{"estimate": worth["mean"], "se": float(draws.std()), "low": worth["p05"], "high": worth["p95"]},
                    **{"p": np.nan, "n": np.nan, "headline": 1},
                }
            )
    return rows


def point_values_table(found: Findings) -> pd.DataFrame:
    """A row a term and part, `total` first: money of `step` more of the score, ranges from p05 to p95.

    Basis `observed`: a point as answers show it; `true`: a point freed of noise, where reliability is measured.
    """
    if found.estimates is None:
        return pd.DataFrame(columns=list(COLUMNS))
    names = {stage.stage: stage.name for stage in found.journey.stages} | {OVERALL: "Overall satisfaction"}
    rows = [
        {
            **{"term": point.term, "name": names[point.term], "step": point.step, "grade": point.grade},
            **{"point": point_in_words(found.cells.coverage, found.study, point.term, point.step)},
            **{"holds_from": point.holds[0], "holds_to": point.holds[1]},
            **row,
        }
        for point in found.estimates.points
        for row in _parts(point)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _parts(point: PointValue) -> Iterator[dict[str, object]]:
    yield _row(TOTAL, "observed", point.total(), point.total_per_period())
    for part in point.parts:
        yield _row(part, "observed", point.parts[part], point.per_period[part])
    if point.per_true_point is not None:
        yield _row(TOTAL, "true", point.per_true_point, point.per_true_point / point.there)


def _row(part: str, basis: str, worth: np.ndarray, per_period: np.ndarray) -> dict[str, object]:
    whole, each = summary(worth), summary(per_period)
    return {
        **{"part": part, "basis": basis, "per_customer_period": each["mean"]},
        **{"per_customer_period_low": each["p05"], "per_customer_period_high": each["p95"]},
        **{"base_horizon": whole["mean"], "low": whole["p05"], "high": whole["p95"]},
    }
