"""Tables set aside as a whole, counted under their reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from impact.source import Source

if TYPE_CHECKING:
    import pandas as pd

NO_PAIN_POINTS = "the plan lists no pain point"


def without_incidents(source: Source) -> Source:
    """The source with every incident set aside: where the plan lists no pain point none can be told from another."""
    if source.incidents is None:
        return source
    staged = source.staged["incidents"]
    aside = staged.mutate(set_aside=staged.set_aside.fill_null(NO_PAIN_POINTS))
    return replace(
        source,
        incidents=None,
        staged={**source.staged, "incidents": aside},
        rows=_all_aside(source.rows, "incidents"),
    )


def _all_aside(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """The account of rows after what a table used was set aside beside what already was."""
    import pandas as pd

    mine, others = rows[rows.table == table], rows[rows.table != table]
    used = int(mine.rows_used.iloc[0])
    if not used:
        return rows
    added = pd.DataFrame([(table, mine.rows_in.iloc[0], 0, used, NO_PAIN_POINTS)], columns=list(rows.columns))
    aside = mine[mine.set_aside > 0].assign(rows_used=0)
    return pd.concat([others, aside, added], ignore_index=True)
