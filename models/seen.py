"""How rare each pain point has been seen to be: in the best period, and in the best group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import Cells, CustomerCells, SitePanel
from impact.cells.many import ManyCells
from impact.journey import Journey, PainPoint

# Fewer customer-periods than this say little of how often something happens: 10% would be known to 6 points.
LEAST_SEEN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One pain point's share of customers who met it in a period (of sites: its mean amount).

    `today` over everything seen in the last periods, `lowest` in the best of `periods` periods and `groups` groups
    (personas, or sites). Groups of under `LEAST_SEEN` customer-periods are left out.
    """

    pain_point: str
    today: float
    lowest: float
    periods: int
    groups: int


def find_seen(cells: Cells, journey: Journey, today: np.ndarray) -> tuple[Seen, ...]:
    """What was seen of every pain point that is counted, in plan order; levels and what was never met are left out.

    Args:
        cells: the summary of the study.
        journey: its pain points.
        today: share of customers who meet each now `(pain_point,)`; of sites it is taken from the panel.
    """
    find = _of_sites if isinstance(cells, SitePanel) else _of_customers
    found = [
        find(cells, pain, float(share))  # type: ignore[arg-type]
        for pain, share in zip(journey.pain_points, today, strict=True)
        if pain.kind == "pain" and pain.measure != "level"
    ]
    return tuple(one for one in found if one is not None and one.today > 0)


def _of_customers(cells: CustomerCells, pain: PainPoint, today: float) -> Seen | None:
    rows = cells.leaving
    if pain.source == "survey" and cells.answered is not None:
        rows = cells.answered
    if isinstance(rows, ManyCells):
        # the engine counts what is not known as not met, which would make survey pain points look rarer than they are
        if pain.source == "survey" or pain.pain_point not in rows.table.columns:
            return None
        parts = [_shares_of_many(rows, column, pain.pain_point) for column in ("t", "persona")]
    elif pain.pain_point in rows.columns:
        known = rows[rows[pain.pain_point].notna()]
        parts = [_shares(known, column, pain.pain_point) for column in ("t", "persona")]
    else:
        return None
    return _seen(pain, today, parts)


def _shares_of_many(rows: ManyCells, column: str, pain_point: str) -> np.ndarray:
    found = rows.by_level(column, [pain_point])
    enough = found["n"] >= LEAST_SEEN
    return np.asarray((found[f"met__{pain_point}"] / found["n"])[enough], dtype=float)


def _shares(rows: pd.DataFrame, column: str, pain_point: str) -> np.ndarray:
    met = rows["n"] * (rows[pain_point].astype(float) > 0)
    sums = pd.DataFrame({"n": rows["n"], "met": met, "by": rows[column]}).groupby("by")[["n", "met"]].sum()
    sums = sums[sums["n"] >= LEAST_SEEN]
    return np.asarray(sums["met"] / sums["n"], dtype=float)


def _of_sites(cells: SitePanel, pain: PainPoint, _: float) -> Seen | None:
    if pain.pain_point not in cells.panel.columns:
        return None
    known = cells.panel[cells.panel[pain.pain_point].notna()]
    amount = known[pain.pain_point].astype(float)
    by_period, by_site = (amount.groupby(known[column]).mean().to_numpy() for column in ("t", "unit"))
    return _seen(pain, float(amount.mean()) if len(amount) else 0.0, [by_period, by_site])


def _seen(pain: PainPoint, today: float, parts: list[np.ndarray]) -> Seen | None:
    every = np.concatenate(parts)
    if not len(every):
        return None
    return Seen(
        pain_point=pain.pain_point,
        today=today,
        lowest=float(every.min()),
        periods=len(parts[0]),
        groups=len(parts[1]),
    )
