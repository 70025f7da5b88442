"""Whether chains tell the same: R-hat and effective sample sizes of many quantities at once.

Of arrays and without arviz, whose import alone takes longer than the quick engine; `tests/models/test_diagnostics.py`
holds every figure against it.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri
from scipy.stats import rankdata

TAILS = (0.05, 0.95)


def rhat(draws: np.ndarray) -> np.ndarray:
    """The rank-normalised split R-hat `(quantity,)` of draws `(chain, draw, quantity)`.

    The larger of bulk and folded. 1 where a quantity does not vary.
    Source: Vehtari, Gelman, Simpson, Carpenter & Buerkner (2021).
    """
    halves = _halves(draws)
    folded = np.abs(halves - np.median(halves, axis=(0, 1)))
    return np.asarray(np.maximum(_plain_rhat(_ranked(halves)), _plain_rhat(_ranked(folded))))


def effective_draws(draws: np.ndarray) -> np.ndarray:
    """The smaller of bulk and tail effective sample size `(quantity,)` of draws `(chain, draw, quantity)`.

    Infinite where a quantity does not vary. Source: Vehtari et al. (2021); Geyer (1992) for where sums end.
    """
    halves = _halves(draws)
    sizes = [_plain_ess(_ranked(halves))]
    for share in TAILS:
        below = (halves <= np.quantile(draws, share, axis=(0, 1))).astype(float)
        sizes.append(_plain_ess(below))
    return np.asarray(np.min(sizes, axis=0))


def _halves(draws: np.ndarray) -> np.ndarray:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _ranked(draws: np.ndarray) -> np.ndarray:
    """Normal scores of the ranks over all chains; Blom's offset."""
    flat = draws.reshape(-1, draws.shape[2])
    rank = rankdata(flat, axis=0)
    return np.asarray(ndtri((rank - 0.375) / (len(flat) + 0.25)).reshape(draws.shape))


def _plain_rhat(draws: np.ndarray) -> np.ndarray:
    n = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    between = draws.mean(axis=1).var(axis=0, ddof=1)
    varies = within > 0
    ratio = np.divide(between, within, out=np.zeros_like(within), where=varies)
    return np.asarray(np.where(varies, np.sqrt((n - 1) / n + ratio), 1.0))


def _plain_ess(draws: np.ndarray) -> np.ndarray:
    chains, n, _ = draws.shape
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    total = within * (n - 1) / n + draws.mean(axis=1).var(axis=0, ddof=1)
    varies = total > 0
    scale = np.where(varies, total, 1.0)
    shared = 1 - (within - _autocovariance(draws).mean(axis=0) * n / (n - 1)) / scale
    shared[0] = 1.0
    pairs = shared[: n - n % 2].reshape(-1, 2, shared.shape[1]).sum(axis=1)
    # the first negative pair ends the sum, and pairs before it never rise again
    kept = np.cumprod(pairs > 0, axis=0) * np.minimum.accumulate(pairs, axis=0)
    time = np.maximum(2 * kept.sum(axis=0) - 1, 1 / np.log10(chains * n))
    return np.where(varies, chains * n / time, np.inf)


def _autocovariance(draws: np.ndarray) -> np.ndarray:
    """Of each chain by lag `(chain, lag, quantity)`, divided by the number of draws."""
    n = draws.shape[1]
    around = draws - draws.mean(axis=1, keepdims=True)
    size = next_fast_len(2 * n)
    waves = rfft(around, n=size, axis=1)
    return np.asarray(irfft(np.abs(waves) ** 2, n=size, axis=1)[:, :n] / n)
