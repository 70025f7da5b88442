"""The embedded engine: DuckDB over a file of its own, so that rows are compressed and spill to disk."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.types as ir

from impact.address import Address
from impact.engine import ROW
from impact.engine_faults import wrong_memory
from impact.errors import InputError
from impact.formats.data import csv_header, sheet_as_text
from impact.formats.sheets import SheetRefusedError

if TYPE_CHECKING:
    import pyarrow

MEMORY = "CX_IMPACT_MEMORY"
LEAST_MEMORY, MOST_MEMORY = 256 << 20, 3 << 30
SHARE_OF_MACHINE = 0.4  # the models need the rest
_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(k|m|g|t)i?b?\s*$", re.IGNORECASE)
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_CONTAINER_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckDB:
    """The embedded engine. Its file lies in a private folder that is removed with the connection."""

    connection: Any
    shown: str
    longest_id: int | None = None

    def read(self, table: str, asked: str, path: Path, sheet: str) -> ir.Table:
        """The file's table with its own column names, and `ROW`.

        Raises:
            SheetRefusedError: the file is of no kind that is read.
            duckdb.Error: its content is not what its name says.
        """
        kind = path.suffix.casefold()
        if kind == ".parquet":
            return self._parquet(table, path)
        if kind == ".csv":
            read = self._csv(table, path)
        elif kind == ".xlsx":
            read = self.connection.create_table(f"sheet_{table}", sheet_as_text(path, sheet))
        else:
            raise SheetRefusedError("D301", f"{path.name} is of no kind that is read")
        return self.keep(f"raw_{table}", read.mutate(**{ROW: ibis.row_number() + 1}))

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """The rows of an expression as a table of the private file."""
        kept: ir.Table = self.connection.create_table(name, table, overwrite=True)
        return kept

    def look_up(self, name: str, rows: pyarrow.Table) -> ir.Table:
        """A tiny table of our own beside the data."""
        made: ir.Table = self.connection.create_table(name, rows, overwrite=True)
        return made

    def _parquet(self, table: str, path: Path) -> ir.Table:
        read = self.connection.read_parquet(str(path), table_name=f"raw_{table}", file_row_number=True)
        return read.rename({ROW: "file_row_number"}).mutate(**{ROW: lambda t: t[ROW] + 1})

    def _csv(self, table: str, path: Path) -> ir.Table:
        delimiter, names = csv_header(path)
        read: ir.Table = self.connection.read_csv(
            str(path),
            table_name=f"csv_{table}",
            columns=dict.fromkeys(names, "string"),
            auto_detect=False,
            header=True,
            delim=delimiter,
            quote='"',
            escape='"',
        )
        return read


def open_duckdb(address: Address) -> DuckDB:
    """The embedded engine, with a memory limit and a private folder to spill to.

    Raises:
        InputError: the limit asked for is no size.
    """
    limit = memory_limit()
    folder = tempfile.mkdtemp(prefix="cx-impact-")
    try:
        connection = ibis.duckdb.connect(
            Path(folder) / "study.duckdb",
            memory_limit=f"{limit >> 20}MiB",
            temp_directory=str(Path(folder) / "spill"),
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(connection, _remove, connection.con, folder)
    connection.raw_sql("SET TimeZone = 'UTC'")
    # Threads add up floats in any order; the last digit of a sum then sends the sampler another way.
    connection.raw_sql("SET threads = 1")
    return DuckDB(connection=connection, shown=address.shown)


def memory_limit() -> int:
    """Bytes that the embedded engine may hold before it spills: as asked by `CX_IMPACT_MEMORY`, else a share.

    Raises:
        InputError: what is asked is no size, or less than can be worked in.
    """
    asked = os.environ.get(MEMORY, "").strip()
    if not asked:
        return int(min(MOST_MEMORY, max(LEAST_MEMORY, SHARE_OF_MACHINE * _machine_memory())))
    size = _SIZE.match(asked)
    bytes_asked = int(float(size[1]) * _UNITS[size[2].casefold()]) if size else 0
    if bytes_asked < LEAST_MEMORY:
        raise InputError([wrong_memory(MEMORY, asked, f"{LEAST_MEMORY >> 20}MB")])
    return bytes_asked


def _machine_memory() -> int:
    """Bytes of memory that this process may use, by its container where that is less than the machine."""
    known = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")] if hasattr(os, "sysconf") else [4 << 30]
    for place in _CONTAINER_LIMITS:
        try:
            text = Path(place).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            known.append(int(text))
    return min(known)


def _remove(connection: duckdb.DuckDBPyConnection, folder: str) -> None:
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)
