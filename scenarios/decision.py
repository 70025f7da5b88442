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
from scenarios.worth import Case, costs_by_period, npv_draws, set_value

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


def marginal_values(case: Case, portfolio: Portfolio) -> np.ndarray:
    """What each initiative adds to the chosen set's mean NPV `(initiative,)`.

    For a chosen one, what it adds to the others.
    """
    members = [int(i) for i in np.flatnonzero(portfolio.chosen)]
    out = np.zeros(len(case.offers))
    together = float(portfolio.npv.mean())
    for i in range(len(case.offers)):
        other = [j for j in members if j != i] if i in members else sorted([*members, i])
        npv = float(npv_draws(case, other, set_value(case, other)).mean())
        out[i] = together - npv if i in members else npv - together
    return out


def reason(decision: Decision, i: int) -> tuple[str, str]:
    """Why an initiative is chosen or not, and what would have to be true for the other answer."""
    case, portfolio = decision.case, decision.portfolio
    offer = case.offers[i]
    if portfolio is None:
        return "no portfolio without costs and a margin", ""
    needs = _needs(decision, i)
    if portfolio.chosen[i]:
        return "adds to the chosen set's net value", needs
    if decision.marginal[i] <= 0:
        return "beside what is chosen, its expected benefit does not cover its cost", needs
    spent = sum(other.plan_cost for other, on in zip(case.offers, portfolio.chosen, strict=True) if on)
    budget = decision.limits.budget
    if budget is not None and spent + offer.plan_cost > budget:
        more = spent + offer.plan_cost - budget
        return "the budget is used better", f"the budget is {more:,.0f} larger"
    return "what the plan requires, excludes or makes mandatory", ""


def _needs(decision: Decision, i: int) -> str:
    """From what cost the answer would turn."""
    offer = decision.case.offers[i]
    most = _turning_cost(decision, i)
    if not np.isfinite(most):
        return ""
    now = f"(now {offer.plan_cost:,.0f})"
    if decision.portfolio is not None and decision.portfolio.chosen[i]:
        return f"it falls out at a cost above {most:,.0f} {now}"
    if most > 0:
        return f"it costs at most {most:,.0f} {now}"
    running = float(offer.schedule.opex.mean(axis=0) @ decision.case.base.discount)
    spent = float(costs_by_period(offer).mean(axis=0) @ decision.case.base.discount)
    gained = float(decision.marginal[i]) + spent
    if gained <= 0:
        return "it does some good: the expected benefit is nil or below"
    return f"its running cost of {running:,.0f} falls below its expected benefit of {gained:,.0f}, one-off cost apart"


def _turning_cost(decision: Decision, i: int) -> float:
    """The one-off cost at which adding it to the chosen set is worth nothing; below nil where none is."""
    offer = decision.case.offers[i]
    weight = float(offer.schedule.cost_share @ decision.case.base.discount)
    if weight <= 0 or not offer.item.cost:
        return float("nan")
    return offer.item.cost + float(decision.marginal[i]) / (weight * offer.overrun)


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
