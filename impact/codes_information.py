"""The catalogue's pages of what is learnt before choosing (C620 to C622): code, title, why, remedy."""

from __future__ import annotations

INFORMATION_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C620",
        "Planned pilots and surveys are worth what they cost",
        "A pilot is worth something where its result could turn the decision. How exact the result is follows from the "
        "number of customers: half of them get the fix, and the change in leaving, in money and in what they meet is "
        "told against chance. From that worth its cost is taken, and what starting later costs. Below nil, deciding "
        "without it is better.",
        "See the table information. More customers make it more exact; where the answer is nearly sure, none helps.",
    ),
    (
        "C621",
        "Results come while they can be acted on",
        "A result that is known when the initiative could no longer be built and paid within the horizon is worth "
        "nothing to this choice. Such a row is shown in the table information and is not among the rows of the choice.",
        "Shorten the pilot or survey, start it earlier, or lengthen [study].horizon_quarters.",
    ),
    (
        "C622",
        "Pilots are no larger than the base",
        "n is the number of customers (or sites) that take part, half of them with the fix. More than there are today "
        "cannot take part; such a pilot is valued with all there are.",
        "Correct n in the plan table pilots.",
    ),
)
