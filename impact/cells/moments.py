"""Moments of rows in which each customer is compared with itself, computed where the data live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Literal

import ibis
import numpy as np

from impact.cells.many import SUMS_A_QUERY
from impact.cells.summary import Moments

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value

Scale = Literal["own mean", "money"]
OUTCOMES: dict[Scale, str] = {"own mean": "relative_spend", "money": "money"}
LEAST_SHARE = 0.1
KEYS = ["persona", "customer_id"]
MOST_CLUSTERS = 200_000  # customers whose scores tell the standard errors: to a quarter of a percent
SLOTS = 4_096
ALL_SLOTS = "g"  # after every hexadecimal digit
FITS_A_QUERY = 8  # groups whose residuals one query tells apart


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def md5(text: str) -> str:  # type: ignore[empty-body]
    """The engine's own md5: the same slot for a customer on every engine."""


def within_moments(
    rows: Table, *, outcome: str, exposures: list[str], scale: Scale = "own mean"
) -> tuple[Moments, ...]:
    """Moments by persona of a money outcome relative to its customer's own mean, or less it in money.

    Every row counts, zero and negative periods included. Relative to its own mean it does of customers whose own
    mean is positive and at least a tenth of their mean absolute money: below that one credit note would drown all
    others; they are counted in `left_out`. In money nobody is left out. A customer seen once adds nothing; one who
    changes persona is compared with itself within each. An exposure that is unknown counts as none, with an
    indicator of its own where some are unknown. Columns: exposures, indicators of the unknown and of the periods
    (the first left out), outcome.

    Sums over rows less sums over customers of the products of their own sums, so that nothing is sorted.
    """
    moments, left_out = moments_by_group(rows, outcome=outcome, exposures=exposures, scale=scale)
    return tuple(replace(one, left_out=sum(left_out.values())) for one in moments)


def moments_by_group(
    rows: Table, *, outcome: str, exposures: list[str], scale: Scale
) -> tuple[tuple[Moments, ...], dict[str, int]]:
    """As `within_moments`, whatever `persona` stands for, and the customers left out by it."""
    rows = rows.filter(rows[outcome].notnull())
    periods = sorted(int(t) for t in rows.select("t").distinct().to_pandas()["t"])
    if len(periods) < 2:
        return (), {}
    unknown = _sometimes_unknown(rows, exposures)
    columns = (*exposures, *(f"unknown__{e}" for e in unknown), *(f"period_{t}" for t in periods[1:]), OUTCOMES[scale])
    customers = _customers(rows, outcome, scale)
    left_out = _left_out(customers)
    centred = _centred_outcome(rows, customers, outcome, columns)
    sums = _by_customer(centred, len(columns) - 1)
    counts = sums.group_by("persona").agg(rows=sums.n.sum(), customers=sums.count()).to_pandas().set_index("persona")
    if counts.empty:
        return (), left_out
    grams = _centred_grams(centred, sums, len(columns))
    meats = _meats(centred, {name: _solve(gram) for name, gram in grams.items()}, counts["customers"].to_dict())
    found = [
        Moments(
            persona=name,
            columns=columns,
            gram=grams[name],
            meat=meats[name],
            rows=int(counts.loc[name, "rows"]),
            customers=int(counts.loc[name, "customers"]),
        )
        for name in sorted(str(name) for name in counts.index)
    ]
    return tuple(found), left_out


def _sometimes_unknown(rows: Table, exposures: list[str]) -> list[str]:
    if not exposures:
        return []
    sums = {f"u{k}": rows[name].isnull().ifelse(1, 0).sum() for k, name in enumerate(exposures)}
    counts = rows.agg(**sums).to_pandas()
    return [name for k, name in enumerate(exposures) if counts[f"u{k}"].iloc[0] > 0]


def _customers(rows: Table, outcome: str, scale: Scale) -> Table:
    """Customers seen twice or more, with their own mean, what it is divided by, and whether they are kept (0/1)."""
    customers = rows.group_by(KEYS).agg(seen=rows.count(), own=rows[outcome].mean(), size=rows[outcome].abs().mean())
    customers = customers.filter(customers.seen > 1)
    if scale == "money":
        return customers.mutate(unit=ibis.literal(1.0), kept=ibis.literal(1)).cache()
    kept = (customers.own > LEAST_SHARE * customers["size"]).ifelse(1, 0)
    return customers.mutate(unit=customers.own, kept=kept).cache()


def _left_out(customers: Table) -> dict[str, int]:
    gone = customers.filter(customers.kept == 0)
    counts = gone.group_by("persona").agg(n=gone.count()).to_pandas()
    return {str(name): int(n) for name, n in zip(counts["persona"], counts["n"], strict=True)}


def _centred_outcome(rows: Table, customers: Table, outcome: str, columns: tuple[str, ...]) -> Table:
    """Rows of the customers kept: `x0`... by column, and `y`, the outcome less the customer's own mean, in its unit."""
    kept = customers.filter(customers.kept == 1).select(*KEYS, "own", "unit")
    joined = rows.inner_join(kept, KEYS)

    def value(name: str) -> Value:
        if name.startswith("unknown__"):
            return joined[name.removeprefix("unknown__")].isnull().ifelse(1, 0).cast("int8")
        if name.startswith("period_"):
            return (joined.t == int(name.removeprefix("period_"))).ifelse(1, 0).cast("int8")
        return joined[name].fill_null(0)

    x = {f"x{k}": value(name) for k, name in enumerate(columns[:-1])}
    narrow = joined.select(*KEYS, **x, y=(joined[outcome] - joined.own) / joined.unit).cache()
    return narrow.mutate(**{name: narrow[name].cast("float64") for name in x})


def _by_customer(centred: Table, width: int) -> Table:
    """Sums by customer: `n`, `s0`... of the columns. The outcome's own sum is 0 by how it is made."""
    sums = {f"s{k}": centred[f"x{k}"].sum() for k in range(width)}
    return centred.group_by(KEYS).agg(n=centred.count(), **sums).cache()


def _centred_grams(centred: Table, sums: Table, size: int) -> dict[str, np.ndarray]:
    """X'X by persona `(column, column)`, outcome last, every column centred on its customer's own mean."""
    width = size - 1
    plain = {
        (i, j): centred[_column(i, width)] * centred[_column(j, width)]
        for i, j in combinations_with_replacement(range(size), 2)
    }
    own = {(i, j): sums[f"s{i}"] * sums[f"s{j}"] / sums.n for i, j in combinations_with_replacement(range(width), 2)}
    grams = _squares(centred, plain, size)
    for name, less in _squares(sums, own, width).items():
        grams[name][:width, :width] -= less
    return grams


def _column(k: int, width: int) -> str:
    return f"x{k}" if k < width else "y"


def _squares(rows: Table, products: dict[tuple[int, int], Value], size: int) -> dict[str, np.ndarray]:
    """The symmetric matrix of the sums of `products` by persona."""
    pairs = list(products)
    found: dict[str, np.ndarray] = {}
    for start in range(0, len(pairs), SUMS_A_QUERY):
        part = pairs[start : start + SUMS_A_QUERY]
        asked = rows.group_by("persona").agg(**{f"p{i}_{j}": products[i, j].sum() for i, j in part})
        for row in asked.to_pandas().to_dict("records"):
            square = found.setdefault(str(row["persona"]), np.zeros((size, size)))
            for i, j in part:
                square[i, j] = square[j, i] = row[f"p{i}_{j}"]
    return found


def _solve(gram: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.lstsq(gram[:-1, :-1], gram[:-1, -1], rcond=None)[0])


def _meats(centred: Table, fits: Mapping[str, np.ndarray], customers: Mapping[str, int]) -> dict[str, np.ndarray]:
    """By persona, sums over its customers of the products of their scores, at its fit `(column, column)`.

    A customer's score is the sum of its centred column times its centred residual, which equals the sum of
    the column times the residual less the product of their sums over n. Of many customers, those whose id
    falls into the first slots stand for all.
    """
    names = sorted(fits)
    found: dict[str, np.ndarray] = {}
    for start in range(0, len(names), FITS_A_QUERY):
        part = names[start : start + FITS_A_QUERY]
        slots = {name: _slots(int(customers[name])) for name in part}
        squares = _score_squares(centred, {name: fits[name] for name in part}, slots)
        found |= {name: squares[name] * (SLOTS / slots[name]) for name in part}
    return found


def _slots(customers: int) -> int:
    return SLOTS if customers <= MOST_CLUSTERS else max(1, round(SLOTS * MOST_CLUSTERS / customers))


def _score_squares(centred: Table, fits: Mapping[str, np.ndarray], slots: Mapping[str, int]) -> dict[str, np.ndarray]:
    mine = centred.filter(centred.persona.isin(list(fits)))
    if min(slots.values()) < SLOTS:
        least = {name: ALL_SLOTS if count >= SLOTS else f"{count:03x}" for name, count in slots.items()}
        bound = ibis.cases(*[(mine.persona == name, text) for name, text in least.items()], else_=ALL_SLOTS)
        mine = mine.filter(md5(mine.customer_id).substr(0, 3) < bound)
    width = len(next(iter(fits.values())))
    residuals = [(mine.persona == name, _residual(mine, fit)) for name, fit in fits.items()]
    rows = mine.mutate(residual=ibis.cases(*residuals, else_=0.0))
    sums = {f"c{k}": (rows[f"x{k}"] * rows.residual).sum() for k in range(width)}
    own = {f"s{k}": rows[f"x{k}"].sum() for k in range(width)}
    each = rows.group_by(KEYS).agg(n=rows.count(), r=rows.residual.sum(), **sums, **own)
    share = each.r / each.n
    scores = each.select("persona", **{f"u{k}": each[f"c{k}"] - each[f"s{k}"] * share for k in range(width)}).cache()
    products = {(i, j): scores[f"u{i}"] * scores[f"u{j}"] for i, j in combinations_with_replacement(range(width), 2)}
    return _squares(scores, products, width)


def _residual(rows: Table, fit: np.ndarray) -> Value:
    residual = rows.y
    for k, slope in enumerate(fit):
        residual = residual - rows[f"x{k}"] * float(slope)
    return residual
