"""What an engine refuses or loses, as findings: never with a user's name or password in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from impact.errors import Finding, InputError
from impact.study_faults import nearest

SOURCE = "study.toml: [data].source"
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which an engine refuses or is lost: the signs it is known by, in class or words, and its finding.

    `found` holds `{why}`, the engine's own words.
    """

    signs: tuple[str, ...]
    code: str
    found: str
    allowed: str
    remedy: str

    def told(self, shown: str, why: str) -> Finding:
        """The finding at the engine `shown`."""
        return Finding(
            code=self.code, place=shown, found=self.found.format(why=why), allowed=self.allowed, remedy=self.remedy
        )


NO_ROOM = Fault(
    signs=("OutOfMemory", "DiskFull", "java.lang.OutOfMemoryError", "No space left on device"),
    code="D474",
    found="the engine ran out of memory or disk: {why}",
    allowed="room for the tables, on disk about twice their size",
    remedy="free disk where temporary files go (TMPDIR), or raise CX_IMPACT_MEMORY",
)
NO_RIGHT = Fault(
    signs=("InsufficientPrivilege",),
    code="D472",
    found="{why}",
    allowed="a user who may CONNECT, SELECT from the tables and make TEMP tables; nothing else is needed",
    remedy="ask for GRANT SELECT on the tables, and GRANT TEMP on the database",
)
STOPPED = Fault(
    signs=("QueryCanceled", "LockNotAvailable"),
    code="D475",
    found="the server stopped a query: {why}",
    allowed="queries as long as the tables ask for",
    remedy="raise statement_timeout for this user, or run when the server is less busy",
)
LOST = Fault(
    signs=(
        "OperationalError",
        "InterfaceError",
        "Py4JNetworkError",
        "SparkContext was shut down",
        "stopped SparkContext",
    ),
    code="D473",
    found="the connection was lost: {why}",
    allowed="a connection until the summary is made",
    remedy="run again; nothing was written, the last good output stands",
)
GAVE_UP = Fault(
    signs=("Py4JJavaError", "PySparkException", "SparkException"),
    code="D476",
    found="the engine gave up: {why}",
    allowed="an engine that can read the tables to their end",
    remedy="look into the engine's own log; run again, or export the tables to Parquet",
)


@contextmanager
def engine_faults_told(shown: str) -> Iterator[None]:
    """A stretch of work in which an engine's loss or refusal is told as a finding.

    Raises:
        InputError: the engine was lost, refused, or had no room.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        finding = engine_finding(error, shown)
        if finding is None:
            raise
        raise InputError([finding]) from None


def engine_finding(error: Exception, shown: str) -> Finding | None:
    """The finding of an engine's error by its class or words, None where it is no such error."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    for fault in (NO_ROOM, NO_RIGHT, STOPPED, LOST, GAVE_UP):
        if any(sign in kind for sign in fault.signs for kind in kinds) or any(s in str(error) for s in fault.signs):
            return fault.told(shown, plain(str(error)))
    return None


def plain(words: str) -> str:
    """The first line of an engine's message, cut."""
    return next((line.strip() for line in words.splitlines() if line.strip()), "no reason given")[:_LONGEST]


def unknown_engine() -> Finding:
    """The finding of a source that is no engine."""
    return Finding(
        code="S121",
        place=SOURCE,
        found="this is no engine that is known",
        allowed='"duckdb" or a URL',
        remedy="correct it",
    )


def missing_extra(extra: str, package: str) -> Finding:
    """The finding of an engine whose package is not installed."""
    return Finding(
        code="S123",
        place=SOURCE,
        found=f"the package {package} is not installed",
        allowed=f"an installation with the extra {extra}",
        remedy=f"pip install 'cx-impact[{extra}]'",
    )


def missing_java() -> Finding:
    """The finding of a Spark without Java."""
    return Finding(
        code="S123",
        place=SOURCE,
        found="Spark needs Java, and there is no java on the path nor a JAVA_HOME",
        allowed="Java 17 or 21",
        remedy="install it, or set JAVA_HOME",
    )


def unreachable(shown: str, why: str) -> Finding:
    """The finding of a server that does not answer."""
    return Finding(
        code="S125",
        place=SOURCE,
        found=f"{shown} cannot be reached: {why}",
        allowed="a server that answers",
        remedy="check host, port and network, and that the server runs",
    )


def refused(shown: str, why: str) -> Finding:
    """The finding of a server that answers and refuses the connection."""
    return Finding(
        code="S126",
        place=SOURCE,
        found=f"{shown} refuses the connection: {why}",
        allowed="a user, password and database that the server knows",
        remedy="check user and database; give the password as PGPASSWORD, in ~/.pgpass or by PGSERVICE",
    )


def wrong_memory(variable: str, asked: str, least: str) -> Finding:
    """The finding of a memory limit that is none."""
    return Finding(
        code="S127",
        place=f"environment: {variable}",
        found=f"{asked!r} is no memory limit that can be worked in",
        allowed=f"a size such as 2GB, at least {least}",
        remedy="correct it, or unset it for a share of the machine's memory",
    )


def no_table(place: str, asked: str, known: Sequence[str]) -> Finding:
    """The finding of a table that is not at the source; `known` are the tables that can be seen there."""
    near = nearest(asked, known)
    return Finding(
        code="D471",
        place=place,
        found=f"there is no table {asked}, or it may not be seen",
        allowed=", ".join(known[:12]) or "a table that this user may read",
        remedy=f"did you mean {near}?" if near else "write it as schema.table, letter case as at the source",
    )


def long_name(name: str, most: int) -> Finding:
    """The finding of an id that is too long to name a column at the source."""
    return Finding(
        code="D477",
        place=f"plan: {name[:most]}",
        found="the id is too long: PostgreSQL cuts names of columns",
        allowed=f"ids of at most {most} bytes where the tables are in PostgreSQL",
        remedy="shorten it in the plan and in the data; its name may be as long as before",
    )
