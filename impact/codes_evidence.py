"""The catalogue's pages of evidence and of the haircut: code, title, why, remedy."""

from __future__ import annotations

EVIDENCE_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "P260",
        "Evidence in a unit that its outcome does not have",
        "An effect on a score cannot be points of customers, nor one on leaving money. Read in the wrong unit, a row "
        "would move the answer by a factor of a hundred.",
        "Leaving, retention and prevalence are points or relative; revenue and margin relative or "
        "money_per_customer_period; a score is score_points.",
    ),
    (
        "P261",
        "Evidence without an error",
        "A standard error of 0 says that the effect is known for certain, and would overrule all data.",
        "Write the standard error of the estimate. A 90% range is 3.29 standard errors wide.",
    ),
    (
        "P262",
        "Evidence beyond what its unit allows",
        "Points and relative changes are shares: 0.004 is 0.4 points, -0.1 is a tenth less.",
        "Divide percentages by 100.",
    ),
    (
        "P263",
        "Evidence on nobody",
        "exposed_share is the share of those measured who met the pain point; with 0 nothing can be read from it.",
        "Write the share, 1 where all of them met it; blank is read as all customers, as in the ledger.",
    ),
    (
        "P264",
        "Evidence beyond what there is",
        "Leaving cannot fall by more than the leaving rate, money not by more than a customer brings, a score not "
        "move beyond its scale, an occurrence not fall by more than it occurs.",
        "Check the unit: points are shares of customers a period of the ledger, money is for one customer and period.",
    ),
    (
        "C550",
        "The haircut's prior is signed",
        "How much of an observed effect is kept is a judgement until experiments speak, and finance signs it: "
        "`approve --what rate` keeps [model].credibility beside the rates. A change reads as not signed.",
        "Read the haircut's section of the report and sign with cx-impact approve RUN --what rate --by NAME.",
    ),
    (
        "C551",
        "No data counted twice",
        "Two rows of evidence with the same source, period, target and outcome are the same data told twice. The "
        "first is used, the others are named as not used.",
        "Keep one of them, or give each its own source.",
    ),
    (
        "C552",
        "Evidence is of a plausible size",
        "A row that says an effect many times larger than pain points have is more often a slip of unit, or of who "
        "was measured, than a discovery. Effects here are per customer who met it.",
        "Read the row in words. exposed_share is the share of those measured who met it: 1 where all did.",
    ),
    (
        "C553",
        "Evidence says that fixing helps",
        "A row is the change when the pain is removed: leaving falls (below 0), retention, money and score rise. "
        "A row clearly the other way round is more often a sign turned about than harm done.",
        "Turn the sign, or leave it where the fix did harm.",
    ),
    (
        "C554",
        "Evidence that is not used",
        "Every row of evidence is either used or named with its reason; none is dropped in silence.",
        "See the table evidence for the reason of each row.",
    ),
    (
        "C555",
        "Who was measured is stated",
        "Without exposed_share a row is read as measured among all customers, of whom as many met the pain as in the "
        "ledger. Were they all customers who met it, its effect would be read too large by one over that share.",
        "Write exposed_share: 1 where all of those measured met it.",
    ),
    (
        "C556",
        "The model and the evidence agree",
        "After learning from it, the model's range of what a row measured should hold what was measured, its error "
        "allowed for. Where it does not, the row contradicts the data or the other rows.",
        "Look for a slip of unit or of who was measured; else believe the experiment before the model.",
    ),
    (
        "C557",
        "Pain points known only from a survey",
        "Who names a pain point and who is about to leave share a mood, and some who met it do not name it. Without "
        "an audit the naming is taken as it is, with a larger haircut (grade survey-only).",
        "Count it in operations; or audit it: a row of evidence (outcome prevalence) with the true share and its "
        "error.",
    ),
    (
        "C558",
        "What evidence did to the haircut",
        "Each experiment and past initiative on pain compares what happened with what observation said; together "
        "they say how much of an observed effect is real, also for pain points nobody has tried.",
        "Three experiments or more make the haircut a finding; until then it is mostly the judgement that was signed.",
    ),
)
