"""The table of the case against the choice: a row a point, worst first."""

from __future__ import annotations

import pandas as pd

from reports.findings import Findings

AGAINST = ("point", "initiative", "name", "found", "compared_with", "weight", "sentence")


def against_table(found: Findings) -> pd.DataFrame:
    """A row a point; `initiative` lists those it is about, blank where it is about the whole choice."""
    names = {item.initiative: item.name for item in found.plan.initiatives}
    rows = [
        (
            one.point,
            ";".join(one.initiatives),
            "; ".join(names.get(item) or item for item in one.initiatives),
            *(one.found, one.compared_with, one.weight, one.sentence),
        )
        for one in (found.against.points if found.decision is not None else ())
    ]
    return pd.DataFrame(rows, columns=list(AGAINST))
