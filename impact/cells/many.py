"""Cells too many to leave their engine: a model asks them for sums, one query at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

from impact.cells.terms import Term, level_of

if TYPE_CHECKING:
    import pandas as pd
    from ibis.expr.types import Table, Value

SUMS_A_QUERY = 800  # an engine's select has at most some 1,600 columns
LEAST_HAZARD = 1e-12
ETA_BOUNDS = (-30.0, 3.0)

Score = tuple[np.ndarray, np.ndarray, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyCells:
    """A table of cells on its engine, with `cells` rows. What is asked of it comes back as sums."""

    table: Table
    cells: int

    def only(self, column: str, value: str) -> ManyCells:
        """The cells where a text column has this value."""
        table = self.table.filter(self.table[column] == value)
        return ManyCells(table=table, cells=int(table.count().execute()))

    def kinds(self, column: str) -> tuple[str, ...]:
        """The levels of a column, as `Term.level` writes them, sorted."""
        found = self.table.select(column).distinct().to_pandas()[column]
        return tuple(sorted(level_of(found)))

    def totals(self, *columns: str) -> tuple[float, ...]:
        """The sum of each column, 0 where there are no cells."""
        found = ask(self.table, {name: self.table[name].sum() for name in columns})
        return tuple(found[name] for name in columns)

    def by_level(self, column: str, exposures: Sequence[str]) -> pd.DataFrame:
        """A row a level of a column: n, leavers, and `met__` sums of rows with an exposure above nothing."""
        rows = self.table
        met = {f"met__{name}": (rows[name].fill_null(0) > 0).ifelse(rows.n, 0).sum() for name in exposures}
        grouped: pd.DataFrame = rows.group_by(column).agg(n=rows.n.sum(), leavers=rows.leavers.sum(), **met).to_pandas()
        return grouped.sort_values(column, ignore_index=True).drop(columns=column).astype(float)

    def met_apart(self, exposures: Sequence[str]) -> float:
        """The rows with some of the exposures above nothing and not all."""
        met = sum(((self.table[name].fill_null(0) > 0).ifelse(1, 0) for name in exposures), ibis.literal(0))
        apart = (met > 0) & (met < len(exposures))
        return ask(self.table, {"n": apart.ifelse(self.table.n, 0).sum()})["n"]

    def spans(self, terms: Sequence[Term]) -> np.ndarray:
        """The least and greatest value of each term `(2, term)`."""
        designed = self._designed(terms)
        ends = {f"{end}{k}": getattr(designed[f"x{k}"], end)() for k in range(len(terms)) for end in ("min", "max")}
        found = ask(designed, ends)
        return np.array([[found[f"{end}{k}"] for k in range(len(terms))] for end in ("min", "max")])

    def linear_sums(self, terms: Sequence[Term]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """X'WX, X'y and (n, sum y, sum y squared) of cells of n, total and squares."""
        rows = self._designed(terms, "n", "total", "squares")
        sums = _products(rows, len(terms), rows.n)
        sums |= {f"y{k}": (rows[f"x{k}"] * rows.total).sum() for k in range(len(terms))}
        found = ask(rows, sums | {"n": rows.n.sum(), "t": rows.total.sum(), "s": rows.squares.sum()})
        cross = np.array([found[f"y{k}"] for k in range(len(terms))])
        return _square(found, len(terms)), cross, np.array([found["n"], found["t"], found["s"]])

    def hazard_score(self, terms: Sequence[Term]) -> Callable[[np.ndarray], Score]:
        """The score of a complementary log-log leaving rate as a function of its coefficients.

        Each call is one pass over the cells: gradient `(term,)`, information `(term, term)`, Pearson's chi-square.
        """
        designed = self._designed(terms, "n", "leavers").cache()

        def score(b: np.ndarray) -> Score:
            rows = _with_weights(designed, b)
            sums = _products(rows, len(terms), rows.weight)
            sums |= {f"y{k}": (rows[f"x{k}"] * rows.pull).sum() for k in range(len(terms))}
            found = ask(rows, sums | {"pearson": rows.pearson.sum()})
            gradient = np.array([found[f"y{k}"] for k in range(len(terms))])
            return gradient, _square(found, len(terms)), found["pearson"]

        return score

    def _designed(self, terms: Sequence[Term], *beside: str) -> Table:
        columns = {f"x{k}": term_value(self.table, term) for k, term in enumerate(terms)}
        return self.table.select(**columns, **{name: self.table[name].cast("float64") for name in beside})


def term_value(rows: Table, term: Term) -> Value:
    """A term as an expression on the rows of a table."""
    if term.kind == "const":
        return ibis.literal(1.0)
    if term.kind == "tenure_unknown":
        return (rows.tenure < 0).ifelse(1.0, 0.0)
    if term.kind == "log_tenure":
        return (ibis.greatest(rows.tenure, 0).cast("float64") + 1.0).ln()
    column = rows[term.column]
    if term.kind == "is" and term.level == "":
        return column.isnull().ifelse(1.0, 0.0)
    if term.kind == "is":
        level: Any = float(term.level) if column.type().is_numeric() else term.level
        return (column == level).fill_null(False).ifelse(1.0, 0.0)  # noqa: FBT003
    if term.kind == "unknown":
        return column.isnull().ifelse(1.0, 0.0)
    return column.cast("float64").fill_null(0.0)


def ask(rows: Table, sums: Mapping[str, Value]) -> dict[str, float]:
    """The value of each aggregate over all rows, 0 for those of no row, in queries an engine can take."""
    names = list(sums)
    found: dict[str, float] = {}
    for start in range(0, len(names), SUMS_A_QUERY):
        part = {name: sums[name] for name in names[start : start + SUMS_A_QUERY]}
        row = rows.aggregate(**part).to_pandas().iloc[0]
        found |= {name: 0.0 if row[name] is None or row[name] != row[name] else float(row[name]) for name in part}
    return found


def _with_weights(designed: Table, b: np.ndarray) -> Table:
    """The design with Fisher's weight, the pull on the coefficients and Pearson's share of each cell."""
    eta: Any = ibis.literal(0.0)
    for k, slope in enumerate(b):
        eta = eta + designed[f"x{k}"] * float(slope)
    low, high = ETA_BOUNDS
    rows = designed.mutate(intensity=ibis.least(ibis.greatest(eta, low), high).exp())
    # 1 - exp(-x) loses its digits near 0, where its series is exact to double precision
    small = rows.intensity * (1 - rows.intensity / 2 + rows.intensity * rows.intensity / 6)
    gone = (rows.intensity < 1e-5).ifelse(small, 1 - (-rows.intensity).exp())
    rows = rows.mutate(hazard=ibis.least(ibis.greatest(gone, LEAST_HAZARD), 1 - LEAST_HAZARD))
    rows = rows.mutate(slope=rows.intensity * (1 - rows.hazard), variance=rows.hazard * (1 - rows.hazard))
    left_over = rows.leavers - rows.n * rows.hazard
    return rows.mutate(
        weight=rows.n * rows.slope * rows.slope / rows.variance,
        pull=left_over * rows.slope / rows.variance,
        pearson=left_over * left_over / (rows.n * rows.variance),
    )


def _products(rows: Table, width: int, weight: Value) -> dict[str, Value]:
    pairs = combinations_with_replacement(range(width), 2)
    return {f"p{i}_{j}": (rows[f"x{i}"] * rows[f"x{j}"] * weight).sum() for i, j in pairs}


def _square(found: Mapping[str, float], width: int) -> np.ndarray:
    square = np.zeros((width, width))
    for i, j in combinations_with_replacement(range(width), 2):
        square[i, j] = square[j, i] = found[f"p{i}_{j}"]
    return square
