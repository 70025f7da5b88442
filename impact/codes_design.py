"""The catalogue's pages of pilot and rollout design (C710 to C714): code, title, why, remedy."""

from __future__ import annotations

DESIGN_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C710",
        "A pilot of an initiative that is not open",
        "A pilot is designed for what is still to be decided. What is live or done is measured by `cx-impact track`, "
        "and what was stopped will not be done.",
        "Name an initiative of the plan that is proposed or approved; without --initiative all of them are designed.",
    ),
    (
        "C711",
        "A pilot that cannot be asked for so",
        "A pilot lasts one period of the ledger or more; its power lies between 0 and 1; an effect that is to be seen "
        "names an outcome and a number; and groups that are drawn whole are values of a column of the data.",
        "Correct the option that the finding names.",
    ),
    (
        "C712",
        "What pilots could show",
        "A pilot that is too small to see the effect one expects will most likely end in no answer, whatever is true. "
        "Power is the chance to find the expected effect; assurance averages it over all that the effect may be.",
        "Register an outcome that can be seen (often how many meet the pain point), last longer, or let more take "
        "part; or decide without a pilot.",
    ),
    (
        "C713",
        "Who was drawn by lot",
        "Lists of a pilot name customers, as they must be acted on: they are the one file of this tool that does. "
        "Nobody stands in two running pilots, as nobody could tell which of the two moved them.",
        "Keep the lists where customer data are kept. When the pilot has begun, set its initiative live and add the "
        "list to the table [data].assignments; `cx-impact track` then measures it.",
    ),
    (
        "C714",
        "A list that is drawn already, or that nobody is left for",
        "A list that has been acted on is the record of who was drawn by lot; another draw would undo it. And of "
        "fewer than two in an arm nothing can be learnt.",
        "Move the list away if nobody acted on it; or end a pilot that runs, or design fewer at once.",
    ),
)
