"""The codes of forecasts on record: what a run says of them (C685 on), and why one is refused (A110 on)."""

from __future__ import annotations

_BACK = (
    "Put the file back as it was. Where that cannot be done, move record/ and approvals.json away and approve again."
)

RECORD_PAGES = (
    (
        "C685",
        "The chosen portfolio is the approved one",
        "An approval is of one run: its inputs, its seed and settings, and the forecast it made. Once any of them is "
        "another, nobody has answered for what this run chose. The forecast of record stays the one that was signed.",
        "Approve this run with `cx-impact approve RUN --by NAME --what portfolio`, or undo what changed.",
    ),
    (
        "C686",
        "One forecast of record a period",
        "Two runs of one last period with data were approved. Both are kept, and only the later approved is held "
        "against what happens; else the better of the two could be picked afterwards.",
        "Nothing need be done. The finding names both runs.",
    ),
    (
        "A110",
        "The forecast was written by another version",
        "A forecast of record must say what it claims for every period, with its range. Earlier versions wrote only "
        "means and three percentiles, which cannot be scored.",
        "Run the study again with this version, and approve that run. What was signed before stays in approvals.json.",
    ),
    (
        "A111",
        "A forecast of record is not what was signed",
        "The hash of every frozen forecast stands in approvals.json. A forecast that was changed after it was signed "
        "could be made to fit what happened.",
        _BACK,
    ),
    (
        "A112",
        "A forecast that nobody signed lies among those on record",
        "record/ holds approved forecasts only, and no approval names this file.",
        "Move the file away; `cx-impact approve RUN --by NAME --what portfolio` puts a forecast on record.",
    ),
    (
        "A113",
        "A forecast cannot be read",
        "It is not JSON as `run` writes it, or a claim in it is no distribution: 99 numbers in rising order.",
        _BACK,
    ),
    (
        "A114",
        "A forecast of record is missing",
        "approvals.json says that it was signed. Leaving out a forecast would leave out its misses as well.",
        _BACK,
    ),
    (
        "A115",
        "The forecasts on record are of another study",
        "Forecasts of one study are held against the data of that study. The name or the currency differs.",
        "Name another folder with --out, or move record/ and approvals.json away. A study keeps its name.",
    ),
)
