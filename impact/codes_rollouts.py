"""The catalogue's pages of rollouts and of measured effects: code, title, why, remedy."""

from __future__ import annotations

ROLLOUT_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "P280",
        "A rollout of what the data do not have",
        "Groups that got an initiative are named by a column and its values, customers by arm. A name that nothing "
        "answers to would make those who got it stand among those who did not.",
        "Write column, value, initiative and arm (treated or control) as the data and the plan do.",
    ),
    (
        "P281",
        "A rollout outside the ledger",
        "What an initiative did is the difference between after and before, so both must lie within the ledger.",
        "Correct the period. Of an initiative that has not begun, leave the row out.",
    ),
    (
        "P282",
        "Somebody is in two groups of one initiative",
        "Who got an initiative and who did not must be told in one way, or nobody knows whom a difference is between.",
        "One row a customer and initiative; one column an initiative; and not both tables for one initiative.",
    ),
    (
        "P283",
        "A rollout of an initiative that has not begun",
        "Somebody got it, and the plan says that it is still to be decided, or was stopped. What it did cannot be "
        "measured under a status that says it did not happen.",
        "Set the status of the initiative to live or done, or take the rows out.",
    ),
    (
        "P284",
        "A rollout and its initiative begin in different periods",
        "`actual_start` is when the initiative went live. The first group that got it got it then.",
        "Correct `actual_start`, or the first `from`.",
    ),
    (
        "C700",
        "Measured rows are used once",
        "What `track` measured is joined to the evidence of the plan. A row that stands in both is used once, and a "
        "later measurement of the same initiative and outcome takes the place of an earlier one: they are largely "
        "the same customers.",
        "Nothing need be done. Rows copied by hand from earlier quarters can be deleted.",
    ),
    (
        "C701",
        "Measured rows are there",
        "`[plan].measured` names the file that `cx-impact track` writes. Until it has run there is none, and nothing "
        "measured is learnt from.",
        "Run cx-impact track, or take the setting out.",
    ),
    (
        "C702",
        "Finished initiatives can be measured",
        "An initiative that is live or done, whose rollout is known, is measured once two periods with it have passed, "
        "in money two beyond the lag after which experience shows. Without a rollout nobody can tell what it did from "
        "what would have happened.",
        "Say in the plan's `rollouts` (or in [data].assignments) who got it and when.",
    ),
    (
        "C703",
        "Measured effects that are learnt from",
        "An effect without a comparison is shown and never learnt from. Of one initiative, one effect on leaving or "
        "money teaches the haircut, as several are of the same customers; its effect on the score is shown only, as "
        "the answers it rests on are already read.",
        "Nothing need be done. A rollout to some and not to others, best by chance, can be learnt from.",
    ),
    (
        "C704",
        "Small groups of a rollout",
        "Persons leave the data engine in groups of five or more. Smaller groups that began together are measured as "
        "one, and a figure of fewer is blank; customers who joined after the start are left out.",
        "Group by a column with fewer values.",
    ),
)
