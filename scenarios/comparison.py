"""How what is chosen compares: with raw estimates, among its own members, and with what cannot be told from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.checks import Check, make_check
from models.reduced import ReducedForms
from scenarios.curse import Curse, curse_check, find_curse
from scenarios.decision import Decision
from scenarios.shapley import chosen_shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Beside a decision: `shares` `(initiative,)` of each chosen one in the set's mean NPV, nan for the others."""

    shares: np.ndarray
    curse: Curse


def compare(decision: Decision, forms: ReducedForms, seed: int) -> Comparison | None:
    """The comparisons of a decision; None without a portfolio or without initiatives."""
    case, portfolio = decision.case, decision.portfolio
    if portfolio is None or not case.offers:
        return None
    return Comparison(
        shares=chosen_shares(case, portfolio, seed), curse=find_curse(case, portfolio, decision.limits, forms)
    )


def comparison_checks(decision: Decision, comparison: Comparison | None) -> tuple[Check, ...]:
    """Whether the forecast is that of picked estimates, and whether the choice runs through what is one decision."""
    if comparison is None or decision.portfolio is None:
        return ()
    split = split_groups(decision.ranking.tie_group, decision.portfolio.chosen)
    ids = decision.case.ids()
    names = "; ".join(", ".join(ids[i] for i in np.flatnonzero(decision.ranking.tie_group == one)) for one in split)
    return (
        curse_check(comparison.curse),
        make_check(
            "C631",
            "What is chosen is told apart from what is not",
            "review" if split else "pass",
            found=names or "no group is split",
            limit="initiatives that are one decision are chosen, or left out, together",
            text="By themselves these cannot be ranked; cost, overlap and limits made the choice among them."
            if split
            else "No initiative that is left out is one decision with a chosen one.",
            remedy="Choose among them by what the figures do not hold, or pilot them." if split else "",
        ),
    )


def split_groups(group: np.ndarray, chosen: np.ndarray) -> tuple[int, ...]:
    """The tie groups of which some members are chosen and some are not."""
    return tuple(int(one) for one in np.unique(group[group > 0]) if 0 < chosen[group == one].mean() < 1)
