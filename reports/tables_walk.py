"""The walk from the signed rate to NPV as a table: the chosen portfolio first, then every initiative."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.findings import Findings
from scenarios.walk import LINES, Walk

PORTFOLIO = "portfolio"
COLUMNS = ("initiative", "name", "step", "line", "amount", "running", "points_moved")


def walk_table(found: Findings) -> pd.DataFrame:
    """A row a line of each walk, in money to the cent; `running` is the sum so far, the last one the NPV."""
    rows = [row for walk in found.walks for row in _rows(found, walk)] if found.decision is not None else []
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(found: Findings, walk: Walk) -> list[dict[str, object]]:
    assert found.decision is not None
    together = walk is found.walks[0]
    item = None if together else found.decision.case.offers[walk.members[0]].item
    running = np.round(np.cumsum(walk.amounts), 2)
    return [
        {
            "initiative": item.initiative if item else PORTFOLIO,
            "name": item.name if item else "Chosen portfolio",
            "step": step + 1,
            "line": line,
            "amount": walk.amounts[step],
            "running": float(running[step]),
            "points_moved": walk.points_moved if step == 0 else np.nan,
        }
        for step, line in enumerate(LINES)
    ]
