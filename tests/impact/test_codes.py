"""The catalogue of codes: complete, and true of the source."""

from __future__ import annotations

import re
from pathlib import Path

from impact.codes import CODES
from impact.command.codes import all_codes

ROOT = Path(__file__).resolve().parents[2]


def used_codes() -> set[str]:
    found: set[str] = set()
    rooms = (*(ROOT / "impact").rglob("*.py"), *(ROOT / "models").glob("*.py"), *(ROOT / "scenarios").glob("*.py"))
    for path in rooms:
        if not path.name.startswith("codes"):
            found |= set(re.findall(r'"([SPD][1-4]\d\d)"', path.read_text(encoding="utf-8")))
    return found


def test_every_code_of_the_input_side_has_a_page() -> None:
    assert used_codes() - set(CODES) == set()


def test_no_page_of_the_input_side_describes_a_code_that_nothing_raises() -> None:
    pages = {code for code in CODES if re.fullmatch(r"[SPD][1-4]\d\d", code)}
    assert pages - used_codes() == set()


def test_every_code_that_any_room_names_can_be_explained() -> None:
    named: set[str] = set()
    for room in ("impact", "models", "scenarios", "reports"):
        for path in (ROOT / room).rglob("*.py"):
            named |= set(re.findall(r'"([A-Z]\d{3})"', path.read_text(encoding="utf-8")))
    assert {"C600", "C402", "U001"} <= named
    assert named - set(all_codes()) == set()


def test_every_page_says_why_and_what_to_do() -> None:
    assert all(page.title and page.why.endswith((".", ")")) and page.remedy.endswith(".") for page in CODES.values())
    assert all(code == page.code for code, page in CODES.items())
