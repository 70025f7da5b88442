"""From the summary of a study, in either shape, to its reduced forms."""

from __future__ import annotations

from impact.cells import Cells, SitePanel
from impact.journey import Journey
from models.reduced import ReducedForms
from models.reduced_customers import reduce_customers
from models.reduced_sites import reduce_sites


def reduce_cells(cells: Cells, journey: Journey) -> ReducedForms:
    """What every pain point moves, from the summary of either shape."""
    if isinstance(cells, SitePanel):
        return reduce_sites(cells, journey)
    return reduce_customers(cells, journey)
