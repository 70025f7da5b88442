"""The catalogue's pages of the exact likelihood and of what the model predicts: code, title, why, remedy."""

from __future__ import annotations

EXACT_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C510",
        "Few leavers are counted exactly",
        "Effects on leaving are first fitted to a summary of the cells, which is good where many leave. The draws are "
        "then weighed to the exact counts. Where very few left, a few draws may carry all the weight; the summary is "
        "then drawn anew where the draws lie, up to three times. If that does not help, NUTS samples the counts "
        "themselves, which takes minutes.",
        "Join personas of whom few left; their effects say little beyond what was held likely before.",
    ),
    (
        "C511",
        "Leavers predicted and seen agree",
        "Leavers are counted by how many pain points customers met, by persona and by pain point, and set beside what "
        "the model predicts for these groups. All were in the fit, so a gap says that the model is too simple, and "
        "not that a forecast fails: two pain points met together may do more, or less, than each alone.",
        "Name a combination that goes wrong as a pain point of its own; look at the table `predictive`.",
    ),
    (
        "C512",
        "Those who answer leave as others who met the same",
        "Effects on leaving are told by all customers, those on scores by who answered. If those who answered leave "
        "more, or less, than others who met the same in the same period, their scores do not stand for all.",
        "Read a point of score as one of those who answer, and ask more of those who are silent.",
    ),
    (
        "C513",
        "Periods left out are predicted",
        "Each of the last four periods is predicted from a fit without it: how many leave, at a level as unlike the "
        "others as these are among themselves, and from which groups they come. Too many outside their ranges, or "
        "no better than one rate for all, and the past is no guide to the next period.",
        "Look for what changed: a price, a rival, another way of counting. Name it as an event or a control.",
    ),
    (
        "C514",
        "No effect hangs on one period",
        "When a period is left out, the effect of a pain point should stay about where it was. One that moves by more "
        "than its own standard deviation rests on what happened in that period alone.",
        "Look at what else happened in that period; give it a column of its own, or wait for more periods.",
    ),
    (
        "C515",
        "What describes leaving best",
        "The full model, in which a pain point can also act past satisfaction, is set beside one in which satisfaction "
        "carries everything and one without pain points. Each predicts groups left out one at a time. A difference "
        "counts from two standard errors, and from 4 in log-probability, below which its error is not to be relied on.",
        "If a simpler form does better, rest the decision on what both agree on.",
    ),
)
