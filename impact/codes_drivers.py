"""The pages of the checks of driver importance."""

from __future__ import annotations

DRIVER_PAGES = (
    (
        "C450",
        "Answers behind importance",
        "Importance rests on pairs of scores that one customer gave in one period. Stages are visited by different "
        "customers, so that each pair has its own number; no score is filled in where a stage was not visited.",
        "Nothing to do. Few pairs make wide ranges.",
    ),
    (
        "C451",
        "Stages left out of importance",
        "A correlation of under 30 customers, or of a score that is the same for all, says nothing and would disturb "
        "the importance of every other stage.",
        "Ask these stages of more customers, in the same form as the others.",
    ),
    (
        "C452",
        "Correlations that cannot all hold",
        "Where different customers scored different pairs of stages, three correlations can contradict each other. "
        "They are moved to the nearest that can all hold, and the largest change is told.",
        "Below 0.01 nothing. Above it, ask all stages a customer visited in one form.",
    ),
    (
        "C453",
        "Stages that are copies of each other",
        "Two stages whose scores always move together cannot be told apart by any method. Each gets half of what "
        "they explain together, so that both look half as important as they are as one.",
        "Treat them as one: take one of them out of the plan, or ask them so that customers can differ.",
    ),
    (
        "C454",
        "Relative weights instead of exact importance",
        "Exact importance goes through all orders in which stages can enter, a million sets at 20 stages. Above that "
        "Johnson's relative weights are used. They sum to the same R-squared and usually rank the same.",
        "Nothing to do. Under 21 stages importance is exact.",
    ),
    (
        "C456",
        "What is booked does not rise with satisfaction",
        "The 90% range of money on overall satisfaction lies at nil or below: customers who are more satisfied do not "
        "bring more here. That is a finding, not a fault, and funding nothing for money's sake follows from it.",
        "Look for another outcome that satisfaction may move, such as coming back, or decide on other grounds.",
    ),
    (
        "C455",
        "Two questions about the whole",
        "Answers at overall carry the metric nps beside another one. A mean over both scales is no score, so the "
        "recommendation score is an outcome of its own in the drivers and takes no part in any money figure.",
        "Nothing to do. To take NPS for the overall score itself, leave the other question out and set "
        '[survey].express = "nps".',
    ),
)
