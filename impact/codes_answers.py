"""The codes of what a run finds of its own answer: data too thin (C1xx), models and choices (C4xx)."""

from __future__ import annotations

from impact.codes import catalogue

ANSWER_CODES = catalogue(
    (
        (
            "C101",
            "Too few customer-periods",
            "A customer-period counts when the customer's next period is known. Below the limit no rate is safe.",
            "Bring more customers or one more period of the ledger; break-even figures are still written.",
        ),
        (
            "C102",
            "The outcome does not vary",
            "If nobody left, or everybody did, or money never moves, nothing can be learnt of what moves it.",
            "Bring a ledger in which some leave and others stay; check how `retained` is filled in.",
        ),
        (
            "C103",
            "Too few customers left",
            "The leaving rate rests on those who left. With too few of them the prior would speak instead of the data.",
            "Bring more periods or more customers; break-even figures are still written.",
        ),
        (
            "C104",
            "Too few units",
            "Each unit is compared with itself over time, and ranges rest on how units differ.",
            "Bring at least eight units with two periods each; until then only break-even figures are written.",
        ),
        (
            "C105",
            "Units enough for a slope",
            "Each unit is compared with itself, and ranges rest on how units differ: with fewer than eight they would "
            "be invented. No effect is estimated, and break-even figures say what each initiative would have to bring.",
            "Bring the money of single customers, or more units; ask experts, or run a pilot.",
        ),
        (
            "C106",
            "Ledger of more than one year",
            "Within one year a season cannot be told from what changed, and no period can be held back for a test. The "
            "mean share of effects that is kept is lowered by a fifth, unless the study fixes it at face value.",
            "Bring earlier periods of the ledger.",
        ),
        (
            "C401",
            "The posterior converged",
            "Chains that disagree, few effective draws or divergences mean that the numbers may be anything.",
            "Merge pain points that always occur together, drop those never seen, and run again.",
        ),
        (
            "C402",
            "Placebo of the headline rate",
            "A later score cannot have caused earlier money. If it goes with it as much, something else moves both.",
            "Read the rate as no evidence of cause. A pilot or a staggered rollout would tell.",
        ),
        (
            "C403",
            "Naive rate beside the headline",
            "Comparing different customers or sites mixes what satisfaction does with everything they differ in.",
            "Do not quote the cross-section as what a point is worth.",
        ),
        (
            "C404",
            "A rate for overall satisfaction",
            "Without an overall score of customers whose money is known there is no rate per point.",
            "Ask an overall score of the customers that the ledger knows.",
        ),
        (
            "C405",
            "Placebo of each pain point",
            "A later occurrence cannot have caused earlier money. One that goes with it gets the heavier haircut.",
            "Look for what causes both, such as usage or a price change, and add it to [model] controls.",
        ),
        (
            "C406",
            "Effects the data say little of",
            "The prior share is how much of an effect's spread the data left standing.",
            "Where it is above half, a pilot or more data would pay; the figure is mostly an assumption.",
        ),
        (
            "C407",
            "Leaving varies as chance alone would have it",
            "More variation than chance gives means that something not in the model moves leaving.",
            "Add controls, or record outages and price changes; the ranges are already widened by it.",
        ),
        (
            "C408",
            "Two ways to the slope of leaving on satisfaction agree",
            "The slope among those who answered is bent by noise and mood; the slope across pain points is not.",
            "Where they are far apart, do not sell the value of a point; sell the value of fixing a pain point.",
        ),
        (
            "C420",
            "The portfolio is the best of all sets",
            "Up to ten initiatives every allowed set is valued on all draws; above that they are screened by pairs.",
            "Merge initiatives, or read the largest error of the screening beside the gain.",
        ),
        (
            "C421",
            "Stated effectiveness is within reach",
            "Fixes that remove more than four in five occurrences are rare without a pilot that showed it.",
            "Pilot it, or state a lower upper quantile.",
        ),
        (
            "C422",
            "What the pilot verdict takes for granted",
            "Where the plan prices no pilot, one is assumed at a tenth of the one-off cost, known after a quarter; "
            "where it gives no number of customers, its error is taken to be as large as the present doubt.",
            "Add a row to the plan table `pilots` with its cost and n. Until then read `pilot` as worth designing, not "
            "as a budget.",
        ),
    )
)
