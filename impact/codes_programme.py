"""The catalogue's pages of the choice among many initiatives: code, title, why, remedy."""

from __future__ import annotations

PROGRAMME_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C600",
        "How much better another portfolio could be",
        "Above ten initiatives, or where starts may shift, there are too many portfolios to value each. An integer "
        "programme finds the best by a model of value that is exact for each initiative alone and for what "
        "overlaps on a pain point; the best of them are then valued on the full simulation. The gap adds up what the "
        "programme left open and the most by which the simulation was above the model.",
        "Below 1% of the value another portfolio is not worth the search. Above it, fix the start of initiatives that "
        "are sure, or join small ones, and run again.",
    ),
    (
        "C601",
        "The portfolio by the other aims",
        "A portfolio is chosen for one aim: the highest mean, the best worst tenth of futures, or the highest mean "
        "among those that hold a floor. The others are shown so that what the aim costs elsewhere is seen.",
        'Where the worst tenth or the chance of a gain is not bearable, set objective = "cvar" or "floor" in '
        "[portfolio] and compare.",
    ),
    (
        "C602",
        "The floor under the chance of a gain",
        "With objective = floor only portfolios count whose chance of bringing more than they cost is at least the "
        "floor. Where none holds it, nothing is funded if the plan allows that, else what comes nearest.",
        "Lower the floor, widen the plan, or learn more first: a pilot narrows the range that keeps the chance low.",
    ),
    (
        "C603",
        "The target and the least cost that reaches it",
        "With a target the portfolio is the cheapest whose mean net value reaches it. Where no portfolio does, the one "
        "that comes nearest is shown instead.",
        "Raise the budget or the teams' capacity, add initiatives, or lower the target to what can be reached.",
    ),
)
