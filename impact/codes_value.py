"""The catalogue's pages of values at stake: code, title, why, remedy."""

from __future__ import annotations

VALUE_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C530",
        "No more is saved than pain points explain",
        "Customers leave for many reasons. Those whom pain points drive away are the most that fixes can keep, however "
        "many initiatives are added up; a set worth more than removing all that hurts would count something twice.",
        "This cannot fail unless the figures are wrong: do not use them, and report the study that shows it.",
    ),
    (
        "C531",
        "Pooled values beside those of each pain point's own rows",
        "Values rest on a joint posterior, which pulls a pain point of few rows towards what is likely of all. "
        "value_unpooled is what its own rows alone would say at the same haircut. Where the two are more than two "
        "standard errors of the rows apart, pooling and not chance makes the difference.",
        "Read both. A pain point unlike all others may be worth what its own rows say; a pilot of it settles which.",
    ),
    (
        "C532",
        "Leaving a year as held likely before any data",
        "Before the data speak, pain points are held able to move leaving by some amount. If that would empty a "
        "business within a year, or stop all leaving, the starting point is not fit for these customers.",
        "Check the ledger's last rows (does an account that ends really leave?), the period and the units of pain "
        "points. Where the ledger itself lies outside, the check says so and nothing is wrong with the start.",
    ),
    (
        "C533",
        "What one pain point does to the score, as held likely before any data",
        "No single occurrence makes a contented customer the least contented of all. Where the starting point allows "
        "it, one unit of exposure is not one usual occurrence.",
        "Check unit, measure and floor of the pain points named.",
    ),
    (
        "C534",
        "Money that is held likely before any data",
        "All values are made by the same code from the starting point alone, without the rows that tell of effects. If "
        "that already claims more than all customers bring over the horizon, the answer would be opinion.",
        "Check exposures (how often pain points are met), their units, and the haircut; then run again.",
    ),
    (
        "C535",
        "Money that the data say little of",
        "The prior share of a money figure is how much of the spread that was there before any data is still there, "
        "0 to 100%, the haircut held at its mean in both. Above half, the range tells more of what was held likely "
        "than of these customers. The table at_stake has it for every figure.",
        "A pilot, more customers or more periods narrow it; until then treat the figure as a judgement.",
    ),
    (
        "C536",
        "What pain points may carry on to later stages",
        "Value is counted for each pain point with the others as they are. Who meets an earlier one may meet later "
        "ones more often because of it, and then a fix brings more; or because both happen to the same customers, and "
        "then it does not. The check says by how much the value would rise if it were all cause.",
        "Watch the later pain points in a pilot of the fix; tables/carried.csv has every pair with its range.",
    ),
)
