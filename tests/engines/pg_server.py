"""A PostgreSQL server of the tests' own: made in a private folder, reached by its socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SUPERUSER = "postgres"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server: its folder, its socket's folder, and its port (which only names the socket)."""

    folder: Path
    port: int

    def url(self, user: str = SUPERUSER, database: str = "postgres") -> str:
        """The address of a database as the study file writes it."""
        return f"postgres://{user}@/{database}?host={self.folder}&port={self.port}"

    def run(self, sql: str, database: str = "postgres") -> None:
        """Nothing; runs statements as the superuser."""
        import psycopg

        with psycopg.connect(self.url(database=database), password="root secret", autocommit=True) as connection:
            connection.execute(sql.encode())

    def load(self, folder: Path, schema: str, tables: Mapping[str, Mapping[str, str]]) -> None:
        """Nothing; copies csv files into a schema, each table with the column types given."""
        import psycopg

        with psycopg.connect(self.url(), password="root secret", autocommit=True) as connection:
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'.encode())
            for table, columns in tables.items():
                declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
                connection.execute(f'CREATE TABLE "{schema}"."{table}" ({declared})'.encode())
                copy = f'COPY "{schema}"."{table}" FROM STDIN WITH (FORMAT csv, HEADER true)'
                with connection.cursor() as cursor, cursor.copy(copy.encode()) as stream:
                    stream.write((folder / f"{table}.csv").read_bytes())

    def control(self, *arguments: str) -> None:
        """Nothing; `pg_ctl` with these arguments."""
        _as_server("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), *arguments)


@contextmanager
def running_server() -> Iterator[Server]:
    """A server that asks for passwords; the superuser's is `root secret`."""
    folder = Path(tempfile.mkdtemp(prefix="cxpg"))
    server = Server(folder=folder, port=54_329)
    try:
        (folder / "password").write_text("root secret", encoding="utf-8")
        if os.geteuid() == 0:
            for path in (folder, folder / "password"):
                shutil.chown(path, SUPERUSER, SUPERUSER)
        _as_server(
            *("initdb", "-D", str(folder / "data"), "-U", SUPERUSER, "-A", "scram-sha-256"),
            *("--pwfile", str(folder / "password"), "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        server.control("-o", f"-k {folder} -p {server.port} -c listen_addresses='' -c fsync=off", "start")
        try:
            yield server
        finally:
            server.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_server(program: str, *arguments: str) -> None:
    """Nothing; runs a program of the newest PostgreSQL there is, which refuses to run as root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    assert found, "PostgreSQL is not installed: apt-get install postgresql"
    user = SUPERUSER if os.geteuid() == 0 else None
    subprocess.run(
        [str(found[-1] / program), *arguments], check=True, user=user, cwd="/", stdout=subprocess.DEVNULL, timeout=120
    )
