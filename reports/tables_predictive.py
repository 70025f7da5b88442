"""The table of leavers predicted beside those seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd

from impact.groups import LEAST_GROUP
from impact.periods import period_label
from models.predictive import PredictedRow
from reports.findings import Findings

PREDICTIVE = (
    *("kind", "period", "group", "persona", "customers", "left", "predicted", "predicted_p05", "predicted_p95"),
    *("inside", "far"),
)


def predictive_table(found: Findings) -> pd.DataFrame:
    """A row a group: leavers seen, predicted with the 90% range, whether inside it and whether outside 99%.

    Where the figures of a group would tell of fewer than five persons, those of all groups of its kind and period are
    blank, since the rest of the whole would tell it.
    """
    predicted = found.estimates.predicted if found.estimates else None
    if predicted is None:
        return pd.DataFrame(columns=list(PREDICTIVE))
    names = {persona.persona: persona.name for persona in found.journey.personas}
    kind = found.study.period_kind
    rows = [("", row) for row in (*predicted.groups, *predicted.scores)]
    rows += [(period_label(period.t, kind), row) for period in predicted.periods for row in period.rows]
    parts: dict[tuple[str, str, bool], list[PredictedRow]] = defaultdict(list)
    for period, row in rows:
        parts[(row.kind, period, bool(row.persona))].append(row)
    hidden = {key for key, mine in parts.items() if any(_tells(row) for row in mine)}
    lines = [
        _line(row, names) | {"period": period} | (_blank() if (row.kind, period, bool(row.persona)) in hidden else {})
        for period, row in rows
    ]
    return pd.DataFrame(lines, columns=list(PREDICTIVE))


def _tells(row: PredictedRow) -> bool:
    """Whether fewer than five were there, left, or stayed."""
    return any(0 < count < LEAST_GROUP for count in (row.customers, row.seen, row.customers - row.seen))


def _blank() -> dict[str, object]:
    return {"customers": np.nan, "left": np.nan, "inside": np.nan, "far": np.nan}


def _line(row: PredictedRow, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "kind": row.kind,
        "group": names.get(row.group, row.group) if row.kind in {"persona", "period left out"} else row.group,
        "persona": names.get(row.persona, row.persona),
        "customers": round(row.customers),
        "left": round(row.seen),
        "predicted": row.mean,
        "predicted_p05": row.p05,
        "predicted_p95": row.p95,
        "inside": int(row.inside),
        "far": int(row.far),
    }
