"""Cells of the next period's revenue by the score given: customers compared with one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from impact.cells.panel import score_column
from impact.journey import OVERALL

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

    from impact.study import Study

MOST_SPEND_CELLS = 50_000
SCORE_BINS = 8  # of the span of scores seen; bin means keep a slope nearly lossless from seven bins up
PAST_EDGES = (0.5, 0.8, 1.25, 2.0)  # of this period's revenue over the persona's median
_SUMS = ("tenure", "overall", "money", "squares", "positive_n", "positive", "logs", "log_squares", "negatives")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedCells:
    """Cells, and the columns left out of what is held so that they stay bounded."""

    cells: pd.DataFrame
    dropped: tuple[str, ...]


def spend_cells(rows: Table, study: Study) -> BoundedCells:
    """Cells of revenue by persona, tenure_band, t, controls, past (band of this period's revenue) and score_bin.

    Columns: n; tenure and overall (means); money and squares (sums of the next period's revenue and its square),
    positive_n and positive (rows and money above zero), logs and log_squares (of those), zeros, negatives (rows).
    Where they are too many, controls are left out, then tenure_band.
    """
    controls = [name for name in study.model.controls if name != "tenure"]
    held = ["persona", "tenure_band", "t", *controls, "past"]
    flat = _flat(rows, held)
    cells = _grouped(flat, [*held, "score_bin"]).cache()
    dropped: list[str] = []
    for name in (*controls, "tenure_band"):
        if int(cells.count().execute()) <= MOST_SPEND_CELLS:
            break
        held.remove(name)
        dropped.append(name)
        cells = _regrouped(cells, [*held, "score_bin"]).cache()
    return BoundedCells(cells=_read(cells, [*held, "score_bin"]), dropped=tuple(dropped))


def _flat(rows: Table, held: list[str]) -> Table:
    score = rows[score_column(OVERALL)].cast("float64")
    money = rows.next_revenue.cast("float64")
    above = money > 0
    logs = above.ifelse(money, 1.0).ln()
    return rows.mutate(past=_past(rows)).select(
        *held,
        score_bin=_score_bin(rows, score),
        tenure=rows.tenure.cast("float64"),
        overall=score,
        money=money,
        squares=money * money,
        positive_n=above.ifelse(1, 0),
        positive=above.ifelse(money, 0.0),
        logs=logs,
        log_squares=logs * logs,
        negatives=(money < 0).ifelse(1, 0),
    )


def _score_bin(rows: Table, score: Value) -> Value:
    seen = rows.agg(low=score.min(), high=score.max()).to_pandas().iloc[0]
    width = float(seen["high"] - seen["low"]) / SCORE_BINS
    return (score / width).round().cast("int64") if width > 0 else ibis.literal(0)


def _past(rows: Table) -> Value:
    """How this period's revenue stands to the median of its persona: 0 at or below zero, then 1 to 5."""
    medians = rows.group_by("persona").agg(median=rows.revenue.median()).to_pandas()
    known = list(medians.itertuples(index=False, name=None))
    if not known:
        return ibis.literal(0)
    money = rows.revenue.cast("float64")
    band = ibis.literal(1)
    for edge in PAST_EDGES:
        # multiplied here: DuckDB takes a median for a decimal, and its product with an edge may overflow
        limit = ibis.cases(*((rows.persona == who, float(median) * edge) for who, median in known), else_=0.0)
        band = band + (money > limit).ifelse(1, 0)
    return (rows.revenue > 0).ifelse(band, 0).fill_null(0)


def _grouped(flat: Table, keys: list[str]) -> Table:
    return flat.group_by(keys).agg(n=flat.count(), **{name: flat[name].sum() for name in _SUMS})


def _regrouped(cells: Table, keys: list[str]) -> Table:
    return cells.group_by(keys).agg(**{name: cells[name].sum() for name in ("n", *_SUMS)})


def _read(cells: Table, keys: list[str]) -> pd.DataFrame:
    found: pd.DataFrame = cells.to_pandas()
    found = found.assign(
        tenure=found["tenure"] / found["n"],
        overall=found["overall"] / found["n"],
        zeros=found["n"] - found["positive_n"] - found["negatives"],
    )
    return found.sort_values(keys, kind="stable", ignore_index=True)
