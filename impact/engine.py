"""The engine that holds the tables while a study is read: opened by its address, asked by expressions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import ibis.expr.types as ir

from impact.address import address_of
from impact.engine_faults import unknown_engine
from impact.errors import InputError
from impact.study import Study

if TYPE_CHECKING:
    import pyarrow

ROW = "row in its file"


class Engine(Protocol):
    """What every engine does. `shown` says where the data live, without user or password."""

    @property
    def connection(self) -> Any:  # noqa: ANN401
        """The ibis backend."""

    @property
    def shown(self) -> str:
        """The address, fit to be printed."""

    @property
    def longest_id(self) -> int | None:
        """Bytes that an id may have to name a column; None where every length is kept."""

    def read(self, table: str, asked: str, path: Path, sheet: str) -> ir.Table:
        """The table that a study names, by a file or at the source; `ROW` counts its rows, if they have an order.

        Raises:
            InputError: it is not there, or may not be read.
        """

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """The rows of an expression, computed once and kept where the data live until the engine is left."""

    def look_up(self, name: str, rows: pyarrow.Table) -> ir.Table:
        """A tiny table of our own beside the data."""


def open_engine(study: Study) -> Engine:
    """The engine of a study's `[data].source`.

    Raises:
        InputError: it is not installed, cannot be reached, or refuses.
    """
    address = address_of(study.data.source)
    if address is None:
        raise InputError([unknown_engine()])
    if address.kind == "postgres":
        from impact.engine_postgres import open_postgres

        return open_postgres(address)
    if address.kind == "spark":
        from impact.engine_spark import open_spark

        return open_spark(address)
    from impact.engine_duckdb import open_duckdb

    return open_duckdb(address)
