"""When the money of an initiative is back, in every future."""

from __future__ import annotations

import numpy as np

from models.value import ValueDraws
from scenarios.worth import Case, costs_by_period, other_benefit


def cash_draws(case: Case, i: int, value: ValueDraws) -> np.ndarray:
    """Net cash of one initiative on its own `(draw, period)`, undiscounted."""
    offer = case.offers[i]
    return np.asarray(value.gained() + other_benefit(offer) - costs_by_period(offer))


def payback_draws(case: Case, i: int, value: ValueDraws, periods_a_year: int) -> np.ndarray:
    """Quarters from first spend until cumulative undiscounted net cash is nil or more `(draw,)`; nan where never.

    The last entry `(draw + 1,)` is that of the mean cash.
    """
    spent = costs_by_period(case.offers[i]).mean(axis=0)
    cash = cash_draws(case, i, value)
    return quarters_until_back(np.vstack([cash, cash.mean(axis=0)]), spent, periods_a_year)


def quarters_until_back(cash: np.ndarray, spent: np.ndarray, periods_a_year: int) -> np.ndarray:
    """Quarters from the first spend to the first period with cumulative cash of nil or more, by row; nan where none.

    Nothing spent is back at once: 0.

    Args:
        cash: net, undiscounted `(row, period)`.
        spent: mean cash out `(period,)`.
        periods_a_year: of the ledger.
    """
    paying = np.flatnonzero(spent > 0)
    if not len(paying):
        return np.zeros(len(cash))
    back = cash.cumsum(axis=1)[:, paying[0] :] >= 0
    return np.where(back.any(axis=1), (back.argmax(axis=1) + 1) * 4 / periods_a_year, np.nan)
