"""The catalogue's pages of how initiatives compare (C630, C631): code, title, why, remedy."""

from __future__ import annotations

RANKING_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C630",
        "The forecast is not that of raw estimates picked for being high",
        "Whoever picks the highest of many estimates picks the luckiest too, and what was promised does not come. "
        "Forecasts here are means over joint draws, in which estimates of few rows are pulled towards what is likely "
        "of all, and a share of every observed effect is taken off. The table naive has both, and what raw estimates "
        "would have chosen. A forecast above what raw estimates say of the same set rests on what was held likely, "
        "and the check says so.",
        "Promise the figures of the joint draws. Where the check asks for a review, a pilot of what is chosen settles "
        "it, or more rows of it.",
    ),
    (
        "C631",
        "What is chosen is told apart from what is not",
        "Initiatives are one decision where none is ahead of another in 16 of 20 futures or more. If some of such a "
        "group are chosen and some are not, the figures alone did not make that choice: cost, overlap with others, "
        "budget or teams did.",
        "Choose among those named by what the figures do not hold (readiness, risk, who would do it), or pilot them.",
    ),
)
