"""The whole choice: what to fund, why, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.checks import Check
from scenarios.breakeven import BreakEven
from scenarios.choice_checks import choice_checks
from scenarios.facevalue import FaceValue
from scenarios.frontier import FrontierPoint
from scenarios.limits import Limits
from scenarios.portfolio import Portfolio
from scenarios.quarters import QuarterPlan
from scenarios.ranking import Ranking
from scenarios.verdicts import Information, give_verdicts, information_checks
from scenarios.worth import Case

REACH = 0.8  # share removed that hardly any fix goes beyond
FITTED = 0.02  # by which a Beta may miss a stated quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything decided, on one set of joint draws; in `case` every offer starts where it is chosen to.

    `portfolio` is None where costs or a margin are missing; `marginal` `(initiative,)` is what each
    initiative that is not chosen would add to the chosen set's mean NPV. `face` is every initiative on its own with no
    haircut, `face_chosen` the chosen set; None where nothing is chosen. `information` is None without a portfolio.
    """

    case: Case
    limits: Limits
    ranking: Ranking
    portfolio: Portfolio | None
    frontier: tuple[FrontierPoint, ...]
    quarters: tuple[QuarterPlan, ...]
    break_even: tuple[BreakEven, ...]
    marginal: np.ndarray
    face: tuple[FaceValue, ...]
    face_chosen: FaceValue | None
    information: Information | None

    def verdicts(self) -> tuple[str, ...]:
        """The verdict of every offer, in order, by `scenarios.verdicts.RULE`."""
        chosen = None if self.portfolio is None else self.portfolio.chosen
        return give_verdicts(self.case, chosen, self.ranking.npv, self.information)


def decision_checks(decision: Decision) -> tuple[Check, ...]:
    """How the choice was made and what it takes for granted."""
    out = []
    portfolio = decision.portfolio
    if portfolio is not None:
        if portfolio.certificate.method == "enumeration":
            out.append(
                Check(
                    code="C420",
                    check="The portfolio is the best of all sets",
                    status="pass",
                    found=f"{int(portfolio.allowed.sum()):,} allowed sets valued in full",
                    limit="every allowed set",
                    text="Every set the constraints allow was valued on all draws.",
                    remedy="",
                )
            )
        out.extend(choice_checks(portfolio, decision.limits))
    out.extend(information_checks(decision.case, decision.information, decision.verdicts()))
    assumed = [
        offer.item.initiative
        for offer in decision.case.offers
        if offer.kind == "initiative"
        and not offer.piloted
        and np.quantile(offer.effectiveness, 0.95, axis=1).max() > REACH + FITTED
    ]
    out.append(
        Check(
            code="C421",
            check="Stated effectiveness is within reach",
            status="review" if assumed else "pass",
            found=", ".join(assumed) or "none above 80%",
            limit="upper quantile at most 80% without a pilot",
            text="A fix that removes more than four in five occurrences is rare."
            if assumed
            else "No fix is said to remove nearly all.",
            remedy="Pilot it, or state a lower upper quantile." if assumed else "",
        )
    )
    return tuple(out)
