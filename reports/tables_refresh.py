"""The table of what changed since an earlier forecast, by initiative and cause."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.findings import Findings
from scenarios.refresh import why_moved

COLUMNS = (
    *("initiative", "name", "npv_then", "npv_now", "change", "version", "evidence", "plan", "data", "rolled", "learnt"),
    *("rank_then", "rank_now", "verdict_then", "verdict_now", "allowed", "alarm", "why"),
)


def refresh_table(found: Findings) -> pd.DataFrame:
    """A row an initiative of either plan; version, evidence, plan and data sum to change, rolled and learnt to data.

    `npv_then` is blank where the earlier plan had none of it, `npv_now` where it is no longer to be decided.
    """
    rows = [
        {
            **{name: getattr(one, name) for name in COLUMNS if hasattr(one, name)},
            **one.parts,
            "rank_then": np.nan if one.rank_then is None else one.rank_then,
            "rank_now": np.nan if one.rank_now is None else one.rank_now,
            "alarm": int(one.alarm),
            "why": why_moved(one, found.study.study.currency),
        }
        for one in (found.refresh.moved if found.refresh else ())
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
