"""What the treated cells would have been, told from cells without the initiative."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.measure.panel import Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputation:
    """Unit and period means of the untreated cells, carried to the treated ones.

    `untreated`, `treated` `(unit, period)` the cells used on either side; `residual` `(unit, period)` outcome less
    expectation, in treated cells the effect, nil where not used; `share` `(unit, period)` how much a treated cell
    counts, one in all; `pull` `(unit, period)` how often each outcome counts in the estimate, itself linear in the
    outcomes; `base` `(unit, period)` the weights of the untreated cells and `solution` the pseudo-inverse that gives
    their means; `left_out` treated cells for which nothing untreated tells what to expect.
    """

    untreated: np.ndarray
    treated: np.ndarray
    residual: np.ndarray
    share: np.ndarray
    pull: np.ndarray
    base: np.ndarray
    solution: np.ndarray
    left_out: int

    @property
    def estimate(self) -> float:
        """The mean effect in the treated cells, each counted by its customers."""
        return float((self.share * self.residual).sum())


def impute(panel: Panel) -> Imputation:
    """Effects in treated cells, each counted by its customers, as what is left beside means of untreated cells.

    Source: Borusyak, Jaravel & Spiess (2024), Revisiting event-study designs, theorem 2.
    """
    weight, under = panel.weights, panel.under
    base = np.where(under, 0.0, weight)
    inverse = _inverse(base)
    known = _known(base) & panel.seen & under
    share = _shared_out(np.where(known, weight, 0.0))
    expected = _expected(panel.values, base, inverse)
    return Imputation(
        untreated=panel.seen & ~under,
        treated=known,
        residual=np.where(panel.seen & (~under | known), panel.values - expected, 0.0),
        share=share,
        pull=_pull(share, base, inverse),
        base=base,
        solution=inverse,
        left_out=int((panel.seen & under & ~known).sum()),
    )


def impute_in(found: Imputation, cells: np.ndarray) -> Imputation:
    """The same with the mean effect of some treated cells `(unit, period)` alone."""
    share = _shared_out(np.where(cells, found.share, 0.0))
    return replace(found, treated=found.treated & cells, share=share, pull=_pull(share, found.base, found.solution))


def _shared_out(share: np.ndarray) -> np.ndarray:
    return np.asarray(share / share.sum() if share.sum() > 0 else share)


def _pull(share: np.ndarray, base: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    gap = np.concatenate([share.sum(axis=1), share.sum(axis=0)]) @ inverse
    return np.asarray(share - base * (gap[: len(base), None] + gap[None, len(base) :]))


def _inverse(base: np.ndarray) -> np.ndarray:
    """Pseudo-inverse of X'WX of unit and period dummies, of the weights of untreated cells `(unit, period)`."""
    units = len(base)
    gram = np.diag(np.concatenate([base.sum(axis=1), base.sum(axis=0)]))
    gram[:units, units:] = base
    gram[units:, :units] = base.T
    return np.asarray(np.linalg.pinv(gram, rcond=1e-12, hermitian=True))


def _expected(values: np.ndarray, base: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    weighed = base * values
    means = inverse @ np.concatenate([weighed.sum(axis=1), weighed.sum(axis=0)])
    return np.asarray(means[: len(base), None] + means[None, len(base) :])


def _known(base: np.ndarray) -> np.ndarray:
    """Cells whose unit and period are tied to one another by untreated cells `(unit, period)`."""
    units, periods = base.shape
    i, t = np.nonzero(base > 0)
    graph = coo_array((np.ones(len(i)), (i, t + units)), shape=(units + periods, units + periods))
    label = connected_components(graph, directed=False)[1]
    return np.asarray(label[:units, None] == label[None, units:])
