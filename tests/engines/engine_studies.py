"""One study on each engine: the files on DuckDB and Spark, the same rows as typed tables on PostgreSQL."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from impact.cells import Cells, summarise
from impact.cells.panel import build_panel
from impact.intake import Intake, take_in
from tests.engines.pg_server import Server

SPARK = "spark://local[2]"
TYPES = {
    "ledger": {"customer_id": "text", "period": "text", "revenue": "numeric(12,2)", "plan": "varchar(20)"},
    "customers": {"customer_id": "text", "persona": "text", "joined_at": "date"},
    "incidents": {"customer_id": "text", "occurred_at": "timestamptz", "pain_point": "text"},
    "responses": {
        "customer_id": "text",
        "responded_at": "date",
        "stage": "text",
        "score": "smallint",
        "metric": "text",
    },
}


def on_postgres(server: Server, schema: str, user: str = "postgres") -> tuple[str, ...]:
    """The settings that read a study's tables from a schema of the server."""
    named = [f"data.{table}='\"{schema}\".{table}'" for table in TYPES]
    return (f"data.source='{server.url(user)}'", *named)


def on_spark() -> tuple[str, ...]:
    """The settings that read a study's files with Spark."""
    return (f"data.source='{SPARK}'",)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one engine made of a study."""

    intake: Intake
    panel: pd.DataFrame
    cells: Cells


@functools.cache
def seen(folder: Path, settings: tuple[str, ...]) -> Seen:
    """What an engine makes of a study, asked once."""
    intake = take_in(folder, settings)
    panel = build_panel(intake.source, intake.case.journey, intake.study).to_pandas()
    cells = summarise(intake.source, intake.case.journey, intake.study)
    if SPARK in "".join(settings):
        _forget_cached()
    return Seen(intake=intake, panel=panel.sort_values(["customer_id", "t"], ignore_index=True), cells=cells)


def _forget_cached() -> None:
    """Nothing; lets go of what a session keeps in memory, since one session serves every test."""
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.catalog.clearCache()


def agree(first: pd.DataFrame, second: pd.DataFrame, tolerance: float) -> None:
    """Nothing; fails where two tables differ, numbers by more than a relative tolerance, whatever their order."""
    plain = [_plain(frame) for frame in (first, second)]
    pd.testing.assert_frame_equal(*plain, check_dtype=False, rtol=tolerance, atol=tolerance)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with numbers as floats and its rows in one order."""
    made = frame.copy()
    for name in made.columns:
        try:
            made[name] = pd.to_numeric(made[name]).astype(float)
        except (TypeError, ValueError):
            made[name] = made[name].astype(object).where(made[name].notna(), "")
    keys = list(made.columns)
    rounded = made.apply(lambda column: column.round(6) if column.dtype == float else column)
    order = rounded.sort_values(keys).index
    return made.loc[order].reset_index(drop=True)


def need(condition: bool, what: str) -> None:  # noqa: FBT001
    """Nothing; fails, and does not skip, where a program that the tests need is missing."""
    if not condition:
        pytest.fail(what)
