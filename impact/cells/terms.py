"""The columns of a design, named once for cells in memory and for cells that stay on their engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One column of a design.

    `const` is 1; `log_tenure` is log(1 + tenure), 0 where tenure is unknown; `tenure_unknown` is its
    indicator; `is` is 1 where the column reads as `level` ("" for null); `value` is the column, 0 where
    null; `unknown` is 1 where the column is null.
    """

    name: str
    kind: Literal["const", "log_tenure", "tenure_unknown", "is", "value", "unknown"]
    column: str = ""
    level: str = ""


def level_of(values: pd.Series) -> pd.Series:
    """The text of each value as a level is written: whole numbers without decimals, "" for null."""
    known = values.notna()
    if pd.api.types.is_numeric_dtype(values) and (values[known] == np.floor(values[known])).all():
        return values.fillna(0).astype("int64").astype(str).where(known, "")
    return values.astype(str).where(known, "")


def design(cells: pd.DataFrame, terms: Sequence[Term]) -> np.ndarray:
    """The design `(cell, term)` of cells in memory."""
    levels = {term.column: level_of(cells[term.column]) for term in terms if term.kind == "is"}
    return np.column_stack([_column(cells, term, levels) for term in terms]).astype(float)


def _column(cells: pd.DataFrame, term: Term, levels: dict[str, pd.Series]) -> np.ndarray:
    if term.kind == "const":
        return np.ones(len(cells))
    if term.kind == "is":
        return np.asarray(levels[term.column] == term.level, dtype=float)
    if term.kind in ("log_tenure", "tenure_unknown"):
        tenure = cells["tenure"].to_numpy(float)
        unknown = ~(tenure >= 0)
        return unknown.astype(float) if term.kind == "tenure_unknown" else np.log1p(np.where(unknown, 0.0, tenure))
    values = cells[term.column].astype(float)
    return (values.isna() if term.kind == "unknown" else values.fillna(0.0)).to_numpy(float)
