"""The catalogue's pages of limits beside the plan (P241 to P245, C611): code, title, why, remedy."""

from __future__ import annotations

REASON_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "P241",
        "A team that is needed and not limited",
        "Initiatives say how much of a team they need, and [portfolio].capacity says nothing of that team. The choice "
        "then takes the team to be without end.",
        "Add the team to [portfolio].capacity, or mend its name so that both agree.",
    ),
    (
        "P242",
        "A capacity that nobody needs",
        "No initiative that is still to be decided needs the team, so its capacity limits nothing. Often the name is "
        "spelt otherwise in the plan.",
        "Fill in capacity_TEAM in the plan table `initiatives`, or remove the team.",
    ),
    (
        "P243",
        "Fiscal years and budgets that do not meet",
        "A fiscal year of the horizon without a row is not limited; a row for another year limits nothing. A fiscal "
        "year is named after the calendar year in which it ends.",
        "Give every fiscal year of the horizon a row in [portfolio].budget.",
    ),
    (
        "P244",
        "A capacity that ends before the horizon",
        "The list has fewer values than the horizon has quarters. Its last value is taken to go on.",
        "Write a value for every quarter where it does not stay the same.",
    ),
    (
        "P245",
        "An initiative that no choice can hold",
        "What it requires is stopped, it excludes what is already there, or its teams have no room for it at any "
        "start: it is left out whatever it is worth.",
        "Mend the plan or the capacity, or take the initiative out.",
    ),
    (
        "C611",
        "No persona is made worse",
        "The study asks that no group of customers lose: of every persona, mean margin and mean score may not fall "
        "with what is chosen. The table of prices says what that costs.",
        "Choose with [portfolio].persona_floor, or agree that the group named may lose.",
    ),
)
