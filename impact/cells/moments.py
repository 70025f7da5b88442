"""Moments of rows in which each customer is compared with itself, computed where the data live."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from impact.cells.summary import Moments

if TYPE_CHECKING:
    from ibis.expr.types import Table

OUTCOME = "relative_spend"


def within_moments(rows: Table, *, outcome: str, exposures: list[str]) -> tuple[Moments, ...]:
    """Moments by persona of a money outcome relative to its customer's own mean.

    Every row whose customer has a positive mean counts, zero and negative periods included; a
    customer seen once adds nothing. Columns: exposures, period indicators (the first left out), outcome.
    """
    rows = rows.filter(rows[outcome].notnull())
    periods = sorted(rows.t.value_counts().to_pandas()["t"].tolist())
    if not periods:
        return ()
    columns = (*exposures, *(f"period_{t}" for t in periods[1:]), OUTCOME)
    centred = _centred(rows, outcome, exposures, periods).cache()
    personas = sorted(centred.persona.value_counts().to_pandas()["persona"].tolist())
    sums = _products(centred, columns)
    counts = centred.group_by("persona").agg(rows=centred.count(), customers=centred.customer_id.nunique()).to_pandas()
    fits = {name: _solve(_matrix(sums, name, columns)) for name in personas}
    meats = _meat(centred, columns, fits)
    return tuple(
        Moments(
            persona=name,
            columns=columns,
            gram=_matrix(sums, name, columns),
            meat=_matrix(meats, name, columns[:-1]),
            rows=int(counts.set_index("persona").loc[name, "rows"]),
            customers=int(counts.set_index("persona").loc[name, "customers"]),
            spare=int(counts.set_index("persona").loc[name, "customers"]),
        )
        for name in personas
    )


def _centred(rows: Table, outcome: str, exposures: list[str], periods: list[int]) -> Table:
    mine = ibis.window(group_by="customer_id")
    scaled = rows.mutate(own=rows[outcome].mean().over(mine), seen=rows.customer_id.count().over(mine))
    scaled = scaled.filter((scaled.own > 0) & (scaled.seen > 1))
    plain = scaled.select(
        "customer_id",
        "persona",
        **{pain: scaled[pain] for pain in exposures},
        **{f"period_{t}": (scaled.t == t).ifelse(1.0, 0.0) for t in periods[1:]},
        **{OUTCOME: scaled[outcome] / scaled.own},
    )
    names = [name for name in plain.columns if name not in ("customer_id", "persona")]
    centred = {name: plain[name] - plain[name].mean().over(mine) for name in names}
    return plain.select("customer_id", "persona", **centred)


def _products(rows: Table, columns: tuple[str, ...]) -> pd.DataFrame:
    sums = {
        f"{i}_{j}": (rows[columns[i]] * rows[columns[j]]).sum()
        for i, j in combinations_with_replacement(range(len(columns)), 2)
    }
    found: pd.DataFrame = rows.group_by("persona").agg(**sums).to_pandas()
    return found.set_index("persona")


def _matrix(sums: pd.DataFrame, persona: str, columns: tuple[str, ...]) -> np.ndarray:
    matrix = np.zeros((len(columns), len(columns)))
    for i, j in combinations_with_replacement(range(len(columns)), 2):
        matrix[i, j] = matrix[j, i] = sums[f"{i}_{j}"].to_dict()[persona]
    return matrix


def _solve(gram: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.lstsq(gram[:-1, :-1], gram[:-1, -1], rcond=None)[0])


def _meat(centred: Table, columns: tuple[str, ...], fits: dict[str, np.ndarray]) -> pd.DataFrame:
    """Sums over customers of the products of their scores, at the fitted coefficients."""
    residual = centred[OUTCOME]
    for k, column in enumerate(columns[:-1]):
        slopes = ibis.cases(*((centred.persona == name, float(fit[k])) for name, fit in fits.items()), else_=0.0)
        residual = residual - centred[column] * slopes
    rows = centred.mutate(residual=residual)
    scores = rows.group_by("persona", "customer_id").agg(
        **{column: (rows[column] * rows.residual).sum() for column in columns[:-1]}
    )
    return _products(scores, columns[:-1])
