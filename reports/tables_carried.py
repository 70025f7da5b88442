"""What pain points carry on to later stages, one row an effect."""

from __future__ import annotations

import pandas as pd

from impact.cells import SitePanel
from impact.groups import LEAST_GROUP
from models.carried import CarriedRow
from reports.findings import Findings

COLUMNS = ("pain_point", "name", "kind", "at", "at_name", "effect", "low", "high", "n", "share", "value_more")


def carried_table(found: Findings) -> pd.DataFrame:
    """A row a pain point and score or later pain point, those of groups that are not shown left out.

    `effect` in points of the score, or as difference of the chance to meet the later pain point; `share` of the later
    one's occurrences taken along were it caused; `value_more` what that would add, told once a pain point.
    """
    if found.estimates is None:
        return pd.DataFrame(columns=list(COLUMNS))
    carried, least = found.estimates.carried, 1 if isinstance(found.cells, SitePanel) else LEAST_GROUP
    names = {one.pain_point: one.name for one in found.journey.pain_points}
    names |= {one.stage: one.name for one in found.journey.stages} | {"overall": "Overall"}
    more = dict(zip(found.journey.pain_ids(), carried.more.tolist(), strict=True))
    rows = [_line(row, names) for row in carried.rows if row.n >= least]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    first = (table["share"] > 0) & ~table.assign(told=table["share"] > 0).duplicated(["pain_point", "told"])
    return table.assign(value_more=table["pain_point"].map(more).where(first))


def _line(row: CarriedRow, names: dict[str, str]) -> dict[str, object]:
    return {
        **{"pain_point": row.pain_point, "name": names[row.pain_point], "kind": row.kind, "at": row.at},
        **{"at_name": names[row.at], "effect": row.effect, "low": row.low, "high": row.high, "n": row.n},
        "share": row.share,
    }
