"""The catalogue's pages of what past forecasts scored (C690 to C694): code, title, why, remedy."""

from __future__ import annotations

TRACK_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C690",
        "Past ranges held what they should",
        "A 90% range should hold nine figures of ten. Where fewer than six of ten held over ten figures or more, the "
        "ranges were too narrow, whatever the reason. Figures of one period go wrong together, and so do those of one "
        "forecast: few periods say little.",
        "Read the ranges of the next forecast as too narrow, by the factor width_needed of the table scores.",
    ),
    (
        "C691",
        "Ranges as wide as past misses ask for",
        "Misses in units of their own range tell by which factor ranges should have been wider. The factor starts at "
        "1, as if four periods had been right already, and moves with every period that becomes known. Where its own "
        "range leaves out 1, our ranges are known to be too narrow (above 1) or too wide (below). It is told on every "
        "page of track and not worked into the next ranges: what makes them too narrow is for people to find.",
        "Widen ranges by this factor before anything is promised on them, and read the misses for the reason.",
    ),
    (
        "C692",
        "Margin does not keep to one side of its forecast",
        "One period above or below is chance; the same side again and again means that something moved which the "
        "forecast did not know. The running sum adds what a miss is beyond half a standard deviation, and alarms above "
        "4. Errors of one forecast add up from period to period, so that the limit of a forecast not made anew is "
        "higher: 5% of right ones cross it. The check says how often right forecasts would have crossed by now.",
        "Read the table misses: customers, mix, price, satisfaction or leaving. Put what moved into the plan as an "
        "event, or into the outlook.",
    ),
    (
        "C693",
        "No forecast of record to hold against what happened",
        "Track compares what was approved with what came after. Without an approved portfolio, or with data that end "
        "where the forecast was made, there is nothing to compare.",
        "Run the study, approve its portfolio (cx-impact approve RUN --what portfolio), and track once a later period "
        "is in the data and as_of names it.",
    ),
    (
        "C694",
        "The ledger still shows whom the forecast spoke of",
        "A forecast speaks of the customers active when it was made. Where the ledger shows others now, "
        "it was corrected since, and the two are not about the same customers.",
        "Find out what was corrected, and approve a new forecast on the corrected ledger.",
    ),
)
