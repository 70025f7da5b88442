"""The tables on disk: one CSV a table, exact numbers, no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
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
    float; a missing value is blank. A text that starts as a formula would gets a leading `'`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, frame in tables.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([_cell(column) for column in frame.columns])
            writer.writerows([_cell(cell) for cell in row] for row in frame.itertuples(index=False, name=None))
        paths.append(path)
    return tuple(paths)


def _cell(cell: object) -> str:
    import pandas as pd

    if cell is None or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, float):
        return repr(float(cell))
    if not isinstance(cell, str):
        return str(cell)
    words = f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
    # A carriage return would end the row for readers that know no quoting of it.
    return words.replace("\r\n", "\n").replace("\r", "\n")
