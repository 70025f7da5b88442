"""Repeat buying without a contract: how often customers buy, and whether they still do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, gammaln, hyp2f1

from models.lifetime.likelihood import Fit, maximise

_POSITIVE = (-7.0, 9.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """Customers by their buying since their first purchase, `n` customers a cell `(cell,)`.

    `x` repeat purchases, `t_x` the time from first to last, `T` the time from first to the end of the data.
    """

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    n: np.ndarray


def fit_bgnbd(rows: Purchases) -> Fit:
    """BG/NBD: buying at a gamma rate (r, alpha), dropping out after a purchase with a beta chance (a, b).

    Source: Fader, Hardie & Lee (2005a).
    """
    spread = float(np.average(rows.x / np.maximum(rows.T, 1e-9), weights=rows.n))
    starts = ((0.5, 0.5 / max(spread, 1e-6), 1.0, 2.0), (1.0, 1.0 / max(spread, 1e-6), 0.5, 4.0))
    names = ("r", "alpha", "a", "b")
    return maximise(lambda p: float(rows.n @ _bgnbd(p, rows)), names, starts, (_POSITIVE,) * 4)


def _bgnbd(p: np.ndarray, rows: Purchases) -> np.ndarray:
    r, alpha, a, b = p
    x, again = rows.x, rows.x > 0
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + rows.T)
    before = np.where(again, x, 1)
    gone = betaln(a + 1, b + before - 1) - betaln(a, b) - (r + x) * np.log(alpha + rows.t_x)
    return np.asarray(rate + np.where(again, np.logaddexp(alive, gone), alive))


def bgnbd_alive(p: np.ndarray, rows: Purchases) -> np.ndarray:
    """Chance that a customer of each cell still buys `(cell,)`."""
    return np.asarray(1 / (1 + _odds_gone(p, rows)))


def _odds_gone(p: np.ndarray, rows: Purchases) -> np.ndarray:
    r, alpha, a, b = p
    before = np.maximum(rows.x, 1)
    log_odds = np.log(a / (b + before - 1)) + (r + rows.x) * np.log((alpha + rows.T) / (alpha + rows.t_x))
    return np.where(rows.x > 0, np.exp(log_odds), 0.0)


def bgnbd_expected(p: np.ndarray, rows: Purchases, time: float) -> np.ndarray:
    """Purchases expected of a customer of each cell in the `time` after the data end `(cell,)`."""
    r, alpha, a, b = p
    a = a if abs(a - 1) > 1e-6 else 1 + 1e-6  # the formula's limit at 1 is finite, the formula is not
    x, end = rows.x, alpha + rows.T
    tail = hyp2f1(r + x, b + x, a + b + x - 1, time / (end + time)) * (end / (end + time)) ** (r + x)
    return np.asarray((a + b + x - 1) / (a - 1) * (1 - tail) / (1 + _odds_gone(p, rows)))


def bgnbd_counts(p: np.ndarray, time: float, most: int) -> np.ndarray:
    """Chance of 0, 1, ..., `most` - 1 and of `most` or more repeat purchases by `time` `(most + 1,)`."""
    r, alpha, a, b = p
    x = np.arange(most)
    start = gammaln(r + x) - gammaln(r) - gammaln(x + 1) + r * np.log(alpha / (alpha + time))
    bought = np.exp(start + x * np.log(time / (alpha + time)))
    found = np.exp(betaln(a, b + x) - betaln(a, b)) * bought
    fewer = np.concatenate([[0.0], np.cumsum(bought)[:-1]])
    before = np.maximum(x, 1)
    dropped = np.exp(betaln(a + 1, b + before - 1) - betaln(a, b)) * (1 - fewer)
    found = found + np.where(x > 0, dropped, 0.0)
    return np.append(found, max(1 - found.sum(), 0.0))


def fit_pareto_nbd(rows: Purchases) -> Fit:
    """Pareto/NBD: buying at a gamma rate (r, alpha), dropping out at any time at a gamma rate (s, beta).

    Source: Schmittlein, Morrison & Colombo (1987); Fader & Hardie (2005), a note on deriving it.
    """
    names = ("r", "alpha", "s", "beta")
    spread = max(float(np.average(rows.x / np.maximum(rows.T, 1e-9), weights=rows.n)), 1e-6)
    starts = ((0.5, 0.5 / spread, 0.5, float(rows.T.max()) / 4 + 1e-3),)
    return maximise(lambda p: float(rows.n @ _pareto_nbd(p, rows)), names, starts, (_POSITIVE,) * 4)


def _pareto_nbd(p: np.ndarray, rows: Purchases) -> np.ndarray:
    r, alpha, s, beta = p
    x, total = rows.x, r + s + rows.x
    larger, order = (alpha, s + 1.0) if alpha >= beta else (beta, r + x)
    gap = abs(alpha - beta)

    def part(time: np.ndarray) -> np.ndarray:
        inside = hyp2f1(total, order, total + 1, gap / (larger + time))
        return np.asarray(np.log(inside) - total * np.log(larger + time))

    last, end = part(rows.t_x), part(rows.T)
    gone = last + np.log(-np.expm1(np.minimum(end - last, -1e-15))) + np.log(s / total)
    alive = -(r + x) * np.log(alpha + rows.T) - s * np.log(beta + rows.T)
    start = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    return np.asarray(start + np.logaddexp(alive, gone))


def fit_bgbb(rows: Purchases) -> Fit:
    """BG/BB: in each period a customer buys with a beta chance (alpha, beta), or has left, with one (gamma, delta).

    The model of data by whole periods: `t_x` and `T` are counts of periods.
    Source: Fader, Hardie & Shang (2010).
    """
    names, starts = ("alpha", "beta", "gamma", "delta"), ((1.0, 1.0, 0.5, 2.0), (0.5, 2.0, 1.0, 10.0))
    return maximise(lambda p: float(rows.n @ _bgbb(p, rows)), names, starts, (_POSITIVE,) * 4)


def _bgbb(p: np.ndarray, rows: Purchases) -> np.ndarray:
    alpha, beta, gamma, delta = p
    most = int((rows.T - rows.t_x).max(initial=0))
    since = np.arange(most)[None, :]
    x, last = rows.x[:, None], rows.t_x[:, None]
    gone = betaln(alpha + x, beta + last - x + since) + betaln(gamma + 1, delta + last + since)
    gone = np.where(last + since < rows.T[:, None], gone, -np.inf)
    alive = betaln(alpha + rows.x, beta + rows.T - rows.x) + betaln(gamma, delta + rows.T)
    terms = np.column_stack([alive, gone])
    return np.asarray(np.logaddexp.reduce(terms, axis=1) - betaln(alpha, beta) - betaln(gamma, delta))


def bgbb_expected(p: np.ndarray, rows: Purchases, periods: int) -> np.ndarray:
    """Chance that a customer of each cell buys in each of the coming periods `(cell, period)`."""
    alpha, beta, gamma, delta = p
    ahead = np.arange(1, periods + 1)[None, :]
    buys = betaln(alpha + rows.x + 1, beta + rows.T - rows.x) - betaln(alpha, beta) - _bgbb(p, rows)
    there = betaln(gamma, delta + rows.T[:, None] + ahead) - betaln(gamma, delta)
    return np.asarray(np.exp(buys[:, None] + there))


def bgbb_counts(p: np.ndarray, periods: int) -> np.ndarray:
    """Chance of each number of repeat purchases in `periods` periods `(periods + 1,)`."""
    x = np.repeat(np.arange(periods + 1), periods + 1)
    last = np.tile(np.arange(periods + 1), periods + 1)
    possible = ((x == 0) & (last == 0)) | ((x > 0) & (x <= last))
    x, last = x[possible], last[possible]
    ways = np.where(x > 0, gammaln(last) - gammaln(np.maximum(x, 1)) - gammaln(last - x + 1), 0.0)
    rows = Purchases(x=x, t_x=last, T=np.full(len(x), periods), n=np.ones(len(x)))
    return np.bincount(x, weights=np.exp(_bgbb(p, rows) + ways), minlength=periods + 1)
