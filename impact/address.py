"""Where the tables live, as `[data].source` says it: the embedded engine, or a server by its URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from impact.errors import Finding

EMBEDDED = "duckdb"
FILE_KINDS = (".csv", ".parquet", ".xlsx")
SPARK_FILE_KINDS = (".csv", ".parquet")
ALLOWED = '"duckdb", "postgres://USER@HOST/DATABASE" or "spark://HOST:PORT"'
_SCHEMES: dict[str, Literal["postgres", "spark"]] = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "spark": "spark",
}
SOURCE_CODES = frozenset({"S121", "S122", "S124"})
_PLACE = "study.toml: [data].source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An engine and its URL. `shown` is the URL without user, password and parameters: fit to be printed."""

    kind: Literal["duckdb", "postgres", "spark"]
    url: str
    shown: str


def address_of(source: str) -> Address | None:
    """The address that a source names, None where it names none that is known."""
    if source == EMBEDDED:
        return Address(kind="duckdb", url=source, shown=source)
    scheme, divider, rest = source.partition("://")
    kind = _SCHEMES.get(scheme.casefold())
    if kind is None or not divider:
        return None
    where = rest.partition("?")[0].rpartition("@")[2]
    return Address(kind=kind, url=f"{scheme.casefold()}://{rest}", shown=f"{kind}://{where}")


def names_file(text: str) -> bool:
    """Whether a table is named by a file, and not as a table at the source."""
    return text.partition("#")[0].casefold().endswith(FILE_KINDS)


def source_faults(source: str) -> list[Finding]:
    """The findings of a source that names no engine, or carries a secret; the secret is in none of them."""
    if _has_secret(source):
        return [
            Finding(
                code="S122",
                place=_PLACE,
                found="the address holds a password",
                allowed="an address without password: postgres://USER@HOST/DATABASE",
                remedy="take it out, and change it if others saw the file; give it as PGPASSWORD or in ~/.pgpass",
            )
        ]
    if address_of(source) is None:
        return [
            Finding(
                code="S121",
                place=_PLACE,
                found="this is no engine that is known",
                allowed=ALLOWED,
                remedy="write one of them; other warehouses are described in docs/engines.md",
            )
        ]
    return []


def table_faults(source: str, key: str, text: str) -> list[Finding]:
    """The finding of a file that the engine of the source does not read."""
    address = address_of(source)
    file = text.partition("#")[0].casefold()
    if address is None or address.kind == "duckdb" or not names_file(text):
        return []
    if address.kind == "spark" and file.endswith(SPARK_FILE_KINDS):
        return []
    readable = "a table at the source, such as schema.table"
    return [
        Finding(
            code="S124",
            place=f"study.toml: [data].{key}",
            found=f"{text} is a file, and the tables are at {address.shown}",
            allowed=readable if address.kind == "postgres" else f"{readable}, or a csv or parquet file",
            remedy='name the table, or set [data] source = "duckdb" and bring every table as a file',
        )
    ]


def _has_secret(source: str) -> bool:
    try:
        parts = urlsplit(source)
        user = parts.netloc.rpartition("@")[0]
    except ValueError:
        parts, user = urlsplit(""), source.partition("://")[2].rpartition("@")[0]
    asked = parse_qsl(source.partition("?")[2], keep_blank_values=True)
    return ":" in user or any(key.casefold() in {"password", "sslpassword"} for key, _ in asked)
