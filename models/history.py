"""How long a ledger is, and what a short one costs in what is believed of it."""

from __future__ import annotations

from impact.cells import Cells
from impact.checks import Check
from impact.study import Study
from models.haircut import lowered

# Within one year a season cannot be told from a trend, and no period can be held back for a test. What is kept
# of an observed effect is lowered by a fifth: from 4/7 to 16/35 at the default prior of a within-unit effect.
KEPT_OF_A_SHORT_HISTORY = 0.8


def is_short(cells: Cells, study: Study) -> bool:
    """Whether the ledger spans one year or less."""
    t = cells.money["t"]
    return bool(len(t) and t.max() - t.min() + 1 <= study.periods_a_year)


def kept_share(cells: Cells, study: Study) -> tuple[float, float] | float:
    """The study's prior of the share of an effect that is kept, its mean lowered where the ledger is short.

    The prior keeps its weight (the sum of its two numbers). Face value (1.0) stays face value.
    """
    prior = study.model.credibility
    if prior == 1.0 or not is_short(cells, study):
        return prior
    return lowered(prior, KEPT_OF_A_SHORT_HISTORY)


def history_checks(cells: Cells, study: Study) -> tuple[Check, ...]:
    """A review where the ledger spans one year or less."""
    if not is_short(cells, study):
        return ()
    periods = int(cells.money["t"].max() - cells.money["t"].min()) + 1
    haircut = "The share of effects that is kept is lowered by a fifth."
    if study.model.credibility == 1.0:
        haircut = "Effects stay at face value, as the study asks."
    found = f"{periods} {study.period_kind}{'s' if periods > 1 else ''}"
    return (
        Check(
            code="C106",
            check="Ledger of more than one year",
            status="review",
            found=found,
            limit="more than one year",
            text=f"Within one year no season can be told apart and nothing can be held back for a test. {haircut}",
            remedy="Bring earlier periods of the ledger.",
        ),
    )
