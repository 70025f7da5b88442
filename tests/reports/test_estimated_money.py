"""Money that is estimated is called so wherever it is named."""

from __future__ import annotations

from dataclasses import replace

from reports.edition import Edition
from reports.point_value import as_called


def test_estimated_money_is_called_so_once_in_each_place(edition: Edition) -> None:
    estimated = replace(edition, estimated=True)
    assert (edition.money_name, estimated.money_name) == ("margin", "estimated margin")
    said = "1 point goes with +8.8% revenue; worth 3 of estimated margin, not all of the margin."
    assert as_called(said, estimated=edition.estimated) == said
    assert as_called(said, estimated=estimated.estimated) == (
        "1 point goes with +8.8% estimated revenue; worth 3 of estimated margin, not all of the estimated margin."
    )
