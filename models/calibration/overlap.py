"""Rows of a leaving regression of which the data say something finite: whoever nobody is like is left out and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells.terms import level_of
from models.designs import held_columns

COPY = 1e-8  # of a column's length that is left once the columns before it are taken out
APART = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Cells and their design, of full rank, with `left_out` customer-periods of `columns` that say nothing.

    `reason` says in a sentence why there is no slope; then the design is not to be fitted.
    """

    cells: pd.DataFrame
    x: pd.DataFrame
    left_out: int
    columns: tuple[str, ...]
    reason: str = ""


def overlapping(
    cells: pd.DataFrame, score: str, term: str, controls: Sequence[str], beside: Sequence[str] = ()
) -> Rows:
    """The cells of which a slope of leaving on a score can be estimated, with the design.

    A level of a control in which nobody leaves, or everybody, fits itself at a coefficient without end; the rest of
    the maximum is that of the other cells (Correia, Guimaraes & Zylkin 2019), so these are left out. Likewise
    what only several controls together tell apart. Columns that repeat others are dropped. `beside` are scores that
    stand in the design next to the one asked about.
    """
    kept, columns = _varied(cells, controls)
    while True:
        x = _design(kept, {term: score} | {name: name for name in beside}, controls)
        reason = _one_class(cells) or _reason(kept, x, term)
        direction = None if reason else separating(x.to_numpy(float), kept["n"], kept["leavers"])
        if direction is None:
            break
        if np.abs(direction[-1 - len(beside) :]).max() > APART:
            reason = "Every score above some level stays and every one below it leaves, so the slope has no end."
            break
        kept = kept[np.abs(x.to_numpy(float) @ direction) < APART].reset_index(drop=True)
        columns |= set(controls)
    left_out = int(cells["n"].sum() - kept["n"].sum())
    return Rows(cells=kept, x=x, left_out=left_out, columns=tuple(sorted(columns)), reason=reason)


def _varied(cells: pd.DataFrame, controls: Sequence[str]) -> tuple[pd.DataFrame, set[str]]:
    """The cells of levels in which some leave and some stay, and the columns that had others."""
    columns: set[str] = set()
    kept = cells.reset_index(drop=True)
    while True:
        before = len(kept)
        for column in ("t", *controls):
            sums = kept.groupby(level_of(kept[column]))[["n", "leavers"]].transform("sum")
            varied = (sums["leavers"] > 0) & (sums["leavers"] < sums["n"])
            if not varied.all():
                columns.add(column)
                kept = kept[varied].reset_index(drop=True)
        if len(kept) == before:
            return kept, columns


def _design(cells: pd.DataFrame, scores: Mapping[str, str], controls: Sequence[str]) -> pd.DataFrame:
    """What is held fixed without repetitions, the scores by their names last, the first of them at the end."""
    backwards = {name: cells[column].to_numpy(float) for name, column in list(scores.items())[::-1]}
    if cells.empty:
        return pd.DataFrame({"const": [], **backwards})
    held = held_columns(cells, controls)
    return held.loc[:, own(held.to_numpy(float))].assign(**backwards)


def own(x: np.ndarray) -> np.ndarray:
    """Which columns are not made up of those before them, as booleans."""
    length = np.linalg.norm(x, axis=0)
    left = np.abs(np.diag(np.linalg.qr(x / np.where(length > 0, length, 1.0), mode="r")))
    found = np.zeros(x.shape[1], dtype=bool)
    found[: len(left)] = left > COPY
    return np.asarray(found & (length > 0))


def _one_class(cells: pd.DataFrame) -> str:
    leavers, n = float(cells["leavers"].sum()), float(cells["n"].sum())
    if leavers not in (0.0, n):
        return ""
    return "Of those who scored it, " + ("nobody left." if leavers == 0 else "everybody left.")


def _reason(cells: pd.DataFrame, x: pd.DataFrame, term: str) -> str:
    if cells.empty:
        return "In every period, or level of a control, either nobody leaves or everybody does."
    if x[term].nunique() < 2:
        return "Everybody gave the same score."
    if not own(x.to_numpy(float))[-1]:
        return "The score says the same as what is held fixed, so the two cannot be told apart."
    if len(x) <= x.shape[1]:
        return "There are no more groups of customers than figures to estimate."
    return ""


def separating(x: np.ndarray, n: pd.Series, leavers: pd.Series) -> np.ndarray | None:
    """A direction `(column,)` along which all leavers lie on one side and all stayers on the other, or None.

    Cells with both must lie on the line itself. Source: Konis (2007), by linear programming.
    """
    mixed = ((leavers > 0) & (leavers < n)).to_numpy()
    if np.linalg.matrix_rank(x[mixed]) == x.shape[1]:
        return None
    from scipy.optimize import linprog

    side = np.where(leavers > 0, 1.0, -1.0)[~mixed]
    scale = np.linalg.norm(x, axis=0)
    pure = side[:, None] * (x[~mixed] / scale)
    found = linprog(
        -pure.sum(axis=0),
        A_ub=-pure,
        b_ub=np.zeros(len(pure)),
        A_eq=x[mixed] / scale if mixed.any() else None,
        b_eq=np.zeros(int(mixed.sum())) if mixed.any() else None,
        bounds=(-1, 1),
        method="highs",
    )
    return np.asarray(found.x / scale) if found.status == 0 and -found.fun > APART else None
