"""PostgreSQL as the engine: tables are read where they are, copies are temporary, nothing else is written."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from impact.address import Address
from impact.engine_faults import NO_RIGHT, missing_extra, no_table, plain, refused, unreachable
from impact.errors import Finding, InputError
from impact.table_name import parts_of

if TYPE_CHECKING:
    import psycopg
    import pyarrow

LONGEST_ID = 40  # bytes: PostgreSQL cuts names at 63, and the engine writes words before and behind an id
OURS = "cx_impact_"
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "application_name": "cx-impact",
}
# One order of adding up, so that the same tables give the same floats; compiling long sums costs more than it saves.
_SESSION = (
    "SET max_parallel_workers_per_gather = 0",
    "SET synchronize_seqscans = off",
    "SET jit = off",
    "SET work_mem = '128MB'",
    "SET client_encoding = 'UTF8'",
)
_WRONG_LOGIN = ("28", "3D")  # SQLSTATE classes: authorization, no such database
_VISIBLE = """
SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
ORDER BY 1 LIMIT 500"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A session on a PostgreSQL server; its temporary tables go with it."""

    connection: Any
    shown: str
    longest_id: int | None = LONGEST_ID

    def read(self, table: str, asked: str, path: Path, sheet: str) -> ir.Table:
        """The table at the source.

        Raises:
            InputError: it is not there, or may not be read.
        """
        from ibis.common.exceptions import TableNotFound

        parts = parts_of(asked)
        try:
            if not 1 <= len(parts) <= 2:
                raise TableNotFound(asked)
            found: ir.Table = self.connection.table(parts[-1], database=parts[0] if len(parts) == 2 else None)
            found.limit(0).execute()
        except TableNotFound:
            place = f"study.toml: [data].{table}"
            raise InputError([no_table(place, asked, self._visible())]) from None
        return found

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """The rows of an expression as a temporary table, counted so that joins are planned well."""
        kept: ir.Table = self.connection.create_table(f"{OURS}{name}", table, temp=True, overwrite=self._is_there(name))
        self.connection.raw_sql(f'ANALYZE "{OURS}{name}"').close()
        return kept

    def look_up(self, name: str, rows: pyarrow.Table) -> ir.Table:
        """A tiny temporary table of our own."""
        return self.keep(name, ibis.memtable(rows))

    def _is_there(self, name: str) -> bool:
        with self.connection.con.cursor() as cursor:
            return cursor.execute("SELECT to_regclass(%s)", (f'pg_temp."{OURS}{name}"',)).fetchone()[0] is not None

    def _visible(self) -> list[str]:
        with self.connection.con.cursor() as cursor:
            return [name for (name,) in cursor.execute(_VISIBLE).fetchall()]


def open_postgres(address: Address) -> Postgres:
    """A session on the server of an address; the password comes from where libpq looks for it.

    Raises:
        InputError: the driver is not installed, or the server does not answer or refuses.
    """
    try:
        import psycopg
    except ImportError:
        raise InputError([missing_extra("postgres", "psycopg")]) from None
    try:
        raw = psycopg.connect(_with_patience(address.url), autocommit=True)
        for setting in _SESSION:
            raw.execute(setting.encode())
        row = raw.execute("SELECT has_database_privilege(current_database(), 'TEMP')").fetchone()
    except psycopg.Error as error:
        raise InputError([_not_connected(error, address.shown)]) from None
    if not row or not row[0]:
        raw.close()
        raise InputError([NO_RIGHT.told(address.shown, "this user may not make temporary tables in this database")])
    connection = ibis.postgres.from_connection(raw)
    weakref.finalize(connection, raw.close)
    return Postgres(connection=connection, shown=address.shown)


def _with_patience(url: str) -> str:
    """The address with bounds on waiting, where it sets none itself."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    asked = conninfo_to_dict(url)
    given = {key: value for key, value in asked.items() if value is not None}
    return str(make_conninfo("", **{**_PATIENCE, **given}))


def _not_connected(error: psycopg.Error, shown: str) -> Finding:
    """The finding of a connection that was not made, in words without user or password."""
    words = " ".join(str(error).split())
    if (error.sqlstate or "")[:2] in _WRONG_LOGIN or "FATAL:" in words or "no password supplied" in words:
        told = next((f"the {sign} is not accepted" for sign in ("password", "role", "database") if sign in words), "")
        return refused(shown, told or "it lets no one in, or not from here")
    return unreachable(shown, plain(words.rpartition(" failed: ")[2]))
