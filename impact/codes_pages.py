"""The catalogue's pages of the case against a choice (C660 to C669): code, title, why, remedy."""

from __future__ import annotations

CASE_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C660",
        "The case against the choice",
        "Whoever signs should know the best argument against it. The weakest evidence, what goes beyond anything seen, "
        "what rests on one account, what would be counted twice, published ranges, and what it takes to lose money are "
        "worked out with their numbers, and those that ask for a second look are named, worst first.",
        "Read the section of that name, or tables/case_against.csv: each point says what stands beside it. Measure "
        "the first point, pilot what rests on judgement, or sign knowing it.",
    ),
)
