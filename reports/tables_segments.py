"""The tables of whose the values are: by segment, and by the customers that carry most of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reports.findings import Findings

BY_SEGMENT = (
    *("column", "segment", "customers", "kind", "id", "name", "owner"),
    *("value", "p05", "p50", "p95", "share"),
)
CONCENTRATION = ("kind", "id", "name", "owner", "place", "customer", "share", "above_limit")
WHOLE = {"base": "All money, without any fix", "portfolio": "Chosen portfolio"}


def by_segment_table(found: Findings) -> pd.DataFrame:
    """A row a segment and thing of value: present value of the benefit over the horizon, costs not taken off.

    `share` is of the total over the column's segments, blank where that is nil.
    """
    who = _who(found)
    rows = [
        {
            **{name: getattr(line, name) for name in BY_SEGMENT if name not in ("name", "owner")},
            **dict(zip(("name", "owner"), who[line.kind, line.id], strict=True)),
        }
        for line in (found.segments.lines if found.segments else ())
    ]
    return pd.DataFrame(rows, columns=list(BY_SEGMENT))


def concentration_table(found: Findings) -> pd.DataFrame:
    """A row a value and customer that carries most of it, three each; of persons one, without id and share."""
    concentration = found.segments.concentration if found.segments else None
    if concentration is None:
        return pd.DataFrame(columns=list(CONCENTRATION))
    who = _who(found)
    rows = [
        {
            **{"kind": one.kind, "id": one.id, "place": one.place, "above_limit": int(one.above)},
            **dict(zip(("name", "owner"), who[one.kind, one.id], strict=True)),
            "customer": one.customer,
            "share": one.share if concentration.named else np.nan,
        }
        for one in concentration.holds
        if concentration.named or one.place == 1
    ]
    return pd.DataFrame(rows, columns=list(CONCENTRATION))


def _who(found: Findings) -> dict[tuple[str, str], tuple[str, str]]:
    """Name and owner of everything that is valued, by kind and id."""
    journey = found.journey
    named = {(kind, ""): (name, "") for kind, name in WHOLE.items()}
    named |= {("pain_point", one.pain_point): (one.name, one.owner) for one in journey.pain_points}
    named |= {("stage", one.stage): (one.name, one.owner) for one in journey.stages}
    return named | {("initiative", one.initiative): (one.name, one.owner) for one in found.plan.initiatives}
