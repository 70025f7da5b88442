"""Pages of the checks of sites: units compared with themselves, or with each other where they must be."""

from __future__ import annotations

SITE_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C440",
        "Money of zero or less",
        "A rate of money is told in percent, and zero or less has no percent. The few rows are left out of the rate; "
        "every total still counts them.",
        "Look at the rows: closed units, credits booked in another period, estimates of nothing.",
    ),
    (
        "C441",
        "Money of zero or less is kept",
        "Where many amounts are zero or less, to leave them out would leave out those who stopped buying. Units seen "
        "often stand relative to their own mean; of units seen once it is estimated whether there is any money, and "
        "how much where there is.",
        "Nothing need be done.",
    ),
    (
        "C442",
        "The rate by other ways of comparing a unit with itself",
        "With the money of the period before held fixed, or in changes from one period to the next, a rate that is "
        "cause should come out much the same. Neither is the headline: the first is biased where periods are few "
        "(Nickell 1981), the second is noisy.",
        "Where they are far apart, look for what moves slowly in score and money both.",
    ),
    (
        "C443",
        "Money is not moved by satisfaction",
        "The range of the rate holds zero, and even its far end is under a tenth of the money (or of the buyers) for "
        "a standard deviation of the score. That is an answer, and not a lack of data.",
        "Do not promise money of this kind from a better score.",
    ),
    (
        "C444",
        "Units enough for plain ranges",
        "Ranges that allow for rows of one unit being alike need about 40 units; with fewer they are too narrow. They "
        "are corrected (Bell and McCaffrey 2002) and read from a t distribution with few degrees of freedom.",
        "Bring more units. A column in [model] cluster with few values makes few clusters.",
    ),
    (
        "C445",
        "All units summed by period beside the rate",
        "Growth of the sum of all units on the change of their mean score, as a newspaper would compare them. A few "
        "periods in which much else happened: it can only contradict the rate, never carry it.",
        "Where it contradicts the rate, name what happened in those periods in the plan table `events`.",
    ),
    (
        "C446",
        "Each unit is seen once",
        "Who is asked once can only be compared with others, who differ in much else. Several periods of new "
        "respondents do not change that.",
        "Ask the same units again, and bring their money of each period.",
    ),
    (
        "D450",
        "The money is an estimate",
        "The money of this study is estimated and not booked: every figure carries the error of that estimate as "
        "well, and none can be tied to the books.",
        "Bring booked revenue and set [finance] revenue_basis to how it is booked.",
    ),
)
