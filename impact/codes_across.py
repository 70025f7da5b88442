"""The catalogue's pages of a choice across scenarios (C680 to C683): code, title, why, remedy."""

from __future__ import annotations

ACROSS_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C680",
        "The choice is the one least regretted",
        "Regret is what a portfolio gains less than the best one allowed in a scenario. The portfolio whose largest "
        "regret over all scenarios is smallest is the safest against the wrong guess of what comes; no scenario is "
        "taken as likelier than another. With a target, regret is what falls short of it, or is spent beyond need.",
        "The base's choice stays the best if the base is what comes. Where that is not believed, fund the portfolio of "
        "least regret, or begin with what both have in common.",
    ),
    (
        "C681",
        "The best choice in every scenario",
        "Each scenario of the plan is another case on the same draws; the best portfolio is sought in each. Where it "
        "differs, the choice is also a choice of what to believe.",
        "Fund first what is best in all of them. Agree on the sign by which the scenario that comes will be known.",
    ),
    (
        "C682",
        "The choice keeps to the limits of every scenario",
        "A scenario may cut the budget or a team, or make everything dearer. What is chosen in the base may then not "
        "be had, whatever it is worth.",
        "Name what would be dropped first, or keep the spending within the tightest scenario.",
    ),
    (
        "C683",
        "A tenth more or less of any lever leaves the choice",
        "Prices, spending, leaving rates, costs, what fixes remove and the discount rate are each moved alone over the "
        "whole horizon until another portfolio is the best. A choice that turns within a tenth rests on how exactly "
        "that figure is known.",
        "See the table break_even_levers for the figure, and find it out more exactly before choosing.",
    ),
)
