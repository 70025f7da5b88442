"""A check is a value: what was looked at, what was found beside its limit, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CheckStatus = Literal["pass", "review", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One row of `checks`. `found` and `limit` are short texts that carry their units.

    A `fail` means no money figure of the run is fit for use; a `review` is carried into every report.
    """

    code: str
    check: str
    status: CheckStatus
    found: str
    limit: str
    text: str
    remedy: str


def make_check(
    code: str, check: str, status: CheckStatus, *, found: str, limit: str, text: str, remedy: str = ""
) -> Check:
    """The check of these parts; the first three are told by their place."""
    return Check(code=code, check=check, status=status, found=found, limit=limit, text=text, remedy=remedy)
