"""The bounded summary that leaves the data engine: cells and moments, never rows of customers."""

from impact.cells.summary import Cells, CustomerCells, Moments, SitePanel, summarise

__all__ = ["Cells", "CustomerCells", "Moments", "SitePanel", "summarise"]
