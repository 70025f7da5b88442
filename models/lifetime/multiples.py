"""What a customer of constant margin and constant retention is worth: the rule of thumb, as a check only."""

from __future__ import annotations

from typing import Literal

import numpy as np

Paid = Literal["end", "up front"]


def margin_multiple(retention: np.ndarray | float, discount: float, paid: Paid = "end") -> np.ndarray:
    """Value of a customer in margins of one period.

    Paid at the end of each period, nothing today: r / (1 + d - r). Paid up front, the first margin today:
    (1 + d) / (1 + d - r). Retention and discount are of the same period.
    Source: Gupta & Lehmann (2003).
    """
    r = np.asarray(retention, dtype=float)
    top = r if paid == "end" else 1 + discount
    return np.asarray(top / (1 + discount - r))


def retention_elasticity(retention: np.ndarray | float, discount: float, paid: Paid = "end") -> np.ndarray:
    """Per cent of value for one relative per cent of retention: (1 + d) / (1 + d - r), up front r / (1 + d - r).

    It is a property of the formula, not something seen in customers. Source: Gupta, Lehmann & Stuart (2004).
    """
    r = np.asarray(retention, dtype=float)
    top = 1 + discount if paid == "end" else r
    return np.asarray(top / (1 + discount - r))
