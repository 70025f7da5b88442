"""What better scores go with, a step at a time, and what moving some customers is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from impact.groups import LEAST_GROUP
from impact.journey import OVERALL
from models.excellence import Stride
from reports.findings import Findings

COLUMNS = (
    *("stage", "name", "step", "kano", "share", "n", "leaving", "leaving_low", "leaving_high"),
    *("spend", "spend_low", "spend_high", "value_per_percent", "value_per_percent_p05", "value_per_percent_p95"),
)


def excellence_table(found: Findings) -> pd.DataFrame:
    """A row a stage (and overall) and step up; a band of fewer persons than are shown is left out.

    `leaving` and `spend` are relative changes at face value; `value_per_percent` is what one customer in a hundred
    moved brings, the haircut of a comparison of different customers taken off.
    """
    names = {stage.stage: stage.name for stage in found.journey.stages} | {OVERALL: "Overall"}
    strides = found.estimates.excellence if found.estimates else ()
    rows = [_line(stride, names) for stride in strides if stride.n >= LEAST_GROUP]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _line(stride: Stride, names: dict[str, str]) -> dict[str, object]:
    ends = ("", "_low", "_high")
    low, high = np.percentile(stride.value, [5, 95])
    return {
        **{"stage": stride.term, "name": names[stride.term], "step": stride.step, "kano": stride.label},
        **{"share": stride.share, "n": stride.n},
        **{f"leaving{end}": value for end, value in zip(ends, stride.leaving, strict=True)},
        **{f"spend{end}": value for end, value in zip(ends, stride.spend or (np.nan,) * 3, strict=True)},
        "value_per_percent": float(stride.value.mean()),
        "value_per_percent_p05": float(low),
        "value_per_percent_p95": float(high),
    }
