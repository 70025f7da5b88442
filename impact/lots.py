"""Who is drawn for a pilot: by lot within strata, both arms alike in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def draw_arms(stratum: np.ndarray, each: int, rng: np.random.Generator) -> np.ndarray:
    """The arm of each customer `(n,)`: 1 treated, 0 control, -1 not drawn.

    `each` an arm are drawn, of every `stratum` `(n,)` its share of them. Arms differ by one at most in each stratum,
    and in all.
    """
    import numpy as np

    _, codes, sizes = np.unique(stratum, return_inverse=True, return_counts=True)
    arms = np.full(len(stratum), -1)
    if not len(stratum):
        return arms
    quota = _quotas(sizes, min(2 * each, len(stratum)), rng)
    lots = rng.permutation(len(stratum))
    order = lots[np.argsort(codes[lots], kind="stable")]
    place = np.arange(len(stratum)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    drawn = order[place < np.repeat(quota, sizes)]
    # one after another through the strata, so that odd strata lean to either arm in turn
    arms[drawn] = (np.arange(len(drawn)) + rng.integers(2)) % 2
    return arms


def _quotas(sizes: np.ndarray, total: int, rng: np.random.Generator) -> np.ndarray:
    """How many of each stratum are drawn: its share, what is left over by the largest remainders."""
    import numpy as np

    share = sizes * (total / sizes.sum())
    quota = np.floor(share + 1e-9).astype(int)
    order = np.lexsort((rng.random(len(sizes)), quota - share))
    quota[order[: total - int(quota.sum())]] += 1
    return np.asarray(np.minimum(quota, sizes))
