"""The worked example of docs/choosing.md: four initiatives, twenty futures, money in thousands of euro."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from small_case import PERIODS, case_with_npv

from scenarios.worth import Case

FUTURES = np.arange(20)
NAMES = ("Bills on time", "Call back", "Stable app", "One price")
COST = (90.0, 60.0, 100.0, 45.0)
BUDGET = 200.0
NPV = (
    -10.0 + 10 * FUTURES,
    -30.0 + 10 * ((7 * FUTURES + 3) % 20),
    -110.0 + 16 * ((11 * FUTURES + 5) % 20),
    -100.0 + 8 * ((13 * FUTURES) % 20),
)


def example() -> Case:
    """The case: costs are certain, benefits differ by future, nothing overlaps and nothing is discounted."""
    case = case_with_npv(*NPV)
    offers = []
    for offer, name, cost, npv in zip(case.offers, NAMES, COST, NPV, strict=True):
        benefit = np.zeros((len(npv), PERIODS))
        benefit[:, 0] = npv + cost
        timing = replace(offer.schedule, quarters=benefit)
        item = replace(offer.item, name=name, cost=cost, other_benefit=1.0)
        offers.append(replace(offer, item=item, schedule=timing, cost=np.full(len(npv), cost)))
    return replace(case, offers=tuple(offers))
