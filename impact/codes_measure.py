"""The catalogue's pages of what finished initiatives did: code, title, why, remedy."""

from __future__ import annotations

MEASURE_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C695",
        "Treated and others moved apart already before the start",
        "The comparison takes the others' way as the way the treated would have gone. Where the two differed in trend "
        "or in a period before the start, they may have gone on to differ without the initiative. The effect is then "
        "graded indicative, and a second range allows for a break as large as the largest seen before.",
        "Compare with groups that are more alike, name periods that were already touched as anticipated, or draw the "
        "next groups by lot.",
    ),
    (
        "C696",
        "An effect that nothing is compared with",
        "Graded indicative: the treated alone beside where they were heading, or beside others that moved otherwise "
        "before. Whatever else changed since the start counts as the initiative.",
        "Keep some groups without the initiative for a while, best drawn by lot; book nothing on this alone.",
    ),
    (
        "C697",
        "Nothing can be told of an initiative",
        "No method has what it needs: too few periods before the start, or too few groups with and without it. A "
        "figure would be a guess, so none is given.",
        "See each method's reason. Wait for periods, or bring groups in at different dates.",
    ),
    (
        "C698",
        "Two comparisons contradict one another",
        "The 90% ranges of two methods on the same data do not meet. At least one of them assumes what does not hold.",
        "Look at the groups period by period before booking either; take the weaker of the two until it is known.",
    ),
    (
        "C699",
        "Untreated groups show as much",
        "Put in the place of the treated, more than one in five groups that never got the initiative show an effect as "
        "large. What was found may be what these series do anyway.",
        "Wait for more periods, or for more groups without the initiative.",
    ),
)
