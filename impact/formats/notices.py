"""Reviews of how an export was read, carried into every report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from impact.checks import Check
from impact.formats.adapters import Request
from impact.formats.items import LISTED, cut
from impact.step_downs import review


def questions_not_read(request: Request, unread: Mapping[str, str]) -> list[Check]:
    """A review of the questions that no item names."""
    if not unread:
        return []
    shown = [f"{cut(name)} ({cut(text)})" if text and text != name else cut(name) for name, text in unread.items()]
    more = f" and {len(shown) - LISTED:,} more" if len(shown) > LISTED else ""
    return [review("D421", f"{request.file}: {', '.join(shown[:LISTED])}{more}", "optional")]


def blanks_counted_as_not_named(request: Request, pains: Mapping[str, Any], aside: Any) -> list[Check]:  # noqa: ANN401
    """A review of each choice left blank: not shown and nothing chosen look alike in an export."""
    import pyarrow.compute as pc

    used = pc.is_null(aside)
    answers = pc.sum(used).as_py() or 0
    found = []
    for name, named in pains.items():
        blank = pc.sum(pc.and_(used, pc.is_null(named))).as_py() or 0
        if blank:
            found.append(review("D422", f"{request.file}: {cut(name)} blank in {blank:,} of {answers:,} answers", "0"))
    return found
