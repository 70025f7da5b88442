"""The case: what is known about a customer journey and what is asked of it."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def _shadowed_room() -> str | None:
    """The sentence to print where another package takes the name of one of the rooms, or None."""
    home = Path(__file__).resolve().parent.parent
    for room in ("models", "scenarios", "reports"):
        spec = find_spec(room)
        found = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if found != home / room:
            place = f"is found in {found}" if found else "is not found"
            return f"cx-impact: its package '{room}' {place}, not in {home}; run it in an environment of its own.\n"
    return None


if _sentence := _shadowed_room():
    sys.stderr.write(_sentence)
    raise SystemExit(2)
