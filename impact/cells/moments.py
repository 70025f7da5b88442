"""Moments of rows in which each customer is compared with itself, computed where the data live."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from impact.cells.summary import Moments

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

OUTCOME = "relative_spend"
LEAST_SHARE = 0.1


def within_moments(rows: Table, *, outcome: str, exposures: list[str]) -> tuple[Moments, ...]:
    """Moments by persona of a money outcome relative to its customer's own mean.

    Every row counts, zero and negative periods included, of customers whose own mean is positive and at
    least a tenth of their mean absolute money: below that one credit note would drown all others; they
    are counted in `left_out`. A customer seen once adds nothing. An exposure that is unknown counts as
    none, with an indicator of its own where some are unknown. Columns: exposures, indicators of the
    unknown and of the periods (the first left out), outcome.
    """
    rows = rows.filter(rows[outcome].notnull())
    periods = sorted(rows.t.value_counts().to_pandas()["t"].tolist())
    if not periods:
        return ()
    unknown = _sometimes_unknown(rows, exposures)
    columns = (*exposures, *(f"unknown__{e}" for e in unknown), *(f"period_{t}" for t in periods[1:]), OUTCOME)
    scaled = _scaled(rows, outcome)
    left_out = int(scaled.filter(scaled.own <= LEAST_SHARE * scaled["size"]).customer_id.nunique().execute())
    centred = _centred(scaled, outcome, columns).cache()
    personas = sorted(centred.persona.value_counts().to_pandas()["persona"].tolist())
    if not personas:
        return ()
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
            left_out=left_out,
        )
        for name in personas
    )


def _sometimes_unknown(rows: Table, exposures: list[str]) -> list[str]:
    if not exposures:
        return []
    counts = rows.agg(**{name: rows[name].isnull().ifelse(1, 0).sum() for name in exposures}).to_pandas()
    return [name for name in exposures if counts[name].iloc[0] > 0]


def _scaled(rows: Table, outcome: str) -> Table:
    """Rows of customers seen twice or more, with their own mean and mean size of the outcome."""
    mine = ibis.window(group_by="customer_id")
    scaled = rows.mutate(
        own=rows[outcome].mean().over(mine),
        size=rows[outcome].abs().mean().over(mine),
        seen=rows.customer_id.count().over(mine),
    )
    return scaled.filter(scaled.seen > 1)


def _centred(scaled: Table, outcome: str, columns: tuple[str, ...]) -> Table:
    mine = ibis.window(group_by="customer_id")
    kept = scaled.filter(scaled.own > LEAST_SHARE * scaled["size"])

    def value(name: str) -> Value:
        if name == OUTCOME:
            return kept[outcome] / kept.own
        if name.startswith("unknown__"):
            return kept[name.removeprefix("unknown__")].isnull().ifelse(1.0, 0.0)
        if name.startswith("period_"):
            return (kept.t == int(name.removeprefix("period_"))).ifelse(1.0, 0.0)
        return kept[name].fill_null(0.0)

    plain = kept.select("customer_id", "persona", **{name: value(name) for name in columns})
    centred = {name: plain[name] - plain[name].mean().over(mine) for name in columns}
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
