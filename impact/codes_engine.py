"""The catalogue's pages of the engines: code, title, why, remedy."""

from __future__ import annotations

ENGINE_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "S121",
        "The source is no engine",
        "[data] source says where the tables are. Only the engines that the project was run on are taken by name.",
        'Write "duckdb" for files, "postgres://USER@HOST/DATABASE" or "spark://HOST:PORT"; see docs/engines.md.',
    ),
    (
        "S122",
        "A password in the study file",
        "Study files are copied, mailed and kept in version control; a password in one is a password lost.",
        "Take it out and change it. Give it as PGPASSWORD, in ~/.pgpass, or by a service file (PGSERVICE).",
    ),
    (
        "S123",
        "The engine is not installed",
        "PostgreSQL and Spark are extras, so that who does not need them does not carry them.",
        "pip install 'cx-impact[postgres]' or 'cx-impact[spark]'; Spark also needs Java 17 or 21.",
    ),
    (
        "S124",
        "A file where the tables are at a server",
        "Nothing but tiny look-up tables is ever sent to a server, so a file on this machine cannot join its tables.",
        'Load the file into the warehouse and name the table, or bring every table as a file with source = "duckdb".',
    ),
    (
        "S125",
        "The server does not answer",
        "No connection came about in the time allowed (10 seconds, or connect_timeout of the address).",
        "Check host, port, network and VPN, and that the server runs.",
    ),
    (
        "S126",
        "The server refuses the connection",
        "The server answers but does not let this user in: user, password, database or its own rules.",
        "Check user and database; the password is looked for in PGPASSWORD, ~/.pgpass and the service file.",
    ),
    (
        "S127",
        "The memory limit is not usable",
        "CX_IMPACT_MEMORY bounds what the embedded engine holds before it spills to disk.",
        "Write a size such as 2GB, from 256MB; or unset it for two fifths of the machine's memory, at most 3 GiB.",
    ),
    (
        "D471",
        "A table is not at the source",
        "The name is not that of a table or view that this user may see.",
        "Write schema.table with the letter case of the source, or ask for USAGE on the schema.",
    ),
    (
        "D472",
        "A right is missing",
        "The engine reads tables and keeps temporary ones for the time of the run; it needs no other right.",
        "GRANT CONNECT, TEMP on the database, USAGE on the schema, SELECT on the tables.",
    ),
    (
        "D473",
        "The connection was lost",
        "The server went away or cut the connection before the summary was made.",
        "Run again. Nothing was written at the server; the last good output stands.",
    ),
    (
        "D474",
        "No memory or disk left",
        "Large tables spill to disk; there was no room for it, or the memory limit is too small to begin with.",
        "Free disk where temporary files go (TMPDIR), raise CX_IMPACT_MEMORY, or give Spark more memory.",
    ),
    (
        "D475",
        "The server stopped a query",
        "A time limit or an administrator ended the query.",
        "Raise statement_timeout for this user, or run when the server is less busy.",
    ),
    (
        "D476",
        "The engine gave up",
        "The engine could not carry out a query: a damaged file, a lost worker, a view that fails.",
        "Look into the engine's own log; run again, or export the tables to Parquet and run on the embedded engine.",
    ),
    (
        "D477",
        "An id is too long for the server",
        "Ids of stages and pain points name columns, and PostgreSQL cuts names at 63 bytes: two could become one.",
        "Shorten the id in plan and data; the name shown to readers may be as long as before.",
    ),
)
