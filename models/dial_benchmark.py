"""How strongly what was measured goes with both a pain point and leaving: a yardstick for what was not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import Cells, SitePanel
from impact.cells.many import ManyCells
from impact.cells.summary import Rows
from models.dial import bias_factor, strength_of

NAMES = {"tenure_band": "tenure", "t": "period"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One measured control, its levels joined into the half that leaves more and the half that leaves less.

    `leaving` is the ratio of their leaving rates; `occurrence` `(pain_point,)` how much commoner the one half is
    among those who met a pain point (or, where that is below 1, the other half); NaN where the cells hold neither
    those who met it nor those who did not. `strength` `(pain_point,)` is the equal risk ratio on both sides with the
    same bias factor.
    """

    control: str
    leaving: float
    occurrence: np.ndarray
    strength: np.ndarray

    @property
    def typical(self) -> float:
        """The strength over all pain points at once: that of the mean log bias factor."""
        known = self.strength[np.isfinite(self.strength)]
        if not len(known):
            return 1.0
        bias = known**2 / (2 * known - 1)
        return strength_of(float(np.exp(np.log(bias).mean())))


def benchmark_controls(cells: Cells, pain_points: tuple[str, ...]) -> tuple[Benchmark, ...]:
    """Every measured control beside leaving and the pain points, strongest first; none of a study of sites.

    Of sites each is compared with itself, so that what stays the same in a site cannot stand behind its effects.
    """
    if isinstance(cells, SitePanel):
        return ()
    found = []
    for control in ("persona", "tenure_band", "t", *cells.controls):
        sides = _sides(cells.leaving, control, [p for p in pain_points if _holds(cells.leaving, p)])
        if cells.answered is not None and sides is not None:
            more = [p for p in pain_points if not _holds(cells.leaving, p) and _holds(cells.answered, p)]
            beside = _sides(cells.answered, control, more)
            sides = sides if beside is None else sides.join(beside[[f"met__{p}" for p in more]])
        if sides is not None:
            found.append(_benchmark(NAMES.get(control, control), sides, pain_points))
    return tuple(sorted(found, key=lambda one: -one.typical))


def strongest_for(benchmarks: tuple[Benchmark, ...], pain_point: int) -> Benchmark | None:
    """The control that goes most strongly with one pain point and leaving; None where none is known."""
    known = [one for one in benchmarks if np.isfinite(one.strength[pain_point])]
    return max(known, key=lambda one: float(one.strength[pain_point]), default=None)


def _holds(rows: Rows, column: str) -> bool:
    return column in (rows.table.columns if isinstance(rows, ManyCells) else rows.columns)


def _sides(rows: Rows, control: str, pain_points: list[str]) -> pd.DataFrame | None:
    """Rows `more` and `less`: n, leavers, and `met__` sums; None where the control does not vary.

    Levels in the order of their leaving rates, parted where the two halves are nearest to equal.
    """
    levels = by_level(rows, control, pain_points)
    levels = levels[levels["n"] > 0]
    if len(levels) < 2 or levels["leavers"].sum() == 0:
        return None
    ordered = levels.assign(rate=levels["leavers"] / levels["n"]).sort_values("rate", kind="stable")
    share = ordered["n"].cumsum().to_numpy() / ordered["n"].sum()
    cut = int(np.abs(share[:-1] - 0.5).argmin()) + 1
    sums = ["n", "leavers", *(f"met__{p}" for p in pain_points)]
    return pd.DataFrame({"less": ordered[sums].iloc[:cut].sum(), "more": ordered[sums].iloc[cut:].sum()}).T


def by_level(rows: Rows, column: str, exposures: list[str]) -> pd.DataFrame:
    """A row a level of a column: n, leavers, and `met__` sums of customer-periods with an exposure above nothing."""
    if isinstance(rows, ManyCells):
        return rows.by_level(column, exposures)
    met = {f"met__{name}": rows["n"] * (rows[name].fillna(0).astype(float) > 0) for name in exposures}
    flat = pd.DataFrame({"level": rows[column].astype(str), "n": rows["n"], "leavers": rows["leavers"], **met})
    return flat.groupby("level", sort=True).sum().reset_index(drop=True).astype(float)


def _benchmark(control: str, sides: pd.DataFrame, pain_points: tuple[str, ...]) -> Benchmark:
    n, gone = sides["n"], sides["leavers"]
    less = gone["less"] / n["less"]
    leaving = float(gone["more"] / n["more"] / less) if less > 0 else float("inf")
    occurrence = np.array([_commoner(sides, pain) for pain in pain_points])
    limited = min(leaving, 1e6)
    strength = np.array([strength_of(bias_factor(one, limited)) for one in occurrence])
    return Benchmark(control=control, leaving=leaving, occurrence=occurrence, strength=strength)


def _commoner(sides: pd.DataFrame, pain_point: str) -> float:
    column = f"met__{pain_point}"
    if column not in sides:
        return float("nan")
    met = sides[column]
    others = sides["n"] - met
    if met.sum() <= 0 or others.sum() <= 0:
        return float("nan")
    ratio = (met["more"] / met.sum()) / max(float(others["more"] / others.sum()), 1e-12)
    other = (met["less"] / met.sum()) / max(float(others["less"] / others.sum()), 1e-12)
    return float(max(ratio, other))
