"""The catalogue's pages of scenarios and the company's outlook (P270 to P279, C670, C671): code, title, why, remedy."""

from __future__ import annotations

LEVER_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "P270",
        "A scenario's name stands for two",
        "Scenarios are called up and joined by name (`downside + late`), so names differ in more than capitals, and "
        "`base` is what no scenario changes.",
        "Rename one of the two.",
    ),
    (
        "P271",
        "A scenario's period lies outside the horizon",
        "A lever can be moved in future periods that value is counted over; in any other it would change nothing.",
        "Correct `from` and `to`, or leave them blank for the whole horizon. When a quarter has passed, move or "
        "remove the rows that told of it.",
    ),
    (
        "P272",
        "A value that a lever cannot have",
        "Customers, prices, costs and rates cannot be below nothing, and no share of customers is above 1. A value is "
        "a factor unless `how` says add or set.",
        "Correct the value; a rise of 10% is 1.1.",
    ),
    (
        "P273",
        "A lever that does not take this column",
        "Cost, delay, budget, capacity, discount_rate and mix are the same for every persona. A delay holds for all "
        "that is not live yet, in quarters; a budget of the whole horizon has no part by period.",
        "Leave the column blank.",
    ),
    (
        "P274",
        "A limit that the study does not set",
        "The levers budget and capacity move the limits of [portfolio]; there is nothing to move where none is set.",
        "Set the limit in [portfolio], or remove the row.",
    ),
    (
        "P275",
        "A lever is set where it is told already",
        "In one scenario a value that is set stands for itself; a second row for the same periods would overrule it, "
        "or be overruled, by the order of rows.",
        "Remove one of the two, or let their periods follow each other.",
    ),
    (
        "P276",
        "A scenario that goes beyond what can be",
        "With today's customers and shares the scenario would leave less than no customers, or more customers with a "
        "pain point than there are.",
        "Take a smaller change; the finding says how far the lever reaches.",
    ),
    (
        "P277",
        "Shares of personas that do not fit",
        "The lever mix keeps the number of customers, so shares lie between 0 and 1 and add up to 1; personas that no "
        "row names share what is left.",
        "Correct the shares so that they add up to at most 1, or to 1 where every persona is named.",
    ),
    (
        "P278",
        "The data have nothing that this lever moves",
        "A persona without customers at as_of, leaving where nobody can leave, or new customers where the ledger does "
        "not tell how many join: there is no figure of today to multiply.",
        "Name another persona, or give `acquisition` as a number (how = set).",
    ),
    (
        "P279",
        "No such scenario",
        "Scenarios are those of the plan's table, and several of them joined by a plus.",
        "Take names of the plan's table `scenarios`; `base` is always there.",
    ),
    (
        "C670",
        "The base beside the company's own outlook",
        "The base is scaled to [finance].outlook, so that plans and books start from one level. A wide gap means that "
        "the outlook holds something that the ledger's customers, going on, do not bring.",
        "Look at the table outlook_gap and ask finance what explains the difference.",
    ),
    (
        "C671",
        "New customers that the outlook asks for",
        "Where the outlook has more customers than go on, the rest must join. They stand in the rows by period; no net "
        "present value counts them.",
        "Compare with the customers who joined of late; correct the outlook, or tell it of the same customers.",
    ),
)
