"""Customers who buy without a contract: how often, for how much, and what they are still expected to bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.cells import CustomerCells
from impact.rng import stream
from impact.study import Study
from models.base import margin_rate
from models.lifetime.gamma_gamma import Values, expected_value, fit_gamma_gamma, goes_with_frequency
from models.lifetime.lifetime import EVERYBODY, LifetimeRow, Spans, of_persona, spans_of, worth_of
from models.lifetime.likelihood import Fit
from models.lifetime.repeat_buying import (
    Purchases,
    bgbb_counts,
    bgbb_expected,
    bgnbd_counts,
    bgnbd_expected,
    fit_bgbb,
    fit_bgnbd,
)

LEAST_BUYERS = 50
MOST_COUNTED = 7
DRAWS = 100
_UNKNOWN = (np.nan,) * 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Buying:
    """What repeat customers do, as rows of the table and as the checks need it.

    `counts`: purchases (the last row: that many or more) -> customers as seen, BG/BB, BG/NBD. `correlation` is that of
    frequency and value; `not_followed` customers bought before the ledger begins.
    """

    rows: tuple[LifetimeRow, ...]
    counts: pd.DataFrame
    correlation: float
    not_followed: int


def measure_buying(cells: CustomerCells, study: Study) -> Buying | None:
    """The models of buying for each persona with enough customers; None where buying is not what the study is of."""
    if cells.lifetime is None or cells.lifetime.buying is None or cells.lifetime.values is None:
        return None
    spans, share = spans_of(study), _margin_share(cells, study)
    buying, spend = cells.lifetime.buying, cells.lifetime.values
    names = sorted({str(one) for one in buying["persona"]} - {EVERYBODY})
    rows: list[LifetimeRow] = []
    for persona in (*names, EVERYBODY) if len(names) != 1 else (EVERYBODY,):
        purchases, values = purchases_of(of_persona(buying, persona)), values_of(of_persona(spend, persona))
        if purchases.n.sum() >= LEAST_BUYERS and purchases.x.any() and purchases.T.any():
            rows += _rows(persona, purchases, _value(values) * share, spans, study.study.seed)
    if not rows:
        return None
    exact, rough = (np.array([value for _, value, _ in row.parameters]) for row in rows[-2:])  # everybody's are last
    return Buying(
        rows=tuple(rows),
        counts=_counts(purchases_of(buying), exact, rough),
        correlation=goes_with_frequency(values_of(spend)),
        not_followed=cells.lifetime.not_followed,
    )


def purchases_of(rows: pd.DataFrame) -> Purchases:
    """Cells of buying, personas put together."""
    cells = rows.groupby(["x", "t_x", "T"], as_index=False)["n"].sum()
    x, t_x, end, n = (cells[name].to_numpy(float) for name in ("x", "t_x", "T", "n"))
    return Purchases(x=x, t_x=t_x, T=end, n=n)


def values_of(rows: pd.DataFrame) -> Values:
    """Cells of the mean value of a purchase."""
    x, value, log_value, spread, n = (rows[name].to_numpy(float) for name in ("x", "value", "log_value", "spread", "n"))
    return Values(x=x, value=value, log_value=log_value, spread=spread, n=n)


def _margin_share(cells: CustomerCells, study: Study) -> float:
    rate = margin_rate(cells, study)
    return rate if rate is not None else float(cells.money["margin"].sum() / cells.money["revenue"].sum())


def _value(rows: Values) -> float:
    """Revenue of a purchase: that of the gamma-gamma where its mean is finite, else the mean as seen."""
    seen = float(np.average(rows.value, weights=rows.n * rows.x))
    if rows.n.sum() < LEAST_BUYERS:
        return seen
    fit = fit_gamma_gamma(rows)
    return float(expected_value(fit, np.zeros(1), np.zeros(1))[0]) if fit.estimate[1] > 1.1 else seen


def _rows(persona: str, rows: Purchases, money: float, spans: Spans, seed: int) -> list[LifetimeRow]:
    periods, weight = len(spans.discount), rows.n / rows.n.sum()
    exact = fit_bgbb(rows)
    draws = exact.draws(stream(seed, f"buying {persona}"), DRAWS)
    paths = np.array([weight @ bgbb_expected(one, rows, periods) for one in (exact.estimate, *draws)])
    rough = fit_bgnbd(rows)
    total = [0.0, *(float(weight @ bgnbd_expected(rough.estimate, rows, h)) for h in range(1, periods + 1))]
    return [
        _row(persona, "BG/BB", exact, rows, paths * money, spans),
        _row(persona, "BG/NBD", rough, rows, np.diff(total)[None, :] * money, spans),
    ]


def _row(persona: str, model: str, fit: Fit, rows: Purchases, paths: np.ndarray, spans: Spans) -> LifetimeRow:
    customers = float(rows.n.sum())
    return LifetimeRow(
        persona=persona,
        model=model,
        parameters=tuple(zip(fit.names, fit.estimate.tolist(), fit.se.tolist(), strict=True)),
        loglik=fit.loglik,
        n=customers,
        left=np.nan,
        retention=_UNKNOWN,
        customers=customers,
        horizon=worth_of(paths, spans.discount, spans.horizon),
        long=worth_of(paths, spans.discount, spans.long),
    )


def _counts(rows: Purchases, exact: np.ndarray, rough: np.ndarray) -> pd.DataFrame:
    """Customers by repeat purchases: as seen, and as each model expects of customers followed as long."""
    places = np.minimum(rows.x, MOST_COUNTED).astype(int)
    found = {"BG/BB": np.zeros(MOST_COUNTED + 1), "BG/NBD": np.zeros(MOST_COUNTED + 1)}
    for end in np.unique(rows.T):
        n = rows.n[end == rows.T].sum()
        chances = bgbb_counts(exact, int(end))
        found["BG/BB"] += n * np.bincount(
            np.minimum(np.arange(len(chances)), MOST_COUNTED), weights=chances, minlength=MOST_COUNTED + 1
        )
        found["BG/NBD"] += n * (bgnbd_counts(rough, end, MOST_COUNTED) if end > 0 else np.eye(MOST_COUNTED + 1)[0])
    seen = np.bincount(places, weights=rows.n, minlength=MOST_COUNTED + 1)
    return pd.DataFrame({"purchases": np.arange(MOST_COUNTED + 1), "seen": seen, **found})


def misplaced(counts: pd.DataFrame, model: str) -> float:
    """Share of customers that would have to be moved for the expected counts to be those seen."""
    return float((counts["seen"] - counts[model]).abs().sum() / 2 / counts["seen"].sum())
