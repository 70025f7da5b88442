"""Spark as the engine: tables of its catalog or files it can read; copies are cached, nothing is written."""

from __future__ import annotations

import os
import shutil
import socket
import uuid
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

from impact.address import Address, names_file
from impact.engine_faults import GAVE_UP, missing_extra, missing_java, no_table, plain, unreachable
from impact.errors import InputError
from impact.formats.data import csv_header
from impact.formats.sheets import SheetRefusedError
from impact.table_name import parts_of

if TYPE_CHECKING:
    import pyarrow

_ANSWERS_WITHIN = 10.0  # seconds, of a cluster's master
_MASTERS_PORT = "7077"
_TABLES_NAMED = 500
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.ui.showConsoleProgress": "false",
    # Spark keeps a thousand past queries, each with its plan as text; of plans as large as ours that fills the memory.
    "spark.sql.ui.retainedExecutions": "5",
    "spark.sql.maxPlanStringLength": "2000",
    # Each sum and join holds at least one page, 64 megabytes by default: many at once would ask for gigabytes.
    "spark.buffer.pageSize": "2m",
}
_SESSION = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    # A row of too few cells is only seen where all columns are read.
    "spark.sql.csv.parser.columnPruning.enabled": "false",
}


class _Doubles(PySparkCompiler):  # type: ignore[misc]
    """Spark's SQL with numbers written as doubles: Spark takes 0.25 for a decimal and rounds means of it."""

    def visit_DefaultLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:  # noqa: ANN401
        """The literal, a float as a double."""
        written = super().visit_DefaultLiteral(op, value=value, dtype=dtype)
        return self.cast(written, dtype) if dtype.is_floating() else written


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """A Spark session; `ours` sets our views of it apart from others'."""

    connection: Any
    shown: str
    session: Any
    ours: str
    longest_id: int | None = None
    cached: list[Any] = field(default_factory=list)

    def read(self, table: str, asked: str, path: Path, sheet: str) -> ir.Table:
        """The file's table, or that of the catalog.

        Raises:
            InputError: it is not there.
            SheetRefusedError: it is a csv file without a usable header, or at a URL.
        """
        if names_file(asked):
            return self._viewed(table, self._file(asked, path))
        from ibis.common.exceptions import TableNotFound
        from pyspark.errors import AnalysisException

        parts = parts_of(asked)
        try:
            if not parts:
                raise TableNotFound(asked)
            found: ir.Table = self.connection.table(parts[-1], database=parts[:-1] or None)
        except (TableNotFound, AnalysisException):
            listed = self.session.sql("SHOW TABLES").limit(_TABLES_NAMED).collect()
            known = [row.tableName for row in listed if not row.isTemporary]
            raise InputError([no_table(f"study.toml: [data].{table}", asked, known)]) from None
        return found

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """The rows of an expression, cached on the executors (and their disks) at the first question."""
        frame = self.session.sql(self.connection.compile(table)).cache()
        self.cached.append(frame)
        return self._viewed(name, frame)

    def look_up(self, name: str, rows: pyarrow.Table) -> ir.Table:
        """A tiny table of our own."""
        return self._viewed(name, self.session.createDataFrame(rows))

    def _viewed(self, name: str, frame: Any) -> ir.Table:  # noqa: ANN401
        frame.createOrReplaceTempView(f"{self.ours}{name}")
        viewed: ir.Table = self.connection.table(f"{self.ours}{name}")
        return viewed

    def _file(self, asked: str, path: Path) -> Any:  # noqa: ANN401
        if path.suffix.casefold() == ".parquet":
            return self.session.read.parquet(asked if "://" in asked else str(path))
        if "://" in asked:
            raise SheetRefusedError("D301", "a csv file at a URL is not read; a parquet file is")
        delimiter, names = csv_header(path)
        schema = ", ".join(f"`{name.replace('`', '``')}` STRING" for name in names)
        return self.session.read.csv(
            str(path), schema=schema, header=True, sep=delimiter, quote='"', escape='"', multiLine=True, mode="FAILFAST"
        )


def open_spark(address: Address) -> Spark:
    """A session on the master of an address: `spark://local[2]`, `spark://host:7077`, or `spark://` as configured.

    Raises:
        InputError: Spark or Java is not installed, or the master does not answer.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError([missing_extra("spark", "pyspark")]) from None
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        raise InputError([missing_java()])
    builder = SparkSession.builder.appName("cx-impact")
    master = address.url.partition("://")[2]
    if master.startswith("local"):
        builder = builder.master(master)
        for key, value in _LOCAL.items():
            builder = builder.config(key, value)
    elif master:
        _ask_for_answer(master, address.shown)
        builder = builder.master(f"spark://{master}")
    try:
        session = builder.config("spark.log.level", "OFF").getOrCreate()
        connection = ibis.pyspark.connect(session, **_SESSION)
        connection.compiler = _Doubles()
    except Exception as error:
        raise InputError([GAVE_UP.told(address.shown, plain(str(error)))]) from None
    cached: list[Any] = []
    weakref.finalize(connection, _release, cached)
    return Spark(
        connection=connection, shown=address.shown, session=session, ours=f"cx_{uuid.uuid4().hex[:8]}_", cached=cached
    )


def _ask_for_answer(master: str, shown: str) -> None:
    host, _, port = master.partition(",")[0].partition(":")
    try:
        socket.create_connection((host, int(port or _MASTERS_PORT)), timeout=_ANSWERS_WITHIN).close()
    except (OSError, ValueError) as error:
        raise InputError([unreachable(shown, plain(str(error)))]) from None


def _release(cached: list[Any]) -> None:
    for frame in cached:
        if frame.sparkSession._jsc is not None and not frame.sparkSession._jsc.sc().isStopped():
            frame.unpersist()
