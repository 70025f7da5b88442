"""Accounts that can leave only when a term ends: survival over renewals, money discounted when it is due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A contract's term in periods, and the tenure at which its first renewal is decided.

    Without renewal dates each period is a term of its own: `length` 1, `first` 0.
    """

    length: int = 1
    first: int = 0

    def decided(self, tenure: np.ndarray) -> np.ndarray:
        """Renewals decided on before the period in which a customer has `tenure`."""
        return np.asarray(np.maximum((np.asarray(tenure) - 1 - self.first) // self.length + 1, 0))

    def which(self, tenure: np.ndarray) -> np.ndarray:
        """Which renewal, 0 the first, an account of `tenure` at risk decides on: the nearest of its term."""
        return np.maximum(np.floor((np.asarray(tenure) - self.first) / self.length + 0.5), 0).astype(int)


def term_of(length: int, tenure: np.ndarray, n: np.ndarray) -> Term:
    """The term of a length, its first renewal at the commonest tenure of those at risk within a term.

    Args:
        length: periods between renewals.
        tenure: of accounts at risk, in periods.
        n: how many of each.
    """
    if length <= 1 or not len(tenure):
        return Term()
    weight = np.bincount(np.asarray(tenure, dtype=int) % length, weights=n, minlength=length)
    phase = int(weight.argmax())
    return Term(length=length, first=phase or length)


def renewal_value(retention: np.ndarray, price: float, next_in: int, term: int, discount: float) -> float:
    """Present value of the payments due at coming renewals.

    Args:
        retention: share that renews at the next renewal, the one after, ... `(renewal,)`.
        price: paid up front for a term.
        next_in: periods until the next renewal is due.
        term: periods between renewals.
        discount: rate of one period.
    """
    survival = np.cumprod(retention)
    due = next_in + term * np.arange(len(survival))
    return float(price * (survival * (1 + discount) ** -due.astype(float)).sum())
