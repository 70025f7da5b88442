"""How much of a value hangs on single customers: the share of the base's money, and of what a fix brings, by customer.

A customer's part of a value is its money times what the value is per unit of money in its persona and tenure band.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from impact.cells import Cells
from impact.checks import Check, make_check
from impact.codes import CODES
from impact.study import Study
from models.base import margin_rate, money_of
from models.segments import base_worth, cell_places
from models.value import ValueBase

LIMIT = 0.1  # of a value: above it the customer is named
SHOWN = 3  # customers of each value
ONE_CUSTOMER = "one customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A customer's share of the mean of one value, the largest at `place` 1.

    `kind` is base, pain_point, stage, initiative or portfolio, `id` its id. `customer` is "" where customers are
    persons; the `share` of one is not to be told, but that it is `above` the limit is.
    """

    kind: str
    id: str
    place: int
    customer: str
    share: float

    @property
    def above(self) -> bool:
        """Whether more than a tenth hangs on this customer."""
        return self.share > LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """The largest customers of each value. `named`: customers are stores or accounts, and may be told one by one."""

    holds: tuple[Hold, ...]
    named: bool

    def above(self) -> tuple[Hold, ...]:
        """Those that carry more than a tenth of a value, the largest share first."""
        return tuple(sorted((one for one in self.holds if one.above), key=lambda one: -one.share))

    def check(self, names: Mapping[str, str]) -> Check:
        """Whether one customer carries more than a tenth of a value; `names` by id of what is valued."""
        page, above = CODES["C650"], self.above()
        found = "none above 10%"
        if above:
            more = f" and {len(above) - SHOWN} more" if len(above) > SHOWN else ""
            found = "; ".join(self._told(one, names) for one in above[:SHOWN]) + more
        elif self.named and self.holds:
            found = self._told(max(self.holds, key=lambda one: one.share), names)
        return make_check(
            "C650",
            page.title,
            "review" if above else "pass",
            found=found,
            limit="10% of a value on one customer",
            text=page.why,
            remedy=page.remedy if above else "",
        )

    def _told(self, hold: Hold, names: Mapping[str, str]) -> str:
        what = {"base": "all money", "portfolio": "the chosen portfolio"}.get(hold.kind, names.get(hold.id, hold.id))
        if not self.named:
            return f"{ONE_CUSTOMER} carries more than {LIMIT:.0%} of {what}"
        share = f"{hold.share:.0%}" if hold.above else f"{hold.share:.1%}"
        return f"{hold.customer} carries {share} of {what}"


def find_concentration(
    cells: Cells, study: Study, base: ValueBase, per_worth: Mapping[tuple[str, str], np.ndarray]
) -> Concentration:
    """The largest customers of every value whose mean is above nil.

    Args:
        cells: the few largest customers of each persona and tenure band.
        study: its margin rate.
        base: the base.
        per_worth: mean present value per unit of money `(cell,)`, by kind and id.
    """
    if cells.segments is None or cells.segments.largest.empty:
        return Concentration(holds=(), named=False)
    rows, places = cells.segments.largest, cell_places(cells, base)
    cell = np.array(
        [places.get((str(p), int(b)), -1) for p, b in zip(rows["persona"], rows["tenure_band"], strict=True)]
    )
    money = np.nan_to_num(money_of(rows, margin_rate(cells, study)))[cell >= 0]
    customers, cell = rows["customer"].to_numpy(str)[cell >= 0], cell[cell >= 0]
    holds: list[Hold] = []
    for (kind, name), each in per_worth.items():
        total = float(each @ base_worth(base))
        if total <= 0:
            continue
        share = each[cell] * money / total
        largest = np.argsort(-share, kind="stable")[:SHOWN]
        holds += [
            Hold(kind=kind, id=name, place=place + 1, customer=str(customers[k]), share=float(share[k]))
            for place, k in enumerate(largest)
        ]
    return Concentration(holds=tuple(holds), named=cells.segments.named)
