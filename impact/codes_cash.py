"""The catalogue's pages of cash: code, title, why, remedy."""

from __future__ import annotations

CASH_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C640",
        "Service cost that better scores save",
        "Where the ledger holds a cost to serve, the run measures how it moves with each customer's own score. A fix "
        "then saves the slope times the points it adds times the customers there, after the haircut. A saving is "
        "counted once: not where the ledger's own margin holds it already, not where money is revenue, and not where "
        "scores given after the money find as much.",
        "Count contacts before and after in a pilot: what is measured there needs no slope.",
    ),
    (
        "C641",
        "Rows of the costs table and the last period with data",
        "What lies in a period up to as_of is spent and in no figure; what lies after it is still to come. A planned "
        "row in the past that no actual row stands beside may be late and not spent; an actual row in the future "
        "cannot have happened.",
        "Move a late row to the period in which it will be paid. Take the mark `actual` off rows still to come.",
    ),
    (
        "C642",
        "Spending that is committed to what is live",
        "What is live or done is no longer to be decided: what it still costs is outside the budget for new "
        "initiatives, and the teams that still build it are not free for others.",
        "If the budget was meant to hold what is committed too, lower [portfolio].budget by it.",
    ),
    (
        "C643",
        "Discount rate and prices on one basis",
        "Money of the horizon is the ledger's, with no price rise added. A nominal discount rate also pays for "
        "inflation, so that it takes a little too much off later periods; a real one does not.",
        'State a real discount rate and basis = "real", or read the figures as on the cautious side.',
    ),
    (
        "C644",
        "What is live counts for what is still to come only",
        "A live initiative is in the ledger as far as it works today. Without its actual start it cannot be told how "
        "far its ramp has come, so that it is taken to be fully at work, with nothing to come.",
        "Give `actual_start` of every initiative that is live or done.",
    ),
)
