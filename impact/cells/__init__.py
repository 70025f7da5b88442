"""The bounded summary that leaves the data engine: cells and moments, never rows of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from impact.cells.rollout_summary import RolloutCells
from impact.cells.summary import Cells, CustomerCells, DriverSums, Moments, SegmentCells, SitePanel

if TYPE_CHECKING:
    from impact.journey import Journey
    from impact.source import Source
    from impact.study import Study

__all__ = ["Cells", "CustomerCells", "DriverSums", "Moments", "RolloutCells", "SegmentCells", "SitePanel", "summarise"]


def summarise(source: Source, journey: Journey, study: Study) -> Cells:
    """The bounded summary of a study, in the shape its data have.

    Raises:
        InputError: the engine was lost on the way, or had no room.
    """
    from impact.cells.customers import summarise_customers
    from impact.cells.renewal import per_period
    from impact.cells.sites import summarise_sites
    from impact.engine_faults import engine_faults_told

    with engine_faults_told(source.engine.shown):
        if source.shape(study) == "sites":
            return summarise_sites(source, journey, study)
        return per_period(summarise_customers(source, journey, study), source, study)
