"""The catalogue's pages of what would overturn a rate (C470 to C475): code, title, why, remedy."""

from __future__ import annotations

DOUBT_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C470",
        "Does the score come before the money",
        "A score and money of the same period may both have been moved by something else, or the money may have moved "
        "the score. Only what comes first can be a cause.",
        "Set [model] lag to 1 or more, or ask before the money is booked.",
    ),
    (
        "C471",
        "Is each unit compared with itself",
        "Where customers or sites are compared with one another, whatever else they differ in is in the rate. The "
        "answer is no where nothing stands beside such a comparison, or where another way to the slope is clearly "
        "(90%) far from it: each one's own change under half of the rate, or the slope across pain points under three "
        "quarters of it.",
        "Ask the same customers in more periods, or run a pilot; do not plan with all of the rate till then.",
    ),
    (
        "C472",
        "Is a placebo clean",
        "A later score cannot have caused earlier money. Where it goes with it at least half as much as the rate "
        "claims, something else moves both. Placebos of all scores are judged together, so that many tests raise no "
        "false alarm.",
        "Read the rate as no evidence of cause. A pilot or a staggered rollout would tell.",
    ),
    (
        "C473",
        "Is it the same whenever and for whomever it is asked",
        "A rate that differs between first and second half, between personas, that hangs on one period, persona or "
        "customer, or that would have foretold worse than the value of the period before is not one rate to plan with.",
        "Look at the test that is named: plan by persona, shorten the window, or look at the unit that stands out.",
    ),
    (
        "C474",
        "Are there enough data",
        "The range holds nothing, too few left for what is held fixed, too few units stand behind the range, or the "
        "score moves with other columns so closely that it cannot be told apart from them.",
        "Collect more answers, hold less fixed, or plan with the near end of the range.",
    ),
    (
        "C475",
        "Stages that can be told apart",
        "Where customers score two stages alike, no regression can say which of them moves money, and the split "
        "between them is chance.",
        "Treat them as one, or collect answers that ask for one without the other.",
    ),
)
