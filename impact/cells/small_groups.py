"""What keeps persons apart: how many must stand behind a figure that leaves the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from impact.groups import LEAST_GROUP

if TYPE_CHECKING:
    import pandas as pd

    from impact.source import Source
    from impact.study import Study


def least_shown(source: Source, study: Study) -> int:
    """The fewest customers a figure may stand for: persons in groups, stores and accounts one by one."""
    return 1 if source.shape(study) == "sites" else LEAST_GROUP


def is_small(counts: pd.Series, least: int) -> pd.Series:
    """Whether each count is of somebody, and of fewer than may be shown."""
    return (counts > 0) & (counts < least)
