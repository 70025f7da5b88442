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
from scenarios.worth import Case

FUND_CHANCE = 0.8
REACH = 0.8  # share removed that hardly any fix goes beyond
FITTED = 0.02  # by which a Beta may miss a stated quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything decided, on one set of joint draws; in `case` every offer starts where it is chosen to.

    `portfolio` is None where costs or a margin are missing; `marginal` `(initiative,)` is what each
    initiative that is not chosen would add to the chosen set's mean NPV. `face` is every initiative on its own with no
    haircut, `face_chosen` the chosen set; None where nothing is chosen.
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

    def verdicts(self) -> tuple[str, ...]:
        """The verdict of every initiative, in plan order.

        fund = chosen and pays back in 16 of 20 futures alone; pilot = an assumed pilot is worth its
        cost; park else.
        """
        out = []
        for i in range(len(self.case.offers)):
            chosen = self.portfolio is not None and bool(self.portfolio.chosen[i])
            if chosen and float((self.ranking.npv[i] > 0).mean()) >= FUND_CHANCE:
                out.append("fund")
            else:
                out.append("pilot" if self.portfolio is not None and self.ranking.pilot_gain[i] > 0 else "park")
        return tuple(out)


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
    verdicts = decision.verdicts()
    if "pilot" in verdicts:
        out.append(
            Check(
                code="C422",
                check="What the pilot verdict takes for granted",
                status="review",
                found=f"{verdicts.count('pilot')} of {len(verdicts)} initiatives",
                limit="a priced pilot in the plan",
                text="A pilot is assumed at a tenth of the cost, with an error as large as the present doubt.",
                remedy="Read it as worth designing, not as a budget.",
            )
        )
    assumed = [
        offer.item.initiative
        for offer in decision.case.offers
        if not offer.piloted and np.quantile(offer.effectiveness, 0.95, axis=1).max() > REACH + FITTED
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
