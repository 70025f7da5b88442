"""What waiting costs: each initiative started some quarters later than it is chosen or planned to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.effect import moved
from scenarios.options import latest_start
from scenarios.turning import with_offer
from scenarios.worth import Case, set_npv

QUARTERS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """What starting one initiative later does; `initiative` is its place in plan order.

    `change` `(draw,)` of the NPV beside that of its start now: of the chosen set for a chosen one, alone for another.
    """

    initiative: int
    quarters_later: int
    change: np.ndarray


def delays_of(case: Case, members: Sequence[int]) -> tuple[Delay, ...]:
    """The price of delay of every initiative, by quarters; only starts that let it be built within the horizon.

    Args:
        case: with every offer at its chosen start.
        members: places of the chosen ones.
    """
    together = set_npv(case, members)
    out = []
    for i, offer in enumerate(case.offers):
        if offer.kind != "initiative":
            continue
        beside = list(members) if i in members else [i]
        now = together if i in members else set_npv(case, [i])
        for quarters, periods in _steps(case):
            start = offer.schedule.start + periods
            if start <= latest_start(offer, case.clock):
                later = with_offer(case, i, moved(offer, start, case.clock))
                out.append(Delay(initiative=i, quarters_later=quarters, change=set_npv(later, beside) - now))
    return tuple(out)


def _steps(case: Case) -> list[tuple[int, int]]:
    """Quarters that are whole periods of the ledger, with how many periods they are."""
    a_year = case.clock.periods_a_year
    return [(quarters, quarters * a_year // 4) for quarters in QUARTERS if quarters * a_year % 4 == 0]
