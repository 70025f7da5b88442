"""The catalogue's pages of the money of those who stay: code, title, why, remedy."""

from __future__ import annotations

SPEND_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C430",
        "Pain points' effect on spend where margins are negative",
        "A pain point's effect on spend is relative, and it is applied to margin. Of a customer served at a loss more "
        "spend then counts as more loss, although it may be what would end the loss.",
        "Read the spend part of pain points beside the slope of margin in money; or study the customers served at a "
        "loss apart.",
    ),
    (
        "C431",
        "How margin follows revenue",
        "Where nearly all margins are positive, a gain in revenue is valued at the margin rate of its persona. Where "
        "over 1% are at or below zero there is no such rate: the slope of margin is then taken in money per customer "
        "and period, negative periods included.",
        "Nothing need be done where the margins are right; book credits in the period they belong to.",
    ),
    (
        "C432",
        "How revenue across customers is modelled",
        "Revenue is skewed, so different models of it can say different things. A Gamma regression is quoted unless "
        "only the regression of logarithms fits; where over 5% of rows are zero, whether any is spent and how much are "
        "modelled apart. If they disagree, none of them is to be leant on.",
        "Look at what the ways assume; the headline, which compares each customer with itself, does not rest on them.",
    ),
    (
        "C433",
        "Customers too few to be compared with themselves",
        "A slope within customers needs customers who gave a score in two periods or more, eight a persona.",
        "Ask the same customers again, or join personas.",
    ),
    (
        "C434",
        "Word of mouth",
        "Customers who come because others told them are worth money too. It is counted only where the data say who "
        "came through whom, and no table of the contract does.",
        "Nothing need be done; do not add a referral effect by hand.",
    ),
)
