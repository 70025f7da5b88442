"""What one point of satisfaction is, in words: every rate is named with it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from impact.columns import NPS_RANGE
from impact.journey import OVERALL
from impact.study import Study


def point_in_words(coverage: pd.DataFrame, study: Study, term: str = OVERALL, step: float = 1.0) -> str:
    """What a step of satisfaction is: `1 point on 1-5`, `0.1 point on 1-5`, `1 NPS point`, by a term's own scale."""
    if study.survey.express == "top2box":
        return f"{step:g} point of top-2-box share"
    stages = coverage.set_index("stage")
    row = stages.loc[term] if term in stages.index else None
    if row is None or not np.isfinite(row["scale_min"]):
        known = stages.dropna(subset=["scale_min"])
        if known.empty:
            return f"{step:g} point"
        row = known.iloc[0]
    if (row["scale_min"], row["scale_max"]) == NPS_RANGE:
        return f"{step:g} NPS point"
    return f"{step:g} point on {row['scale_min']:g}-{row['scale_max']:g}"
