"""The tables of what changed of the plan, and of what is watched from run to run."""

from __future__ import annotations

import pandas as pd

from reports.findings import Findings

MONITORING = ("series", "id", "name", "then", "now", "change", "low", "high", "alarm")
PLAN_CHANGES = ("table", "id", "change", "before", "after")


def monitoring_table(found: Findings) -> pd.DataFrame:
    """A row a series: means then and now, their change, and the limits of a change by chance; alarm 1 beyond them."""
    rows = [[getattr(one, name) for name in MONITORING[:-1]] + [int(one.alarm)] for one in found.monitoring]
    return pd.DataFrame(rows, columns=list(MONITORING))


def plan_changes_table(found: Findings) -> pd.DataFrame:
    """A row a difference between the plan of the earlier forecast and today's; none where no forecast was named."""
    changes = found.refresh.plan if found.refresh else ()
    rows = [[getattr(one, name) for name in PLAN_CHANGES] for one in changes]
    return pd.DataFrame(rows, columns=list(PLAN_CHANGES))
