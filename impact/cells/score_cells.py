"""Cells of leaving by the score given: what the rate of a point is signed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.cells.panel import score_column
from impact.journey import OVERALL

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

SCORE_STEPS = 8  # of a scale; bin means keep a slope nearly lossless from seven bins up
MOST_SCORE_CELLS = 100_000
TIE = 1e-9  # of a step
FIXED = ("persona", "t")  # never merged, however many cells they make
TENURE = "tenure_band"


def score_steps(coverage: pd.DataFrame) -> dict[str, float]:
    """The width of a bin of each stage's score, in points; 1 where its scale is not known."""
    width = (coverage["scale_max"] - coverage["scale_min"]).astype(float) / SCORE_STEPS
    return {str(stage): float(w) if w > 0 else 1.0 for stage, w in zip(coverage["stage"], width, strict=True)}


def score_cells(settled: Table, stage: str, held: Sequence[str], steps: Mapping[str, float]) -> pd.DataFrame:
    """Cells of those who scored a stage, by its bin, whose own mean is kept.

    Columns: held, score_bin, n, leavers, tenure, score; of the overall score `overall_bin` and `overall`.
    Where the cells are too many, controls are dropped, and tenure last of all.
    """
    name = "overall" if stage == OVERALL else "score"
    score = score_column(stage)
    rows = settled.filter(settled[score].notnull())
    return _bounded(rows, held, {name: rows[score]}, {f"{name}_bin": _bin(rows[score], steps.get(stage, 1.0))})


def change_cells(answered: Table, held: Sequence[str], steps: Mapping[str, float]) -> pd.DataFrame:
    """Cells of those who gave an overall score in an earlier period too, by its bin and that of their earlier mean.

    Columns: held, overall_bin, earlier_bin, n, leavers, tenure, overall, earlier (both bins' own means),
    answers (mean number of earlier ones). Only earlier answers whose outcome is known count, so that those of
    one term of a contract are counted once.
    """
    score = score_column(OVERALL)
    so_far = ibis.cumulative_window(group_by="customer_id", order_by="t")
    rows = answered.mutate(total=answered[score].sum().over(so_far), given=answered[score].count().over(so_far))
    rows = rows.filter(rows.given > 1)
    earlier = (rows.total - rows[score]) / (rows.given - 1).nullif(0)
    step = steps.get(OVERALL, 1.0)
    values = {"overall": rows[score], "earlier": earlier, "answers": rows.given - 1}
    return _bounded(rows, held, values, {"overall_bin": _bin(rows[score], step), "earlier_bin": _bin(earlier, step)})


def _bin(score: Value, step: float) -> Value:
    # half a step goes up on every engine, also where sums in another order leave it a hair below
    return (score / step + (0.5 + TIE)).floor().cast("int64")


def _bounded(rows: Table, held: Sequence[str], values: Mapping[str, Value], bins: Mapping[str, Value]) -> pd.DataFrame:
    """Cells by what is held and the bins, with the mean of each value, no more than leave the engine."""
    means = ("tenure", *values)
    sums = {"tenure": rows.tenure, **values}
    totals = {f"total_{name}": value.cast("float64") for name, value in sums.items()}
    flat = rows.select(*held, **bins, **totals, left=(1 - rows.stays))
    cells = flat.group_by([*held, *bins]).agg(
        n=flat.count(), leavers=flat.left.sum(), **{name: flat[name].sum() for name in totals}
    )
    cells = cells.cache()
    kept = _kept(cells, held, tuple(bins))
    if len(kept) < len(held):
        again = {name: cells[name].sum() for name in ("n", "leavers", *totals)}
        cells = cells.group_by([*kept, *bins]).agg(**again)
    if TENURE not in kept:
        means = tuple(values)
    whole = cells.n.cast("float64")
    cells = cells.select(*kept, *bins, "n", "leavers", **{name: cells[f"total_{name}"] / whole for name in means})
    found: pd.DataFrame = cells.to_pandas()
    return found.sort_values(list(found.columns), kind="stable", ignore_index=True)


def _kept(cells: Table, held: Sequence[str], bins: tuple[str, ...]) -> tuple[str, ...]:
    """What can be held without too many cells: those of most levels go first, tenure after all controls."""
    kept = tuple(held)
    if int(cells.count().execute()) <= MOST_SCORE_CELLS:
        return kept
    kinds = cells.agg(**{name: cells[name].nunique() for name in kept}).to_pandas().iloc[0]
    order = sorted((name for name in kept if name not in FIXED), key=lambda name: (name == TENURE, -kinds[name], name))
    for dropped in order:
        kept = tuple(name for name in kept if name != dropped)
        if int(cells.select(*kept, *bins).distinct().count().execute()) <= MOST_SCORE_CELLS:
            break
    return kept
