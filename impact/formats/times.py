"""Dates and times of an export as UTC texts; a time zone is read or asked for, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from impact.errors import Finding, InputError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

_OFFSET = r"\d(?:Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$"
_DATE_ONLY = r"^\d{4}-\d{1,2}-\d{1,2}$"
_PERIOD = r"^\d{4}(?:-?[Qq][1-4]|-\d{1,2})?$"
US_TIMES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")


def is_zone(name: str) -> bool:
    """Whether the text names a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def in_utc(
    texts: pyarrow.Array | pyarrow.ChunkedArray, zone: str | None, place: str, forms: tuple[str, ...] = ()
) -> pyarrow.Array:
    """The times as `2026-09-30T22:30:00` in UTC; dates and periods without a clock stay, as do unreadable texts.

    `zone` is where times without an offset were noted; `forms` are written forms beside ISO 8601.
    A time that a clock change skips moves forward, one that it repeats is taken as the earlier.

    Raises:
        InputError: times have a clock and no offset, and there is no zone.
    """
    import pyarrow

    # What repeats is read once: exports hold few dates beside many answers.
    whole = texts.combine_chunks() if isinstance(texts, pyarrow.ChunkedArray) else texts
    coded = whole.dictionary_encode()
    distinct = coded.dictionary.to_pandas().astype(object)
    read = _read(distinct, zone, place, forms)
    return pyarrow.array(read.tolist(), type=pyarrow.string()).take(coded.indices)


def _read(texts: pd.Series[Any], zone: str | None, place: str, forms: tuple[str, ...]) -> pd.Series[Any]:
    import numpy as np
    import pandas as pd

    as_text = texts.astype(str)
    settled = as_text.str.contains(_DATE_ONLY, regex=True) | as_text.str.contains(_PERIOD, regex=True)
    offset = as_text.str.contains(_OFFSET, regex=True) & ~settled
    aware = pd.to_datetime(as_text.where(offset), format="ISO8601", utc=True, errors="coerce")
    local = pd.to_datetime(as_text.where(~offset & ~settled), format="ISO8601", errors="coerce")
    for form in forms:
        local = local.fillna(pd.to_datetime(as_text.where(local.isna()), format=form, errors="coerce"))
    if local.notna().any():
        if zone is None:
            raise InputError([no_zone(place)])
        earlier = np.ones(len(local), dtype=bool)
        at = local.dt.tz_localize(ZoneInfo(zone), ambiguous=earlier, nonexistent="shift_forward")
        aware = aware.fillna(at.dt.tz_convert("UTC"))
    return aware.dt.strftime("%Y-%m-%dT%H:%M:%S").fillna(texts)


def us_dates_as_iso(texts: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """The texts with a bare `09/30/2026` (month first, no clock) written as `2026-09-30`."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(texts, r"^(\d{1,2})/(\d{1,2})/(\d{4})$", r"\3-\1-\2")


def no_zone(place: str) -> Finding:
    """The finding of times that say no zone."""
    return Finding(
        code="D405",
        place=place,
        found="the times say no time zone, and an hour may move an answer into another period",
        allowed='the zone the export was made in, such as "Europe/Berlin" or "UTC"',
        remedy='set timezone = "Europe/Berlin" (or yours) in [data]',
    )
