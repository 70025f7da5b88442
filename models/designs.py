"""Designs of regressions on cells: which columns, and which of them are effects; alike for cells in memory or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells.many import ManyCells
from impact.cells.summary import Rows
from impact.cells.terms import Term, design, level_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The columns of a design in order; `effects` are the positions of those asked about."""

    terms: tuple[Term, ...]
    effects: np.ndarray

    def only(self, effects: np.ndarray) -> Design:
        """The same columns with other effects asked about."""
        return Design(terms=self.terms, effects=effects)


def held_terms(cells: Rows, controls: Sequence[str]) -> tuple[Term, ...]:
    """What is held fixed: constant, log tenure, period and control indicators, those that vary."""
    terms = [Term(name="const", kind="const")]
    if "tenure" in (cells.table.columns if isinstance(cells, ManyCells) else cells.columns):
        terms += [Term(name="log_tenure", kind="log_tenure"), Term(name="tenure_unknown", kind="tenure_unknown")]
    for column in ("t", *controls):
        levels = _levels(cells, column)[1:]
        terms += [Term(name=f"{column}_{level}", kind="is", column=column, level=level) for level in levels]
    return (terms[0], *_varying(cells, terms[1:]))


def build_design(cells: Rows, controls: Sequence[str], exposures: Sequence[str]) -> Design:
    """What is held fixed, then the exposures, then an indicator for each that is sometimes unknown."""
    held = held_terms(cells, controls)
    effects = [Term(name=name, kind="value", column=name) for name in exposures]
    unknown = [Term(name=f"unknown__{name}", kind="unknown", column=name) for name in exposures]
    positions = np.arange(len(held), len(held) + len(effects))
    return Design(terms=(*held, *effects, *_varying(cells, unknown)), effects=positions)


def held_columns(cells: pd.DataFrame, controls: Sequence[str]) -> pd.DataFrame:
    """What is held fixed as named columns, for a regression that finance reruns."""
    terms = held_terms(cells, controls)
    return pd.DataFrame(design(cells, terms), columns=[term.name for term in terms], index=cells.index)


def _levels(cells: Rows, column: str) -> tuple[str, ...]:
    if isinstance(cells, ManyCells):
        return cells.kinds(column)
    return tuple(sorted(level_of(cells[column]).unique()))


def _varying(cells: Rows, terms: Sequence[Term]) -> list[Term]:
    if not terms:
        return []
    if isinstance(cells, ManyCells):
        low, high = cells.spans(terms)
    else:
        x = design(cells, terms)
        low, high = (x.min(axis=0), x.max(axis=0)) if len(x) else (np.zeros(len(terms)), np.zeros(len(terms)))
    return [term for term, least, most in zip(terms, low, high, strict=True) if most > least]
