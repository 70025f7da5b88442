"""The benefits register as the contract's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from impact.initiative import Plan
from impact.record import Record
from scenarios.benefits import Measured, benefits

WHO = ("initiative", "name", "owner", "status")
MONEY = ("approved_cost", "actual_cost", "approved_benefit", "measured_benefit", "bookable")


def benefits_table(plan: Plan, records: Sequence[Record], measured: Mapping[str, Measured]) -> pd.DataFrame:
    """A row an initiative; blank where nothing was approved, paid or measured yet."""
    rows = [
        {
            **{name: getattr(line.initiative, name) for name in (*WHO, "budget_line")},
            **{name: _or_nan(getattr(line, name)) for name in MONEY},
        }
        for line in benefits(plan, records, measured)
    ]
    return pd.DataFrame(rows, columns=[*WHO, *MONEY, "budget_line"])


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
