"""The catalogue's pages of what a choice rests on (C570 to C574): code, title, why, remedy."""

from __future__ import annotations

GATE_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C570",
        "The choice stands up to a hidden cause",
        "A cause that nobody measured may stand behind both meeting a pain point and leaving. The dial says how "
        "strongly it would have to go with both, as a ratio of risks, before another set of initiatives were chosen; "
        "the strongest cause that was measured says what is usual. Below that, the choice rests on luck.",
        "Pilot what is chosen before all of it is spent, or bring what may stand behind both as a control.",
    ),
    (
        "C571",
        "The choice stands up to other priors",
        "Where data are few, what is assumed before any data speaks with them. Every such assumption is halved and "
        "doubled, and everything is worked out again. Where the choice or the total then differs, it is partly the "
        "assumption that speaks.",
        "Read the table prior_sensitivity: agree on the assumption that matters, or run a pilot.",
    ),
    (
        "C572",
        "Pain points that can be told apart",
        "Where those who meet one pain point nearly always meet the other, their sum is known and their parts are not. "
        "The value of each alone is then a guess about how to share it; the value of both together is not.",
        "Decide on them together, or see to it that some customers meet one without the other, as in a pilot.",
    ),
    (
        "C573",
        "The quick and the full engine agree",
        "The quick engine follows the structure of the model; the full one samples it and knows nothing of that. Both "
        "have the same answer up to the chance of their draws, or one of them is wrong for this study.",
        "Run with --engine full and trust that; please report the study's shape.",
    ),
    (
        "C574",
        "The ranges hold what they should on companies like this one",
        "On simulated companies of the same journey and sizes the truth is known, and 90% ranges should hold it nine "
        "times of ten. Fewer, beyond chance, means that ranges of this study are too narrow.",
        "Read ranges as too narrow; more periods, or fewer pain points, make the summaries better.",
    ),
)
