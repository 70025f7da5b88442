"""Cells and margins of the money of those who stay equal what pandas makes of the same rows."""

from __future__ import annotations

from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pytest
from ibis.expr.types import Table

from impact.cells.spend_cells import PAST_EDGES, spend_cells

# The engine adds in another order than numpy; sums of some thousand terms of up to a thousand each.
SUM_ORDER = 1e-6
KEYS = ["persona", "tenure_band", "t", "plan", "past", "score_bin"]
ROWS = 3_000


def rows_of(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, 800, ROWS).astype(str),
            "persona": rng.choice(["firm", "home"], ROWS),
            "tenure_band": rng.integers(0, 3, ROWS),
            "tenure": rng.integers(0, 12, ROWS),
            "t": rng.integers(1, 4, ROWS),
            "plan": rng.choice(["basic", "plus"], ROWS),
            "score__overall": rng.integers(1, 6, ROWS).astype(float),
            "revenue": rng.choice([-5.0, 0.0, 20.0, 55.5, 100.0, 400.0], ROWS),
            "next_revenue": rng.choice([-3.0, 0.0, 12.25, 70.0, 900.0], ROWS),
        }
    )


def on_engine(rows: pd.DataFrame) -> Table:
    return ibis.duckdb.connect().create_table("rows", rows)


def study(*controls: str) -> SimpleNamespace:
    return SimpleNamespace(model=SimpleNamespace(controls=controls))


def in_pandas(rows: pd.DataFrame) -> pd.DataFrame:
    median = rows["persona"].map(rows.groupby("persona")["revenue"].median())
    past = 1 + sum((rows["revenue"] > median * edge).astype(int) for edge in PAST_EDGES)
    above = rows["next_revenue"] > 0
    logs = np.log(rows["next_revenue"].where(above, 1.0))
    return rows.assign(
        past=past.where(rows["revenue"] > 0, 0),
        score_bin=(rows["score__overall"] / 0.5).round().astype(int),
        n=1,
        money=rows["next_revenue"],
        squares=rows["next_revenue"] ** 2,
        positive_n=above.astype(int),
        positive=rows["next_revenue"].where(above, 0.0),
        logs=logs,
        log_squares=logs**2,
        zeros=(rows["next_revenue"] == 0).astype(int),
        negatives=(rows["next_revenue"] < 0).astype(int),
    )


def test_cells_of_revenue_hold_every_row_with_its_money() -> None:
    rows = rows_of(1)
    found = spend_cells(on_engine(rows), study("tenure", "plan"))
    plain = in_pandas(rows)
    sums = ["n", "money", "squares", "positive_n", "positive", "logs", "log_squares", "zeros", "negatives"]
    expected = plain.groupby(KEYS, as_index=False)[sums].sum()
    means = plain.groupby(KEYS, as_index=False).agg(tenure=("tenure", "mean"), overall=("score__overall", "mean"))
    assert found.dropped == ()
    both = found.cells.merge(expected.merge(means), on=KEYS, suffixes=("", "_expected"), validate="one_to_one")
    assert len(both) == len(expected) == len(found.cells)
    for name in [*sums, "tenure", "overall"]:
        np.testing.assert_allclose(both[name].astype(float), both[f"{name}_expected"].astype(float), atol=SUM_ORDER)


def test_too_many_cells_leave_out_controls_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = on_engine(rows_of(2))
    whole = spend_cells(rows, study("plan"))
    monkeypatch.setattr("impact.cells.spend_cells.MOST_SPEND_CELLS", len(whole.cells) - 1)
    fewer = spend_cells(rows, study("plan"))
    assert fewer.dropped == ("plan",) and "plan" not in fewer.cells
    assert len(fewer.cells) < len(whole.cells)
    for name in ("n", "money", "squares", "logs", "zeros", "negatives"):
        assert fewer.cells[name].sum() == pytest.approx(whole.cells[name].sum(), abs=SUM_ORDER)
    assert np.average(fewer.cells["overall"], weights=fewer.cells["n"]) == pytest.approx(
        np.average(whole.cells["overall"], weights=whole.cells["n"]), abs=SUM_ORDER
    )


def test_no_scored_row_gives_no_cell() -> None:
    assert spend_cells(on_engine(rows_of(3).head(0)), study("plan")).cells.empty


def test_a_median_of_many_digits_parts_revenue_as_any_other() -> None:
    # 17 digits and an edge of three are more than the 18 that DuckDB keeps of a decimal product
    rows = rows_of(4).assign(persona="home")
    rows["revenue"] = 103.21000000000001 * rows["revenue"].clip(lower=1.0).pipe(lambda one: one / one.median())
    found = spend_cells(on_engine(rows), study("plan")).cells
    pd.testing.assert_series_equal(
        found.groupby("past")["n"].sum(), in_pandas(rows).groupby("past")["n"].sum(), check_dtype=False
    )
