"""The parts of a table's name at a source: `schema.table`, each part as it is or in double quotes."""

from __future__ import annotations

import re

_PART = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')
MOST_PARTS = 3


def parts_of(text: str) -> tuple[str, ...]:
    """Catalog, schema and table, as many as are named; empty where the text is no such name."""
    parts: list[str] = []
    place = 0
    while found := _PART.match(text, place):
        parts.append((found[1] or "").replace('""', '"') or found[2].strip())
        place = found.end()
        if place == len(text):
            return tuple(parts) if len(parts) <= MOST_PARTS and all(parts) else ()
        if text[place] != ".":
            return ()
        place += 1
    return ()
