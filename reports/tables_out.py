"""The tables on disk: one CSV a table, exact numbers, no cell that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# A spreadsheet reads a text that starts so as a formula, a command or a new cell.
# Source: OWASP, CSV injection.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> tuple[Path, ...]:
    """The paths of the written files, `folder/NAME.csv`, in the order of the tables.

    UTF-8, comma, line feed. A float is written with the fewest digits that read back as the same
    float; a missing value is blank. A text cell that starts as a formula would gets a leading `'`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, frame in tables.items():
        path = folder / f"{name}.csv"
        inert(frame).to_csv(path, index=False, encoding="utf-8", lineterminator="\n", errors="replace")
        paths.append(path)
    return tuple(paths)


def inert(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with every text cell that starts as a formula would made plain text."""
    safe = frame.copy()
    for place, column in enumerate(frame.columns):
        if frame.dtypes.iloc[place].kind not in "biufcmM":
            safe.isetitem(place, frame[column].map(_inert_cell).astype(object))
    return safe


def _inert_cell(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
